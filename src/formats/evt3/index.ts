/** Prophesee RAW, EVT3. */
import type { EventFormat } from '../event-format.ts';
import { openebIndex } from '../prophesee/openeb-index.ts';
import { sniffRaw, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import { Evt3Decoder } from './decoder.ts';
import { Evt3Encoder } from './encoder.ts';
import { TIME_PART_RANGE } from './words.ts';

/** The format's entry in the registry. */
export const evt3Format: EventFormat<RawDecoderOptions> = {
  id: 'evt3',
  name: 'Prophesee RAW EVT3',
  extensions: ['.raw'],
  sideChannels: ['trigger'],
  streaming: true,
  decoderOptions: { maxHeaderBytes: true },
  sniff: (head) => sniffRaw(head, 'EVT3'),
  tableBeside: openebIndex({
    wordBytes: 2,
    lowRange: TIME_PART_RANGE,
    highRange: TIME_PART_RANGE,
    hasRow: true,
  }),
  createDecoder: (options) => new Evt3Decoder(options),
  createEncoder: (options) => new Evt3Encoder(options),
};

export { Evt3Decoder } from './decoder.ts';
export { Evt3Encoder } from './encoder.ts';
