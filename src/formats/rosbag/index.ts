/** ROS 1 bags. */
import { startsWith, type EventFormat } from '../event-format.ts';
import type { RosDecoderOptions } from '../ros/ros-events.ts';
import { RosbagDecoder } from './decoder.ts';
import { ROSBAG_MAGIC } from './record.ts';

/** The format's entry in the registry. */
export const rosbagFormat: EventFormat<RosDecoderOptions> = {
  id: 'rosbag',
  name: 'ROS 1 bag',
  extensions: ['.bag'],
  sideChannels: ['trigger'],
  streaming: true,
  decoderOptions: { topic: true, maxChunkBytes: true },
  sniff: (head) => (startsWith(head, ROSBAG_MAGIC) ? { confidence: 'certain', variant: 'ROS1' } : null),
  createDecoder: (options) => new RosbagDecoder(options),
};

export { RosbagDecoder } from './decoder.ts';
