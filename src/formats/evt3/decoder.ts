/** Prophesee EVT3: little-endian words of 16 bits that change a state; some of them are events. */
import { RawDecoder, type RawDecoderOptions } from '../prophesee/raw-decoder.ts';
import type { RecordRun } from '../records/run.ts';
import {
  ADDR_X,
  ADDR_Y,
  ADDR_Y_EM,
  CONTINUED_12,
  CONTINUED_4,
  EXT_TRIGGER,
  IMU,
  OTHERS,
  TIME_HIGH,
  TIME_LOW,
  TIME_PART_RANGE,
  VECT_12,
  VECT_8,
  VECT_BASE_X,
} from './words.ts';

/** Events of the densest word. */
const MOST_EVENTS = 12;
/** The row of X words that are not pixel events: outside every sensor. */
const NO_ROW = 0x1_0000;
const NAMED = [CONTINUED_4, IMU, OTHERS, CONTINUED_12];

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
  /** TIME_HIGH as it stands, -1 before the first. */
  #high = -1;
  #loops = 0;
  /** Microseconds of TIME_HIGH, wraps included, and all of the clock. */
  #highMicros = 0;
  #micros = 0;
  #row = 0;
  #base = 0;
  #polarity = 0;

  constructor(options: RawDecoderOptions = {}) {
    super('evt3', 'EVT3', { wordBytes: 2, eventsPerWord: MOST_EVENTS }, options);
  }

  protected decodeWords(words: DataView, from: number, to: number, run: RecordRun): number {
    if (this.#high < 0) return this.#findTime(words, from, to);
    const { width, height } = this;
    const { t, x, y, p } = run.arrays;
    const room = t.length - MOST_EVENTS;
    let [micros, row, base, polarity] = [this.#micros, this.#row, this.#base, this.#polarity];
    let { previous } = run;
    let [n, on, backwardSteps, outside] = [0, 0, 0, 0];
    let i = from;
    for (; i < to && n <= room; i++) {
      const word = words.getUint16(2 * i, true);
      const type = word >>> 12;
      if (type === ADDR_X) {
        const column = word & 0x7ff;
        if (column >= width || row >= height) {
          outside += this.#lost(row, 1);
          continue;
        }
        const bit = (word >>> 11) & 1;
        if (micros < previous) backwardSteps++;
        previous = micros;
        on += bit;
        t[n] = micros;
        x[n] = column;
        y[n] = row;
        p[n] = bit;
        n++;
      } else if (type === ADDR_Y) {
        row = word & 0x7ff;
      } else if (type === VECT_12 || type === VECT_8) {
        const pixels = type === VECT_12 ? 12 : 8;
        const first = n;
        for (let mask = word & ((1 << pixels) - 1); mask !== 0; mask &= mask - 1) {
          const column = base + 31 - Math.clz32(mask & -mask);
          if (column >= width || row >= height) {
            outside += this.#lost(row, 1);
            continue;
          }
          t[n] = micros;
          x[n] = column;
          y[n] = row;
          p[n] = polarity;
          n++;
        }
        base += pixels;
        if (n === first) continue;
        if (micros < previous) backwardSteps++;
        previous = micros;
        on += polarity * (n - first);
      } else if (type === VECT_BASE_X) {
        base = word & 0x7ff;
        polarity = (word >>> 11) & 1;
      } else if (type === TIME_LOW) {
        micros = this.#highMicros + (word & 0xfff);
      } else if (type === TIME_HIGH) {
        micros = this.#setHigh(word & 0xfff, micros);
      } else if (type === ADDR_Y_EM) {
        row = NO_ROW;
      } else {
        this.#otherWord(word, micros);
      }
    }
    [this.#micros, this.#row, this.#base, this.#polarity] = [micros, row, base, polarity];
    Object.assign(run, { length: n, on, backwardSteps, outside, previous });
    return i;
  }

  /** Words before the first TIME_HIGH: they set the state, but events have no time. */
  #findTime(words: DataView, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const word = words.getUint16(2 * i, true);
      const type = word >>> 12;
      if (type === TIME_HIGH) return this.#start(word & 0xfff, i);
      if (type === ADDR_X) this.account.dropped['before-time']++;
      else if (type === ADDR_Y) this.#row = word & 0x7ff;
      else if (type === ADDR_Y_EM) this.#row = NO_ROW;
      else if (type === VECT_BASE_X) [this.#base, this.#polarity] = [word & 0x7ff, (word >>> 11) & 1];
      else if (type === VECT_12 || type === VECT_8) {
        const pixels = type === VECT_12 ? 12 : 8;
        for (let mask = word & ((1 << pixels) - 1); mask !== 0; mask &= mask - 1)
          this.account.dropped['before-time']++;
        this.#base += pixels;
      }
    }
    return to;
  }

  #start(high: number, at: number): number {
    this.#high = high;
    this.#highMicros = high * TIME_PART_RANGE;
    this.#micros = this.#highMicros;
    return at + 1;
  }

  /** @returns the clock. */
  #setHigh(high: number, micros: number): number {
    if (high === this.#high) return micros;
    if (this.#high - high >= TIME_PART_RANGE / 2) this.account.wraps = ++this.#loops;
    this.#high = high;
    // The low part of the time before would run ahead until the next TIME_LOW.
    this.#highMicros = (this.#loops * TIME_PART_RANGE + high) * TIME_PART_RANGE;
    return this.#highMicros;
  }

  /** Counts an event that is none; returns how many of them lie outside the sensor. */
  #lost(row: number, events: number): number {
    if (row !== NO_ROW) return events;
    this.account.dropped['not-a-pixel'] += events;
    return 0;
  }

  #otherWord(word: number, micros: number): void {
    const type = word >>> 12;
    if (type === EXT_TRIGGER && this.listeners.trigger !== undefined) {
      this.deliverSide('trigger', {
        tMicros: micros,
        channel: (word >>> 8) & 0xf,
        edge: (word & 1) === 1 ? 'rising' : 'falling',
      });
    } else {
      this.account.dropped[type === EXT_TRIGGER || NAMED.includes(type) ? 'not-a-pixel' : 'unknown-type']++;
    }
  }
}
