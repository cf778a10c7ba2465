/** AEDAT 2.0, DVS128 and DAVIS. */
import { startsWith, type EventFormat, type Sniff } from '../event-format.ts';
import { TextHeaderReader } from '../text-header.ts';
import { sensorFromHeader } from './addressing.ts';
import { Aedat2Decoder, type Aedat2DecoderOptions } from './decoder.ts';
import { Aedat2Encoder, type Aedat2EncoderOptions } from './encoder.ts';
import { JAER_SYNTAX } from './record.ts';

/** The format's entry in the registry. */
export const aedat2Format: EventFormat<Aedat2DecoderOptions, Aedat2EncoderOptions> = {
  id: 'aedat2',
  name: 'AEDAT 2.0',
  extensions: ['.aedat'],
  sideChannels: ['trigger', 'special', 'imu', 'frame'],
  streaming: true,
  decoderOptions: { chip: true, convention: true, maxHeaderBytes: true },
  encoderOptions: { chip: true, comments: true, chipLine: true },
  sniff: (head): Sniff | null => {
    if (!startsWith(head, '#!AER-DAT2.')) return null;
    const header = new TextHeaderReader(JAER_SYNTAX);
    header.push(head);
    const geometry = sensorFromHeader(header.lines);
    return { confidence: 'certain', variant: 'AEDAT2.0', ...(geometry && { geometry }) };
  },
  createDecoder: (options) => new Aedat2Decoder(options),
  createEncoder: (options) => new Aedat2Encoder(options),
};

export { AEDAT2_CHIPS, chipFromHeader, type Aedat2Chip } from './addressing.ts';
export { Aedat2Decoder, type Aedat2DecoderOptions } from './decoder.ts';
export { Aedat2Encoder, type Aedat2EncoderOptions } from './encoder.ts';
export { areDavisWords, davisFromAddresses } from './infer-chip.ts';
export { AEDAT2_RECORD_BYTES } from './record.ts';
