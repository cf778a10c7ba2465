/** Prophesee EVT2.1: words of 64 bits, an EVT2 word and a mask of 32 pixels. */
import { LOW_MICROS, EXT_TRIGGER, MONITORING, setHigh, TIME_HIGH, type HighClock } from '../evt2/words.ts';
import type { PropheseeHeader } from '../prophesee/header.ts';
import { RawDecoder, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import type { RecordRun } from '../records/run.ts';

/** Which half of a word comes first: the mask (`little`), or the EVT2 word, as older cameras wrote it (`legacy`). */
export type Evt21Endianness = 'little' | 'legacy';

/** Options of the EVT2.1 decoder. */
export interface Evt21DecoderOptions extends RawDecoderOptions {
  /** Wins over the header. Default: what the header states, else what the first words look like. */
  readonly endianness?: Evt21Endianness;
}

const WORD_BYTES = 8;
const PIXELS = 32;
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
  readonly #clock: HighClock = { micros: -1, high: 0, wraps: 0 };
  #endianness: Evt21Endianness | undefined;

  constructor(options: Evt21DecoderOptions = {}) {
    super('evt21', 'EVT21', { wordBytes: WORD_BYTES, eventsPerWord: PIXELS }, options);
    this.#endianness = options.endianness;
  }

  protected override startWords({ endianness }: PropheseeHeader): void {
    if (endianness !== undefined) this.#endianness ??= endianness === 'legacy' ? 'legacy' : 'little';
  }

  protected decodeWords(words: DataView, from: number, to: number, run: RecordRun): number {
    let i = this.#endianness === undefined ? this.#findEndianness(words, from, to) : from;
    const wordAt = this.#endianness === 'legacy' ? 0 : 4;
    const { width, height } = this;
    const { t, x, y, p } = run.arrays;
    const room = t.length - PIXELS;
    let { micros } = this.#clock;
    let { previous } = run;
    let [n, on, backwardSteps, outside] = [0, 0, 0, 0];
    for (; i < to && n <= room; i++) {
      const word = words.getInt32(WORD_BYTES * i + wordAt, true);
      let mask = words.getInt32(WORD_BYTES * i + 4 - wordAt, true);
      const type = word >>> 28;
      if (type > 1 || micros < 0) {
        micros = this.#otherWord(word, mask);
        continue;
      }
      const base = (word >>> 11) & 0x7ff;
      const row = word & 0x7ff;
      const time = micros + ((word >>> 22) & 0x3f);
      const first = n;
      for (; mask !== 0; mask &= mask - 1) {
        const column = base + 31 - Math.clz32(mask & -mask);
        if (column >= width || row >= height) {
          outside++;
          continue;
        }
        t[n] = time;
        x[n] = column;
        y[n] = row;
        p[n] = type;
        n++;
      }
      if (n === first) continue;
      if (time < previous) backwardSteps++;
      previous = time;
      on += type * (n - first);
    }
    Object.assign(run, { length: n, on, backwardSteps, outside, previous });
    return i;
  }

  /** @returns the first TIME_HIGH word; what comes before it has no time. */
  #findEndianness(words: DataView, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      this.#endianness = endiannessOf(words, WORD_BYTES * i);
      if (this.#endianness !== undefined) return i;
      this.account.dropped['before-time']++;
    }
    return to;
  }

  /** @returns the clock's microseconds after it. */
  #otherWord(word: number, mask: number): number {
    const clock = this.#clock;
    const type = word >>> 28;
    if (type === TIME_HIGH) {
      setHigh(clock, word & 0xfff_ffff);
      this.account.wraps = clock.wraps;
    } else if (type === EXT_TRIGGER && clock.micros >= 0 && this.listeners.trigger !== undefined) {
      this.deliverSide('trigger', {
        tMicros: clock.micros + ((word >>> 22) & (LOW_MICROS - 1)),
        channel: (word >>> 8) & 0x1f,
        edge: (word & 1) === 1 ? 'rising' : 'falling',
      });
    } else if (type <= 1) {
      for (let bits = mask; bits !== 0; bits &= bits - 1) this.account.dropped['before-time']++;
    } else {
      this.account.dropped[
        type === EXT_TRIGGER || MONITORING.includes(type) ? 'not-a-pixel' : 'unknown-type'
      ]++;
    }
    return clock.micros;
  }
}
