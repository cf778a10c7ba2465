/** EVT2 words turned into events; see `Evt2Decoder` for the rules. */
import type { DecoderSink } from '../push-decoder.ts';
import { RawWordStream, type RawWords } from '../prophesee/word-stream.ts';
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

/** See {@link RawWordStream}. */
export class Evt2WordStream extends RawWordStream {
  constructor(sink: DecoderSink) {
    super(sink, WORDS);
  }

  protected findTime(words: DataView, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      const type = words.getUint32(4 * i, true) >>> 28;
      if (type === TIME_HIGH) return i;
      if (type <= 1 || type === EXT_TRIGGER) this.sink.account.dropped['before-time']++;
    }
    return to;
  }

  protected triggerOf(words: DataView, index: number): Trigger {
    return triggerFrom(words.getUint32(4 * index, true), this.state);
  }
}
