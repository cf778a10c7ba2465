/** Prophesee RAW, EVT2. */
import type { EventFormat } from '../event-format.ts';
import { openebIndex } from '../prophesee/openeb-index.ts';
import { sniffRaw, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import { Evt2Decoder } from './decoder.ts';
import { Evt2Encoder } from './encoder.ts';
import { LOW_MICROS, TIME_HIGH_RANGE } from './words.ts';

/** The format's entry in the registry. */
export const evt2Format: EventFormat<RawDecoderOptions> = {
  id: 'evt2',
  name: 'Prophesee RAW EVT2',
  extensions: ['.raw'],
  sideChannels: ['trigger'],
  streaming: true,
  decoderOptions: { maxHeaderBytes: true },
  sniff: (head) => sniffRaw(head, 'EVT2'),
  tableBeside: openebIndex({ wordBytes: 4, lowRange: LOW_MICROS, highRange: TIME_HIGH_RANGE, hasRow: false }),
  createDecoder: (options) => new Evt2Decoder(options),
  createEncoder: (options) => new Evt2Encoder(options),
};

export { Evt2Decoder } from './decoder.ts';
export { Evt2Encoder } from './encoder.ts';
