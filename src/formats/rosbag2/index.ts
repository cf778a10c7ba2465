/** ROS 2 bags in SQLite. */
import { startsWith, type EventFormat } from '../event-format.ts';
import { SQLITE_MAGIC } from './pages.ts';
import { Rosbag2Decoder, type Rosbag2DecoderOptions } from './decoder.ts';

/** The format's entry in the registry. */
export const rosbag2Format: EventFormat<Rosbag2DecoderOptions> = {
  id: 'rosbag2',
  name: 'ROS 2 bag (SQLite)',
  extensions: ['.db3'],
  sideChannels: ['trigger'],
  streaming: false,
  decoderOptions: { topic: true, maxChunkBytes: true, maxDatabaseBytes: true },
  sniff: (head) => (startsWith(head, SQLITE_MAGIC) ? { confidence: 'certain', variant: 'ROS2' } : null),
  createDecoder: (options) => new Rosbag2Decoder(options),
};

export { Rosbag2Decoder, type Rosbag2DecoderOptions } from './decoder.ts';
