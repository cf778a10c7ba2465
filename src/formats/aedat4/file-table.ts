/** The table of packets at the end of a file, FlatBuffer `FTAB`. */
import { Builder } from 'flatbuffers';

/** A packet as the table lists it. */
export interface TableEntry {
  /** Where its payload begins. */
  readonly byteOffset: number;
  readonly size: number;
  readonly events: number;
  readonly tFirst: number;
  readonly tLast: number;
}

const STREAM = 0;
/** Fields of an entry: byteOffset, packet header, events, first and last time. */
const ENTRY_FIELDS = 5;

/** The table as DV writes it, its size in front. */
export function fileTableBytes(entries: readonly TableEntry[]): Uint8Array {
  const builder = new Builder(1024);
  const places = entries.map(({ byteOffset, size, events, tFirst, tLast }) => {
    builder.startObject(ENTRY_FIELDS);
    builder.addFieldInt64(0, BigInt(byteOffset), 0n);
    builder.prep(4, 8);
    builder.writeInt32(size);
    builder.writeInt32(STREAM);
    builder.addFieldStruct(1, builder.offset(), 0);
    builder.addFieldInt64(2, BigInt(events), 0n);
    builder.addFieldInt64(3, BigInt(tFirst), 0n);
    builder.addFieldInt64(4, BigInt(tLast), 0n);
    return builder.endObject();
  });
  builder.startVector(4, places.length, 4);
  for (const place of places.toReversed()) builder.addOffset(place);
  const vector = builder.endVector();
  builder.startObject(1);
  builder.addFieldOffset(0, vector, 0);
  builder.finishSizePrefixed(builder.endObject(), 'FTAB');
  return builder.asUint8Array();
}
