/** Messages and ROS 1 bags, written by the wiki's description of the format. */
import { lz4Frame } from './lz4-frame.ts';
import { joinBytes } from '../../helpers/round-trip.ts';

type Event = readonly [t: number, x: number, y: number, p: number];

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function numbers(...values: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number])[]): Uint8Array {
  const parts = values.map(([bytes, value]) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(value), true);
    return new Uint8Array(view.buffer, 0, bytes);
  });
  return joinBytes(...parts);
}

const counted = (bytes: Uint8Array): Uint8Array => joinBytes(numbers([4, bytes.length]), bytes);

export const PACKET_DEFINITION = `Header header # of ROS
uint32 height
uint32 width
uint64 seq
uint64 time_base
string encoding
bool is_bigendian
uint8[] events
`;
export const ARRAY_DEFINITION = `# events
Header header
uint32 height
uint32 width
Event[] events
================================================================================
MSG: std_msgs/Header
uint32 seq
time stamp
string frame_id
================================================================================
MSG: dvs_msgs/Event
uint16 x
uint16 y
time ts
bool polarity
`;

const HEADER = joinBytes(numbers([4, 1], [4, 5], [4, 6]), counted(text('cam')));

/** An EventPacket of ROS 1. */
export function packetMessage(
  words: Uint8Array,
  {
    encoding = 'evt3',
    seq = 0,
    width = 64,
    height = 32,
    timeBase = 0,
    bigEndian = 0,
  }: {
    readonly encoding?: string;
    readonly seq?: number;
    readonly width?: number;
    readonly height?: number;
    readonly timeBase?: number;
    readonly bigEndian?: number;
  } = {},
): Uint8Array {
  const sizes = numbers([4, height], [4, width], [8, seq], [8, timeBase]);
  return joinBytes(HEADER, sizes, counted(text(encoding)), Uint8Array.of(bigEndian), counted(words));
}

/** A `dvs_msgs/EventArray` of ROS 1; times in nanoseconds. */
export function arrayMessage(events: readonly Event[], width = 64, height = 32): Uint8Array {
  const structs = events.map(([t, x, y, p]) =>
    numbers([2, x], [2, y], [4, Math.floor(t / 1e9)], [4, t % 1e9], [1, p]),
  );
  return joinBytes(HEADER, numbers([4, height], [4, width], [4, events.length]), ...structs);
}

/** The same with its events in front of the size, as some forks have it. */
export function forkedArrayMessage(events: readonly Event[], width = 64, height = 32): Uint8Array {
  const plain = arrayMessage(events, width, height);
  const sizes = plain.subarray(HEADER.length, HEADER.length + 8);
  return joinBytes(HEADER, plain.subarray(HEADER.length + 8), sizes);
}

/** A `dvs_msgs/msg/EventArray` of ROS 2, aligned as CDR is. */
export function alignedArrayMessage(events: readonly Event[], little = true): Uint8Array {
  const view = new DataView(new ArrayBuffer(64 + 16 * events.length));
  let at = 0;
  const put = (bytes: number, value: number): void => {
    at = Math.ceil(at / bytes) * bytes;
    if (bytes === 1) view.setUint8(at, value);
    else if (bytes === 2) view.setUint16(at, value, little);
    else view.setUint32(at, value, little);
    at += bytes;
  };
  for (const value of [5, 6, 2]) put(4, value);
  put(1, 0x63);
  put(1, 0);
  for (const value of [32, 64, events.length]) put(4, value);
  for (const [t, x, y, p] of events) {
    put(2, x);
    put(2, y);
    put(4, Math.floor(t / 1e9));
    put(4, t % 1e9);
    put(1, p);
  }
  return joinBytes(Uint8Array.of(0, little ? 1 : 0, 0, 0), new Uint8Array(view.buffer, 0, at));
}

/** A record of a bag. */
export function record(fields: Readonly<Record<string, Uint8Array>>, data: Uint8Array): Uint8Array {
  const header = joinBytes(
    ...Object.entries(fields).map(([name, value]) => counted(joinBytes(text(`${name}=`), value))),
  );
  return joinBytes(counted(header), counted(data));
}

export const BAG_MAGIC: Uint8Array = text('#ROSBAG V2.0\n');
export const BAG_HEADER: Uint8Array = record(
  {
    op: Uint8Array.of(3),
    index_pos: numbers([8, 0]),
    conn_count: numbers([4, 1]),
    chunk_count: numbers([4, 1]),
  },
  text(' '.repeat(64)),
);

/** A topic of a bag. */
export function connection(id: number, topic: string, type: string, definition: string): Uint8Array {
  const about = ['topic', 'type', 'md5sum', 'message_definition'].map((name, i) =>
    counted(text(`${name}=${[topic, type, '*', definition][i]!}`)),
  );
  return record({ op: Uint8Array.of(7), conn: numbers([4, id]), topic: text(topic) }, joinBytes(...about));
}

/** A message of a bag. */
export function message(id: number, data: Uint8Array): Uint8Array {
  return record({ op: Uint8Array.of(2), conn: numbers([4, id]), time: numbers([4, 1], [4, 2]) }, data);
}

/** A chunk of a bag. */
export function chunk(compression: 'none' | 'lz4', ...records: readonly Uint8Array[]): Uint8Array {
  const plain = joinBytes(...records);
  return compressedChunk(compression, plain, compression === 'none' ? plain : lz4Frame(plain));
}

/** A chunk that was compressed by whatever. */
export function compressedChunk(compression: string, plain: Uint8Array, stored: Uint8Array): Uint8Array {
  const fields = { op: Uint8Array.of(5), compression: text(compression), size: numbers([4, plain.length]) };
  return record(fields, stored);
}

/** A bag. */
export function bag(...records: readonly Uint8Array[]): Uint8Array {
  return joinBytes(BAG_MAGIC, BAG_HEADER, ...records);
}
