/** Prophesee EVT2.1: words of 64 bits, an EVT2 word and a mask of 32 pixels. */
import { EXT_TRIGGER, MONITORING, TIME_HIGH, triggerFrom } from '../evt2/words.ts';
import { popCount } from '../prophesee/append-mask.ts';
import type { PropheseeHeader } from '../prophesee/header.ts';
import { RawDecoder, type RawDecoderOptions, type RawWords } from '../prophesee/raw-decoder.ts';
import type { Trigger } from '../side-channels.ts';
import { Evt21Kernel } from './kernel.ts';
import { decodeEvt21Scalar, EVT21_PIXELS } from './scalar.ts';

/** Which half of a word comes first: the mask (`little`), or the EVT2 word, as older cameras wrote it (`legacy`). */
export type Evt21Endianness = 'little' | 'legacy';

/** Options of the EVT2.1 decoder. */
export interface Evt21DecoderOptions extends RawDecoderOptions {
  /** Wins over the header. Default: what the header states, else what the first words look like. */
  readonly endianness?: Evt21Endianness;
}

const WORDS: RawWords = {
  wordBytes: 8,
  stepEvents: EVT21_PIXELS,
  scalar: decodeEvt21Scalar,
  kernel: Evt21Kernel,
  triggerType: EXT_TRIGGER,
  namedTypes: MONITORING,
};

/** A TIME_HIGH word leaves its mask empty: the first such one tells which half is which. `undefined`: this is none. */
function endiannessOf(words: DataView, at: number): Evt21Endianness | undefined {
  const first = words.getUint32(at, true);
  const second = words.getUint32(at + 4, true);
  if (second >>> 28 === TIME_HIGH && first === 0) return 'little';
  return first >>> 28 === TIME_HIGH && second === 0 ? 'legacy' : undefined;
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
  #endianness: Evt21Endianness | undefined;

  constructor(options: Evt21DecoderOptions = {}) {
    super('evt21', 'EVT21', WORDS, options);
    this.#endianness = options.endianness;
  }

  protected override startWords({ endianness }: PropheseeHeader): void {
    if (endianness !== undefined) this.#endianness ??= endianness === 'legacy' ? 'legacy' : 'little';
  }

  protected findTime(words: DataView, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      this.#endianness ??= endiannessOf(words, 8 * i);
      this.swapped = this.#endianness === 'legacy';
      const upperAt = 8 * i + (this.swapped ? 0 : 4);
      const type = words.getUint32(upperAt, true) >>> 28;
      if (type === TIME_HIGH && this.#endianness !== undefined) return i;
      const mask = words.getUint32(16 * i + 4 - upperAt, true);
      if (type <= 1) this.account.dropped['before-time'] += popCount(mask);
      else if (type === EXT_TRIGGER) this.account.dropped['before-time']++;
    }
    return to;
  }

  protected triggerOf(words: DataView, index: number): Trigger {
    return triggerFrom(words.getUint32(8 * index + (this.swapped ? 0 : 4), true), this.state);
  }
}
