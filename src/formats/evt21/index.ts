/** Prophesee RAW, EVT2.1. */
import { LOW_MICROS, TIME_HIGH_RANGE } from '../evt2/words.ts';
import type { EventFormat } from '../event-format.ts';
import { openebIndex } from '../prophesee/openeb-index.ts';
import { sniffRaw } from '../prophesee/raw-decoder.ts';
import { Evt21Decoder, type Evt21DecoderOptions } from './decoder.ts';
import { Evt21Encoder } from './encoder.ts';

/** The format's entry in the registry. */
export const evt21Format: EventFormat<Evt21DecoderOptions> = {
  id: 'evt21',
  name: 'Prophesee RAW EVT2.1',
  extensions: ['.raw'],
  sideChannels: ['trigger'],
  streaming: true,
  decoderOptions: { endianness: true, maxHeaderBytes: true },
  sniff: (head) => sniffRaw(head, 'EVT21'),
  tableBeside: openebIndex({ wordBytes: 8, lowRange: LOW_MICROS, highRange: TIME_HIGH_RANGE, hasRow: false }),
  createDecoder: (options) => new Evt21Decoder(options),
  createEncoder: (options) => new Evt21Encoder(options),
};

export { Evt21Decoder, type Evt21DecoderOptions } from './decoder.ts';
export { Evt21Encoder } from './encoder.ts';
export type { Evt21Endianness } from './word-stream.ts';
