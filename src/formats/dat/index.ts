/** Prophesee DAT, versions 1 and 2. */
import type { EventFormat } from '../event-format.ts';
import { sniffPropheseeHeader } from '../prophesee/header.ts';
import { DatDecoder, type DatDecoderOptions } from './decoder.ts';
import { DatEncoder, type DatEncoderOptions } from './encoder.ts';
import { DAT_RECORD_BYTES, DAT_TYPES, looksLikeDat1 } from './record.ts';

/** The format's entry in the registry. Version 1 without a header can only be plausible. */
export const datFormat: EventFormat<DatDecoderOptions, DatEncoderOptions> = {
  id: 'dat',
  name: 'Prophesee DAT',
  extensions: ['.dat'],
  sideChannels: ['trigger'],
  streaming: true,
  decoderOptions: { maxHeaderBytes: true },
  encoderOptions: { datVersion: true },
  sniff: (head) => {
    const found = sniffPropheseeHeader(head);
    if (found === null) return looksLikeDat1(head) ? { confidence: 'plausible', variant: 'DAT1' } : null;
    const { header, data } = found;
    if (header.encoding !== undefined) return null;
    const [type, size] = data ?? [];
    const fits = type !== undefined && DAT_TYPES.includes(type) && (size ?? 0) >= DAT_RECORD_BYTES;
    return {
      confidence: fits ? 'certain' : 'plausible',
      variant: `DAT${header.datVersion === 1 ? 1 : 2}`,
      ...(header.geometry && { geometry: header.geometry }),
    };
  },
  createDecoder: (options) => new DatDecoder(options),
  createEncoder: (options) => new DatEncoder(options),
};

export { DatDecoder, type DatDecoderOptions } from './decoder.ts';
export { DatEncoder, type DatEncoderOptions } from './encoder.ts';
export type { DatVersion } from './record.ts';
