/** MCAP files with events in messages of ROS. */
import type { EventFormat } from '../event-format.ts';
import type { RosDecoderOptions } from '../ros/ros-events.ts';
import { McapDecoder } from './decoder.ts';
import { McapEncoder, type McapEncoderOptions } from './encoder.ts';
import { MCAP_MAGIC } from './records.ts';

/** The format's entry in the registry. */
export const mcapFormat: EventFormat<RosDecoderOptions, McapEncoderOptions> = {
  id: 'mcap',
  name: 'MCAP (ROS)',
  extensions: ['.mcap'],
  sideChannels: ['trigger'],
  streaming: true,
  decoderOptions: { topic: true, maxChunkBytes: true },
  encoderOptions: { topic: true },
  sniff: (head) =>
    MCAP_MAGIC.every((byte, i) => head[i] === byte) ? { confidence: 'certain', variant: 'MCAP' } : null,
  createDecoder: (options) => new McapDecoder(options),
  createEncoder: (options) => new McapEncoder(options),
};

export { McapDecoder } from './decoder.ts';
export { McapEncoder, type McapEncoderOptions } from './encoder.ts';
