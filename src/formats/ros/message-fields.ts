/** The fields of a message of events, in whatever order its definition has them. */
import { skipEvents, type EventStructs } from './event-array.ts';
import type { MessageReader } from './message-reader.ts';

/** The fields of a message that matter. */
export interface MessageFields {
  width: number;
  height: number;
  seq: bigint;
  timeBase: bigint;
  encoding: string;
  isBigEndian: boolean;
  words: Uint8Array;
  structs: EventStructs;
}

const NO_FIELDS: MessageFields = {
  ...{ width: 0, height: 0, seq: 0n, timeBase: 0n, encoding: '', isBigEndian: false },
  ...{ words: new Uint8Array(0), structs: { count: 0, at: 0 } },
};

/** @param names of the fields, in order. @throws MessageError where the message ends inside one. */
export function readFields(reader: MessageReader, names: readonly string[], isArray: boolean): MessageFields {
  const fields = { ...NO_FIELDS };
  for (const name of names) {
    switch (name) {
      case 'header':
        reader.skipHeader();
        break;
      case 'height':
        fields.height = reader.u32();
        break;
      case 'width':
        fields.width = reader.u32();
        break;
      case 'seq':
        fields.seq = reader.u64();
        break;
      case 'time_base':
        fields.timeBase = reader.u64();
        break;
      case 'encoding':
        fields.encoding = reader.text();
        break;
      case 'is_bigendian':
        fields.isBigEndian = reader.u8() !== 0;
        break;
      default:
        if (isArray) fields.structs = skipEvents(reader);
        else fields.words = reader.byteArray();
    }
  }
  return fields;
}
