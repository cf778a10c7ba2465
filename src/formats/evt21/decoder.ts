/** Prophesee EVT2.1: words of 64 bits, an EVT2 word and a mask of 32 pixels. */
import { RawDecoder, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import { Evt21WordStream, type Evt21Endianness } from './word-stream.ts';

/** Options of the EVT2.1 decoder. */
export interface Evt21DecoderOptions extends RawDecoderOptions {
  /** Wins over the header. Default: what the header states, else what the first words look like. */
  readonly endianness?: Evt21Endianness;
}

/**
 * Push decoder. Rules of time as in EVT2. Where neither option nor header state the order of the halves, the first
 * TIME_HIGH word tells it. See Prophesee's EVT 2.1 format description.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Evt21Decoder, Evt21Encoder } from 'saccade';
 * const file = new Evt21Encoder().push(batchFromTuples([[64, 3, 4, 1], [64, 5, 4, 1]]));
 * const [batch] = new Evt21Decoder().push(file);
 * console.log(Array.from(batch!.x)); // [3, 5]
 * ```
 */
export class Evt21Decoder extends RawDecoder {
  constructor(options: Evt21DecoderOptions = {}) {
    super('evt21', 'EVT21', (sink) => new Evt21WordStream(sink, options.endianness), options);
  }
}
