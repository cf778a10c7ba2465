/** Prophesee EVT3: little-endian words of 16 bits that change a state; some of them are events. */
import { popCount } from '../prophesee/append-mask.ts';
import { RawDecoder, type RawDecoderOptions, type RawWords } from '../prophesee/raw-decoder.ts';
import type { Trigger } from '../side-channels.ts';
import { Evt3Kernel } from './kernel.ts';
import { decodeEvt3Scalar, EVT3_PIXELS, setState } from './scalar.ts';
import {
  ADDR_X,
  CONTINUED_12,
  CONTINUED_4,
  EXT_TRIGGER,
  IMU,
  OTHERS,
  TIME_HIGH,
  TIME_LOW,
  VECT_12,
  VECT_8,
} from './words.ts';

const WORDS: RawWords = {
  wordBytes: 2,
  stepEvents: EVT3_PIXELS,
  scalar: decodeEvt3Scalar,
  kernel: Evt3Kernel,
  triggerType: EXT_TRIGGER,
  namedTypes: [CONTINUED_4, IMU, OTHERS, CONTINUED_12],
};

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
    super('evt3', 'EVT3', WORDS, options);
  }

  protected findTime(words: DataView, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const word = words.getUint16(2 * i, true);
      const type = word >>> 12;
      if (type === TIME_HIGH) return i;
      if (type === ADDR_X || type === EXT_TRIGGER) {
        this.account.dropped['before-time']++;
      } else if (type === VECT_12 || type === VECT_8) {
        this.account.dropped['before-time'] += popCount(word & (type === VECT_12 ? 0xfff : 0xff));
        this.state.base += type === VECT_12 ? 12 : 8;
      } else if (type !== TIME_LOW) {
        setState(this.state, word);
      }
    }
    return to;
  }

  protected triggerOf(words: DataView, index: number): Trigger {
    const word = words.getUint16(2 * index, true);
    return {
      tMicros: this.state.micros,
      channel: (word >>> 8) & 0xf,
      edge: (word & 1) === 1 ? 'rising' : 'falling',
    };
  }
}
