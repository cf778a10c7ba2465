/** Prophesee EVT3: little-endian words of 16 bits that change a state; some of them are events. */
import { RawDecoder, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import { Evt3WordStream } from './word-stream.ts';

/**
 * Push decoder. The 24-bit clock wraps every 16.8 s; a TIME_HIGH that falls by half its range or more is a wrap, and
 * one that changes sets the low part to 0. Pixel events before the first TIME_HIGH are dropped. See Prophesee's EVT
 * 3.0 format description and OpenEB's decoder.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt3Decoder, Evt3Encoder } from 'saccade';
 * const file = new Evt3Encoder().push(batchFromTuples([[1000, 3, 4, 1]], { width: 1280, height: 720 }));
 * const decoder = new Evt3Decoder();
 * const [batch] = decoder.push(file);
 * console.log(batch?.t[0], batch?.y[0], decoder.geometry); // 1000 4 { width: 1280, height: 720 }
 * ```
 */
export class Evt3Decoder extends RawDecoder {
  constructor(options: RawDecoderOptions = {}) {
    super('evt3', 'EVT3', (sink) => new Evt3WordStream(sink), options);
  }
}
