/** Prophesee RAW, EVT2.1. */
import type { EventFormat } from '../event-format.ts';
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
  createDecoder: (options) => new Evt21Decoder(options),
  createEncoder: (options) => new Evt21Encoder(options),
};

export { Evt21Decoder, type Evt21DecoderOptions } from './decoder.ts';
export { Evt21Encoder } from './encoder.ts';
export type { Evt21Endianness } from './word-stream.ts';
