/** Writes Prophesee EVT2. */
import type { EncoderOptions } from '../event-format.ts';
import { RawEncoder, type RawEncodeWords } from '../prophesee/raw-encoder.ts';
import { encodeEvt2Scalar, leadEvt2 } from './encode-scalar.ts';

const WORDS: RawEncodeWords = { scalar: encodeEvt2Scalar, kernel: 'encodeEvt2', lead: leadEvt2 };

/**
 * Push encoder. x and y below 2048, times in [0, 2^34) µs that never go back.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt2Encoder } from 'saccade';
 * const bytes = new Evt2Encoder().push(batchFromTuples([[130, 3, 4, 1]]));
 * console.log(new TextDecoder().decode(bytes.subarray(0, 13)), bytes.length); // '% format EVT2' 28
 * ```
 */
export class Evt2Encoder extends RawEncoder {
  constructor(options: EncoderOptions = {}) {
    super('EVT2', WORDS, options);
  }
}
