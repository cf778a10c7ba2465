/** ATIS 40-bit: N-MNIST and N-Caltech101 `.bin`, SLAYER `.bs2`. */
import type { EventFormat } from '../event-format.ts';
import { Atis40Decoder, type Atis40DecoderOptions } from './decoder.ts';
import { Atis40Encoder } from './encoder.ts';
import { looksLikeAtis40 } from './record.ts';

/** The format's entry in the registry. It has no magic bytes: content can only be plausible. */
export const atis40Format: EventFormat<Atis40DecoderOptions> = {
  id: 'atis40',
  name: 'ATIS 40-bit (N-MNIST)',
  extensions: ['.bin', '.bs2'],
  sideChannels: [],
  streaming: true,
  decoderOptions: { overflowMarkers: true },
  sniff: (head) => (looksLikeAtis40(head) ? { confidence: 'plausible', variant: 'ATIS40' } : null),
  createDecoder: (options) => new Atis40Decoder(options),
  createEncoder: (options) => new Atis40Encoder(options),
};

export { Atis40Decoder, type Atis40DecoderOptions } from './decoder.ts';
export { Atis40Encoder } from './encoder.ts';
export { ATIS40_RECORD_BYTES } from './record.ts';
