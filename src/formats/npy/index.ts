/** Events as a structured NumPy array. */
import type { EventFormat } from '../event-format.ts';
import { NpyDecoder, type NpyDecoderOptions } from './decoder.ts';
import { NpyEncoder, type NpyEncoderOptions } from './encoder.ts';
import { NPY_MAGIC } from './header.ts';

/** The format's entry in the registry. */
export const npyFormat: EventFormat<NpyDecoderOptions, NpyEncoderOptions> = {
  id: 'npy',
  name: 'NumPy array',
  extensions: ['.npy'],
  sideChannels: [],
  streaming: true,
  decoderOptions: { columns: true, timeUnit: true, maxNpyBytes: true },
  encoderOptions: { events: true },
  sniff: (head) =>
    NPY_MAGIC.every((byte, i) => head[i] === byte) ? { confidence: 'certain', variant: 'NPY' } : null,
  createDecoder: (options) => new NpyDecoder(options),
  createEncoder: (options) => new NpyEncoder(options),
  needsPatches: ({ events }) => events === undefined,
};

export { NpyDecoder, type NpyDecoderOptions } from './decoder.ts';
export { NpyEncoder, type NpyEncoderOptions } from './encoder.ts';
