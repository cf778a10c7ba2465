/** EVT2.1 words turned into events; see `Evt21Decoder` for the rules. */
import { EXT_TRIGGER, MONITORING, TIME_HIGH, triggerFrom } from '../evt2/words.ts';
import { popCount } from '../prophesee/append-mask.ts';
import type { PropheseeHeader } from '../prophesee/header.ts';
import { RawWordStream, type RawWords } from '../prophesee/word-stream.ts';
import type { DecoderSink } from '../push-decoder.ts';
import type { Trigger } from '../side-channels.ts';
import { Evt21Kernel } from './kernel.ts';
import { decodeEvt21Scalar, EVT21_PIXELS } from './scalar.ts';

/** Which half of a word comes first: the mask (`little`), or the EVT2 word, as older cameras wrote it (`legacy`). */
export type Evt21Endianness = 'little' | 'legacy';

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

/** See {@link RawWordStream}. */
export class Evt21WordStream extends RawWordStream {
  #endianness: Evt21Endianness | undefined;

  /** @param endianness default: what a header states, else what the first words look like. */
  constructor(sink: DecoderSink, endianness?: Evt21Endianness) {
    super(sink, WORDS);
    this.#endianness = endianness;
  }

  override startWords({ endianness }: PropheseeHeader): void {
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
      if (type <= 1) this.sink.account.dropped['before-time'] += popCount(mask);
      else if (type === EXT_TRIGGER) this.sink.account.dropped['before-time']++;
    }
    return to;
  }

  protected triggerOf(words: DataView, index: number): Trigger {
    return triggerFrom(words.getUint32(8 * index + (this.swapped ? 0 : 4), true), this.state);
  }
}
