/** AEDAT 1.0, DVS128; read only. */
import { startsWith, type EventFormat } from '../event-format.ts';
import { Aedat1Decoder } from './decoder.ts';
import { looksLikeAedat1 } from './record.ts';

/** The format's entry in the registry. Without a header it can only be plausible. */
export const aedat1Format: EventFormat = {
  id: 'aedat1',
  name: 'AEDAT 1.0',
  extensions: ['.dat', '.aedat'],
  sideChannels: ['special'],
  sniff: (head) => {
    if (startsWith(head, '#!AER-DAT1.')) return { confidence: 'certain', variant: 'AEDAT1.0' };
    if (startsWith(head, '#!')) return null;
    return looksLikeAedat1(head) ? { confidence: 'plausible', variant: 'AEDAT1.0' } : null;
  },
  createDecoder: (options) => new Aedat1Decoder(options),
};

export { Aedat1Decoder, type Aedat1DecoderOptions } from './decoder.ts';
