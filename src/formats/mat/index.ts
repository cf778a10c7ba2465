/** MAT files, level 5. */
import { startsWith, type EventFormat } from '../event-format.ts';
import { MAT_MAGIC, MatDecoder, type MatDecoderOptions } from './decoder.ts';

/** The format's entry in the registry. */
export const matFormat: EventFormat<MatDecoderOptions> = {
  id: 'mat',
  name: 'MAT 5',
  extensions: ['.mat'],
  sideChannels: [],
  streaming: false,
  decoderOptions: { columns: true, timeUnit: true, firstPixel: true, maxMatBytes: true },
  sniff: (head) => (startsWith(head, MAT_MAGIC) ? { confidence: 'certain', variant: 'MAT5' } : null),
  createDecoder: (options) => new MatDecoder(options),
};

export { MatDecoder, type MatDecoderOptions } from './decoder.ts';
