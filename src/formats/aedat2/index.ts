/** AEDAT 2.0, DVS128 and DAVIS. */
import { startsWith, type EventFormat } from '../event-format.ts';
import { Aedat2Decoder } from './decoder.ts';
import { Aedat2Encoder } from './encoder.ts';

/** The format's entry in the registry. */
export const aedat2Format: EventFormat = {
  id: 'aedat2',
  name: 'AEDAT 2.0',
  extensions: ['.aedat'],
  sideChannels: ['trigger', 'special', 'imu', 'frame'],
  sniff: (head) => (startsWith(head, '#!AER-DAT2.') ? { confidence: 'certain', variant: 'AEDAT2.0' } : null),
  createDecoder: (options) => new Aedat2Decoder(options),
  createEncoder: (options) => new Aedat2Encoder(options),
};

export {
  AEDAT2_CONVENTIONS,
  chipFromAddresses,
  chipFromHeader,
  type Aedat2Chip,
  type Aedat2Convention,
} from './addressing.ts';
export { Aedat2Decoder, type Aedat2DecoderOptions } from './decoder.ts';
export { Aedat2Encoder, type Aedat2EncoderOptions } from './encoder.ts';
export { AEDAT2_RECORD_BYTES, parseAedat2Records, type Aedat2Record } from './record.ts';
