/** AEDAT 3.0 and 3.1; written as 3.1. */
import { startsWith, type EventFormat, type Sniff } from '../event-format.ts';
import { TextHeaderReader } from '../text-header.ts';
import { Aedat3Decoder, type Aedat3DecoderOptions } from './decoder.ts';
import { Aedat3Encoder, type Aedat3EncoderOptions } from './encoder.ts';
import { AEDAT3_SYNTAX, sensorOfHeader } from './source.ts';

/** The format's entry in the registry. */
export const aedat3Format: EventFormat<Aedat3DecoderOptions, Aedat3EncoderOptions> = {
  id: 'aedat3',
  name: 'AEDAT 3',
  extensions: ['.aedat'],
  sideChannels: ['trigger', 'special', 'imu', 'frame'],
  streaming: true,
  decoderOptions: { stream: true, maxHeaderBytes: true, maxPacketBytes: true },
  encoderOptions: { source: true, startTime: true },
  sniff: (head): Sniff | null => {
    if (!startsWith(head, '#!AER-DAT3.')) return null;
    const header = new TextHeaderReader(AEDAT3_SYNTAX);
    header.push(head);
    const geometry = sensorOfHeader(header.lines);
    const variant = `AEDAT3.${startsWith(head, '#!AER-DAT3.0') ? 0 : 1}`;
    return { confidence: 'certain', variant, ...(geometry && { geometry }) };
  },
  createDecoder: (options) => new Aedat3Decoder(options),
  createEncoder: (options) => new Aedat3Encoder(options),
};

export { Aedat3Decoder, type Aedat3DecoderOptions } from './decoder.ts';
export { Aedat3Encoder, type Aedat3EncoderOptions } from './encoder.ts';
