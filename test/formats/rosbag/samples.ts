import { RosbagDecoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { high, low, v12, base, x, y } from '../evt3/samples.ts';
import {
  ARRAY_DEFINITION,
  arrayMessage,
  bag,
  chunk,
  connection,
  message,
  packetMessage,
  PACKET_DEFINITION,
} from '../ros/messages.ts';

/** EVT3 words as bytes. */
export function wordBytes(...words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(words).buffer);
}

/** Two packets: what the first one sets holds for the second. */
export const PACKETS: readonly Uint8Array[] = [
  packetMessage(wordBytes(high(1), low(5), y(2), x(1, 3)), { seq: 4 }),
  packetMessage(wordBytes(x(0, 9), low(6), base(1, 20), v12(0x803)), { seq: 5 }),
];
export const EVENT_CONNECTION: Uint8Array = connection(
  0,
  '/events',
  'event_camera_msgs/EventPacket',
  PACKET_DEFINITION,
);
const IMU = [connection(1, '/imu', 'sensor_msgs/Imu', 'Header header\n'), message(1, new Uint8Array(9))];
const ARRAYS = [
  connection(3, '/dvs/events', 'dvs_msgs/EventArray', ARRAY_DEFINITION),
  message(
    3,
    arrayMessage([
      [1_000_000_500, 1, 2, 1],
      [1_000_001_500, 63, 31, 0],
    ]),
  ),
  message(3, arrayMessage([[1_000_002_501, 5, 6, 1]])),
];

const open: ContractSample['open'] = (options) => new RosbagDecoder({ ...options, maxChunkBytes: 2 ** 20 });

export const rosbagSamples: readonly ContractSample[] = [
  {
    name: 'ROS 1 bag of packets, stored',
    bytes: bag(
      chunk('none', EVENT_CONNECTION, message(0, PACKETS[0]!), ...IMU),
      chunk('none', message(0, PACKETS[1]!)),
    ),
    open,
  },
  { name: 'ROS 1 bag of arrays, LZ4', bytes: bag(chunk('lz4', ...ARRAYS)), open },
  {
    name: 'ROS 1 bag of packets, LZ4, with a topic that comes later',
    bytes: bag(
      chunk('lz4', EVENT_CONNECTION, message(0, PACKETS[0]!)),
      chunk('lz4', ...IMU),
      chunk('none', IMU[1]!, message(0, PACKETS[1]!), IMU[1]!),
    ),
    open,
  },
  {
    name: 'ROS 1 bag of libcaer_cmp packets, which go on with column and row',
    bytes: bag(
      EVENT_CONNECTION,
      ...[[0x1005, 0x2003, 0x4804], [0x5081], [0x3807, 0x5001]].map((words, i) =>
        message(
          0,
          packetMessage(wordBytes(...words), { encoding: 'libcaer_cmp', seq: 2 * i, timeBase: 9e6 }),
        ),
      ),
    ),
    open,
  },
];
