/** Prophesee EVT2: little-endian words of 32 bits. */
import type { RecordRun } from '../records/run.ts';
import { RawDecoder, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import { EXT_TRIGGER, MONITORING, setHigh, TIME_HIGH, type HighClock } from './words.ts';

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
  readonly #clock: HighClock = { micros: -1, high: 0, wraps: 0 };

  constructor(options: RawDecoderOptions = {}) {
    super('evt2', 'EVT2', { wordBytes: 4, eventsPerWord: 1 }, options);
  }

  protected decodeWords(words: DataView, from: number, to: number, run: RecordRun): number {
    const { width, height } = this;
    const { t, x, y, p } = run.arrays;
    const end = Math.min(to, from + t.length);
    let { micros } = this.#clock;
    let { previous } = run;
    let [n, on, backwardSteps, outside] = [0, 0, 0, 0];
    for (let i = from; i < end; i++) {
      const word = words.getInt32(4 * i, true);
      const type = word >>> 28;
      if (type > 1 || micros < 0) {
        micros = this.#otherWord(word);
        continue;
      }
      const column = (word >>> 11) & 0x7ff;
      const row = word & 0x7ff;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      const time = micros + ((word >>> 22) & 0x3f);
      if (time < previous) backwardSteps++;
      previous = time;
      on += type;
      t[n] = time;
      x[n] = column;
      y[n] = row;
      p[n] = type;
      n++;
    }
    Object.assign(run, { length: n, on, backwardSteps, outside, previous });
    return end;
  }

  /** @returns the clock's microseconds after it. */
  #otherWord(word: number): number {
    const clock = this.#clock;
    const type = word >>> 28;
    if (type === TIME_HIGH) {
      setHigh(clock, word & 0xfff_ffff);
      this.account.wraps = clock.wraps;
    } else if (type === EXT_TRIGGER && clock.micros >= 0 && this.listeners.trigger !== undefined) {
      this.deliverSide('trigger', {
        tMicros: clock.micros + ((word >>> 22) & 0x3f),
        channel: (word >>> 8) & 0x1f,
        edge: (word & 1) === 1 ? 'rising' : 'falling',
      });
    } else if (type <= 1) {
      this.account.dropped['before-time']++;
    } else {
      this.account.dropped[
        type === EXT_TRIGGER || MONITORING.includes(type) ? 'not-a-pixel' : 'unknown-type'
      ]++;
    }
    return clock.micros;
  }
}
