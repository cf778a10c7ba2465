/** Prophesee EVT2: little-endian words of 32 bits. */
import { RawDecoder, type RawDecoderOptions, type RawWords } from '../prophesee/raw-decoder.ts';
import type { Trigger } from '../side-channels.ts';
import { Evt2Kernel } from './kernel.ts';
import { decodeEvt2Scalar } from './scalar.ts';
import { EXT_TRIGGER, MONITORING, TIME_HIGH, triggerFrom } from './words.ts';

const WORDS: RawWords = {
  wordBytes: 4,
  stepEvents: 8,
  scalar: decodeEvt2Scalar,
  kernel: Evt2Kernel,
  triggerType: EXT_TRIGGER,
  namedTypes: MONITORING,
};

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
    super('evt2', 'EVT2', WORDS, options);
  }

  protected findTime(words: DataView, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const type = words.getUint32(4 * i, true) >>> 28;
      if (type === TIME_HIGH) return i;
      if (type <= 1 || type === EXT_TRIGGER) this.account.dropped['before-time']++;
    }
    return to;
  }

  protected triggerOf(words: DataView, index: number): Trigger {
    return triggerFrom(words.getUint32(4 * index, true), this.state);
  }
}
