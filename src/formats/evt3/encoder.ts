/** Writes Prophesee EVT3. */
import type { EncoderOptions } from '../event-format.ts';
import { RawEncoder, type RawEncodeWords } from '../prophesee/raw-encoder.ts';
import { encodeEvt3Scalar } from './encode-scalar.ts';
import { leadEvt3, silenceBeforeFirst } from './time-high.ts';

const WORDS: RawEncodeWords = { scalar: encodeEvt3Scalar, kernel: 'encodeEvt3', lead: leadEvt3 };

/**
 * Push encoder. Five and more events of one time, row and polarity that stand side by side in the stream with
 * ascending x within 32 pixels become a triplet of vectors (12, 12 and 8 pixels, as cameras send them), on sensors that
 * are so wide. Limits as for EVT2.
 *
 * The clock of EVT3 wraps every 16.8 s, so silences are bridged by TIME_HIGH words: steps of at most 4.2 s, and through
 * 0xFFF before each wrap, which is what OpenEB, faery and Prophesee's decoders all count alike. A recording that begins
 * before 16.8 s begins with its own TIME_HIGH. A later start is counted up to, so that times are kept exactly; the price is
 * that OpenEB, which counts time from the first word, shows and indexes that silence, less 16.8 s of it. Subtract the first
 * time where only OpenEB is to read the file (`saccade convert --rebase-time`).
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

  protected override noteStart(time: number): void {
    const seconds = Math.round(silenceBeforeFirst(time) / 1e6);
    if (seconds > 0) {
      this.note(
        `EVT3 tells so late a start by counting wraps: OpenEB shows ${seconds} s without events first. Times that begin at 0 avoid it`,
      );
    }
  }
}
