/** Writes Prophesee EVT2.1. */
import type { EncoderOptions } from '../event-format.ts';
import { RawEncoder, type RawEncodeWords } from '../prophesee/raw-encoder.ts';
import { encodeEvt21Scalar } from './encode-scalar.ts';

const WORDS: RawEncodeWords = { scalar: encodeEvt21Scalar, kernel: 'encodeEvt21' };

/**
 * Push encoder, `little` order. Events of one time, row and polarity share a word where they stand side by side in the
 * stream with ascending x. Limits as for EVT2.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt21Encoder } from 'saccade';
 * const encoder = new Evt21Encoder({ geometry: { width: 64, height: 64 } });
 * const one = encoder.push(batchFromTuples([[0, 3, 4, 1]]));
 * const three = encoder.push(batchFromTuples([[9, 3, 4, 1], [9, 5, 4, 1], [9, 31, 4, 1]]));
 * console.log(three.length); // 8
 * ```
 */
export class Evt21Encoder extends RawEncoder {
  constructor(options: EncoderOptions = {}) {
    super('EVT21', WORDS, options);
  }
}
