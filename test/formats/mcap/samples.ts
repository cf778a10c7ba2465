import { McapDecoder, McapEncoder } from '../../../src/formats/index.ts';
import { crc32 } from '../../../src/formats/compression/crc32.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { RAW_SAMPLE } from '../../helpers/raw-words.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';
import { lz4Frame } from '../ros/lz4-frame.ts';
import { alignedArrayMessage, ARRAY_DEFINITION } from '../ros/messages.ts';

const MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function little(bytes: number, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(value), true);
  return new Uint8Array(view.buffer, 0, bytes);
}

const counted = (bytes: Uint8Array): Uint8Array => joinBytes(little(4, bytes.length), bytes);

/** A record. */
export function record(opcode: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joinBytes(...parts);
  return joinBytes(Uint8Array.of(opcode), little(8, content.length), content);
}

export const schema = (id: number, name: string, definition: string, language = 'ros2msg'): Uint8Array =>
  record(3, little(2, id), counted(text(name)), counted(text(language)), counted(text(definition)));
export const channel = (id: number, of: number, topic: string, encoding = 'cdr'): Uint8Array =>
  record(4, little(2, id), little(2, of), counted(text(topic)), counted(text(encoding)), little(4, 0));
export const message = (id: number, data: Uint8Array): Uint8Array =>
  record(5, little(2, id), little(4, 1), little(8, 2), little(8, 2), data);

/** A chunk. @param stated its checksum. */
export function chunk(
  compression: '' | 'lz4',
  records: Uint8Array,
  stated: number = crc32(records),
): Uint8Array {
  const stored = compression === '' ? records : lz4Frame(records);
  const head = [
    little(8, 0),
    little(8, 9),
    little(8, records.length),
    little(4, stored === records ? stated : stated),
  ];
  return record(6, ...head, counted(text(compression)), little(8, stored.length), stored);
}

/** A file that was closed, without a summary. */
export function mcap(...records: readonly Uint8Array[]): Uint8Array {
  const end = [record(15, little(4, 0)), record(2, little(8, 0), little(8, 0), little(4, 0)), MAGIC];
  return joinBytes(MAGIC, record(1, counted(text('ros2')), counted(text('test'))), ...records, ...end);
}

const MESSAGES = joinBytes(
  message(
    2,
    alignedArrayMessage([
      [1500, 1, 2, 1],
      [2_000_000_000, 63, 31, 0],
      [2_000_001_000, 5, 6, 1],
    ]),
  ),
  message(2, alignedArrayMessage([[2_000_002_000, 7, 8, 0]], false)),
);

export const ARRAY_RECORDS: Uint8Array = joinBytes(
  schema(1, 'dvs_msgs/msg/EventArray', ARRAY_DEFINITION.replaceAll('time ', 'builtin_interfaces/Time ')),
  channel(2, 1, '/dvs/events'),
  MESSAGES,
);

const open: ContractSample['open'] = (options) => new McapDecoder({ ...options, maxChunkBytes: 2 ** 20 });

export const mcapSamples: readonly ContractSample[] = [
  { name: 'MCAP', bytes: encodeAll(new McapEncoder({ topic: '/e' }), RAW_SAMPLE), open },
  {
    name: 'MCAP in chunks, one of them stored',
    bytes: mcap(
      chunk('lz4', ARRAY_RECORDS),
      chunk('', joinBytes(channel(2, 1, '/dvs/events'), MESSAGES)),
      chunk('lz4', MESSAGES),
    ),
    open,
  },
  { name: 'MCAP of arrays, LZ4', bytes: mcap(chunk('lz4', ARRAY_RECORDS)), open },
];
