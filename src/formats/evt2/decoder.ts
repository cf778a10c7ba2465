/** Prophesee EVT2: little-endian words of 32 bits. */
import { RawDecoder, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import { Evt2WordStream } from './word-stream.ts';

/**
 * Push decoder. Times are TIME_HIGH · 64 + the event's 6 bits, as stored; pixel events before the first TIME_HIGH
 * are dropped. The 34 bits wrap after 4.8 hours and are unwrapped where they fall by more than half their range.
 * See Prophesee's EVT 2.0 format description.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt2Decoder, Evt2Encoder } from 'saccade';
 * const file = new Evt2Encoder().push(batchFromTuples([[1000, 3, 4, 1]], { width: 640, height: 480 }));
 * const decoder = new Evt2Decoder();
 * const [batch] = decoder.push(file);
 * console.log(batch?.t[0], batch?.x[0], decoder.geometry); // 1000 3 { width: 640, height: 480 }
 * ```
 */
export class Evt2Decoder extends RawDecoder {
  constructor(options: RawDecoderOptions = {}) {
    super('evt2', 'EVT2', (sink) => new Evt2WordStream(sink), options);
  }
}
