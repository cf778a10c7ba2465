/** `event_camera_msgs/msg/EventPacket` as ROS 2 defines and serialises it. */
import type { SensorGeometry } from '../../events/index.ts';
import { FieldWriter } from './record-writer.ts';

export const PACKET_TYPE = 'event_camera_msgs/msg/EventPacket';

const SEPARATOR = '='.repeat(80);

/** The definition, with those of the types that it uses, as rosbag2 writes them. */
export const PACKET_DEFINITION: string = [
  'std_msgs/Header header',
  'uint32 height',
  'uint32 width',
  'uint64 seq',
  'uint64 time_base',
  'string encoding',
  'bool is_bigendian',
  'uint8[] events',
  SEPARATOR,
  'MSG: std_msgs/Header',
  'builtin_interfaces/Time stamp',
  'string frame_id',
  SEPARATOR,
  'MSG: builtin_interfaces/Time',
  'int32 sec',
  'uint32 nanosec',
  '',
].join('\n');

/** Plain CDR, little-endian. */
const ENCAPSULATION: Uint8Array = Uint8Array.of(0, 1, 0, 0);
const MICROS_PER_SECOND = 1_000_000;

/** A packet. */
export interface PacketMessage {
  /** Of its first event. */
  readonly tMicros: number;
  readonly geometry: SensorGeometry;
  readonly sequence: number;
  readonly encoding: string;
  readonly words: Uint8Array;
}

/** The message, serialised. */
export function packetMessage({ tMicros, geometry, sequence, encoding, words }: PacketMessage): Uint8Array {
  // A zero byte ends texts.
  const name = new TextEncoder().encode(`${encoding}\0`);
  // Alignment counts from behind the encapsulation, whose four bytes stand apart.
  const fields = new FieldWriter()
    .u32(Math.floor(tMicros / MICROS_PER_SECOND))
    .u32((tMicros % MICROS_PER_SECOND) * 1000)
    .u32(1)
    .u8(0)
    .align(4)
    .u32(geometry.height)
    .u32(geometry.width)
    .align(8)
    .u64(sequence)
    .u64(0)
    .u32(name.length)
    .put(name)
    .u8(0)
    .align(4)
    .u32(words.length)
    .put(words);
  return new FieldWriter().put(ENCAPSULATION).put(fields.bytes()).bytes();
}
