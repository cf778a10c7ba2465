/** AEDAT 4.0, the format of DV. */
import { startsWith, type EventFormat } from '../event-format.ts';
import { Aedat4Decoder } from './decoder.ts';
import { Aedat4Encoder } from './encoder.ts';

/** The format's entry in the registry. */
export const aedat4Format: EventFormat = {
  id: 'aedat4',
  name: 'AEDAT 4.0',
  extensions: ['.aedat4'],
  sideChannels: ['frame', 'imu', 'trigger', 'special'],
  sniff: (head) => (startsWith(head, '#!AER-DAT4') ? { confidence: 'certain', variant: 'AEDAT4.0' } : null),
  createDecoder: (options) => new Aedat4Decoder(options),
  createEncoder: (options) => new Aedat4Encoder(options),
};

export { AEDAT4_COMPRESSIONS, type Aedat4Compression } from './codec/codec.ts';
export { Aedat4Decoder } from './decoder.ts';
export { Aedat4Encoder, type Aedat4EncoderOptions } from './encoder.ts';
export type { Aedat4DecoderOptions } from './packet-decoder.ts';
