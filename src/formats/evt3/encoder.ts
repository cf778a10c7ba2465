/** Writes Prophesee EVT3. */
import type { EncoderOptions } from '../event-format.ts';
import { RawEncoder, type RawEncodeWords } from '../prophesee/raw-encoder.ts';
import { encodeEvt3Scalar } from './encode-scalar.ts';
import { leadEvt3 } from './time-high.ts';

const WORDS: RawEncodeWords = { scalar: encodeEvt3Scalar, kernel: 'encodeEvt3', lead: leadEvt3 };

/**
 * Push encoder. Five and more events of one time, row and polarity that stand side by side in the stream with
 * ascending x within 32 pixels become a triplet of vectors (12, 12 and 8 pixels, as cameras send them). Limits as for
 * EVT2. Long silences are bridged by TIME_HIGH words, one for 4.2 s, also from 0 to the first event.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt3Encoder } from 'saccade';
 * const bytes = new Evt3Encoder({ geometry: { width: 64, height: 64 } }).push(batchFromTuples([[5, 3, 4, 1]]));
 * console.log(bytes.slice(-8)); // Uint8Array(8) [ 0, 128, 5, 96, 4, 0, 3, 40 ]
 * ```
 */
export class Evt3Encoder extends RawEncoder {
  constructor(options: EncoderOptions = {}) {
    super('EVT3', WORDS, options);
  }
}
