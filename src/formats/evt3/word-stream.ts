/** EVT3 words turned into events; see `Evt3Decoder` for the rules. */
import type { DecoderSink } from '../push-decoder.ts';
import { popCount } from '../prophesee/append-mask.ts';
import { RawWordStream, type RawWords } from '../prophesee/word-stream.ts';
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

/** See {@link RawWordStream}. */
export class Evt3WordStream extends RawWordStream {
  constructor(sink: DecoderSink) {
    super(sink, WORDS);
  }

  protected findTime(words: DataView, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const word = words.getUint16(2 * i, true);
      const type = word >>> 12;
      if (type === TIME_HIGH) return i;
      if (type === ADDR_X || type === EXT_TRIGGER) {
        this.sink.account.dropped['before-time']++;
      } else if (type === VECT_12 || type === VECT_8) {
        this.sink.account.dropped['before-time'] += popCount(word & (type === VECT_12 ? 0xfff : 0xff));
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
