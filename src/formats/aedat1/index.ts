/** AEDAT 1.0, DVS128; read only. */
import { CHIP_LAYOUTS } from '../aedat2/addressing.ts';
import { startsWith, type EventFormat, type Sniff } from '../event-format.ts';
import { Aedat1Decoder, type Aedat1DecoderOptions } from './decoder.ts';
import { looksLikeAedat1 } from './record.ts';

const FOUND: Omit<Sniff, 'confidence'> = { variant: 'AEDAT1.0', geometry: CHIP_LAYOUTS.dvs128.geometry };

/** The format's entry in the registry. Without a header it can only be plausible. */
export const aedat1Format: EventFormat<Aedat1DecoderOptions> = {
  id: 'aedat1',
  name: 'AEDAT 1.0',
  extensions: ['.dat', '.aedat'],
  sideChannels: ['special'],
  streaming: true,
  decoderOptions: { convention: true, maxHeaderBytes: true },
  sniff: (head) => {
    if (startsWith(head, '#!AER-DAT1.')) return { confidence: 'certain', ...FOUND };
    if (startsWith(head, '#!')) return null;
    return looksLikeAedat1(head) ? { confidence: 'plausible', ...FOUND } : null;
  },
  createDecoder: (options) => new Aedat1Decoder(options),
};

export { Aedat1Decoder, type Aedat1DecoderOptions } from './decoder.ts';
