/** Prophesee RAW, EVT2. */
import type { EventFormat } from '../event-format.ts';
import { sniffRaw, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import { Evt2Decoder } from './decoder.ts';
import { Evt2Encoder } from './encoder.ts';

/** The format's entry in the registry. */
export const evt2Format: EventFormat<RawDecoderOptions> = {
  id: 'evt2',
  name: 'Prophesee RAW EVT2',
  extensions: ['.raw'],
  sideChannels: ['trigger'],
  streaming: true,
  decoderOptions: { maxHeaderBytes: true },
  sniff: (head) => sniffRaw(head, 'EVT2'),
  createDecoder: (options) => new Evt2Decoder(options),
  createEncoder: (options) => new Evt2Encoder(options),
};

export { Evt2Decoder } from './decoder.ts';
export { Evt2Encoder } from './encoder.ts';
