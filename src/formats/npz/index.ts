/** Events as four arrays in a NumPy archive. */
import { startsWith, type EventFormat } from '../event-format.ts';
import { NpzDecoder, type NpzDecoderOptions } from './decoder.ts';
import { NpzEncoder, type NpzEncoderOptions } from './encoder.ts';

const NAME_LENGTH_AT = 26;
const NAME_AT = 30;

/** Whether bytes begin a zip archive whose first member is an array; archives of recordings are not. */
function beginsWithArray(head: Uint8Array): boolean {
  if (!startsWith(head, 'PK\u0003\u0004')) return false;
  const end = NAME_AT + (head[NAME_LENGTH_AT] ?? 0) + 256 * (head[NAME_LENGTH_AT + 1] ?? 0);
  return end <= head.length && startsWith(head.subarray(end - 4, end), '.npy');
}

/** The format's entry in the registry. */
export const npzFormat: EventFormat<NpzDecoderOptions, NpzEncoderOptions> = {
  id: 'npz',
  name: 'NumPy archive',
  extensions: ['.npz'],
  sideChannels: [],
  streaming: false,
  decoderOptions: { columns: true, timeUnit: true, maxNpzBytes: true },
  encoderOptions: { maxNpzBytes: true },
  sniff: (head) => (beginsWithArray(head) ? { confidence: 'certain', variant: 'NPZ' } : null),
  createDecoder: (options) => new NpzDecoder(options),
  createEncoder: (options) => new NpzEncoder(options),
};

export { NpzDecoder, type NpzDecoderOptions } from './decoder.ts';
export { NpzEncoder, type NpzEncoderOptions } from './encoder.ts';
