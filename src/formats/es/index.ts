/** Event Stream (`.es`), version 2. */
import { startsWith, type EventFormat } from '../event-format.ts';
import { EsDecoder, type EsDecoderOptions } from './decoder.ts';
import { EsEncoder, type EsEncoderOptions } from './encoder.ts';
import { ES_SIGNATURE, ES_TYPES, hasSize, plausibleSize, TYPE_OFFSET, variantOf } from './layout.ts';

/** The format's entry in the registry. */
export const esFormat: EventFormat<EsDecoderOptions, EsEncoderOptions> = {
  id: 'es',
  name: 'Event Stream',
  extensions: ['.es'],
  sideChannels: ['exposure', 'colour', 'payload'],
  streaming: true,
  decoderOptions: { maxPayloadBytes: true },
  encoderOptions: { esType: true },
  sniff: (head) => {
    if (!startsWith(head, ES_SIGNATURE)) return null;
    const type = ES_TYPES[head[TYPE_OFFSET] ?? -1];
    const [a, b, c, d] = head.subarray(16, 20);
    const geometry =
      type !== undefined && hasSize(type) && d !== undefined
        ? plausibleSize(a! | (b! << 8), c! | (d << 8))
        : null;
    return {
      confidence: 'certain',
      ...(type !== undefined && { variant: variantOf(type) }),
      ...(geometry !== null && { geometry }),
    };
  },
  createDecoder: (options) => new EsDecoder(options),
  createEncoder: (options) => new EsEncoder(options),
};

export { EsDecoder, type EsDecoderOptions } from './decoder.ts';
export { EsEncoder, type EsEncoderOptions } from './encoder.ts';
export type { EsType } from './layout.ts';
