/** Packets of `libcaer_cmp`: words of 16 bits, much as EVT3's with columns and rows exchanged. Source: event_camera_codecs. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DecoderSink } from '../push-decoder.ts';
import type { PacketDecoder } from './event-packet.ts';
import type { EventRuns } from './event-runs.ts';
import { baseMicros } from './nanoseconds.ts';

const WORD_BYTES = 2;
/** Types of words: bits 12 to 15. */
const TIME_HIGH = 0;
const TIME_LOW = 1;
const ADDR_X = 2;
const ADDR_Y = 3;
const VECT_BASE_Y = 4;
const VECT_8 = 5;

/** Times begin anew in each packet, at its base, which counts nanoseconds; column, row and polarity stay. */
export class LibcaerCompressedWords implements PacketDecoder {
  readonly wordBytes: number = WORD_BYTES;
  readonly savedNumbers = 3;
  geometry: SensorGeometry | null = null;
  readonly #sink: DecoderSink;
  readonly #runs: EventRuns;
  #x = 0;
  #y = 0;
  #on = 0;

  constructor(sink: DecoderSink, runs: EventRuns) {
    this.#sink = sink;
    this.#runs = runs;
  }

  save(): readonly number[] {
    return [this.#x, this.#y, this.#on];
  }

  restore([x, y, on]: readonly number[]): void {
    [this.#x, this.#y, this.#on] = [x!, y!, on!];
  }

  decode(words: Uint8Array, timeBase: bigint): void {
    const base = baseMicros(timeBase);
    const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
    let high = base;
    let low = 0;
    for (let at = 0; at < words.length; at += WORD_BYTES) {
      const word = view.getUint16(at, true);
      switch (word >>> 12) {
        case TIME_HIGH:
          high = base + (word & 0xfff) * 4096;
          break;
        case TIME_LOW:
          low = word & 0xfff;
          break;
        case ADDR_X:
          this.#x = word & 0x7ff;
          break;
        case ADDR_Y:
          this.#runs.append(high + low, this.#x, word & 0x7ff, (word >>> 11) & 1);
          break;
        case VECT_BASE_Y:
          this.#y = word & 0x7ff;
          this.#on = (word >>> 11) & 1;
          break;
        case VECT_8:
          for (let bits = word & 0xff; bits !== 0; bits &= bits - 1)
            this.#runs.append(high + low, this.#x, this.#y + 31 - Math.clz32(bits & -bits), this.#on);
          this.#y += 8;
          break;
        default:
          this.#sink.account.dropped['unknown-type']++;
      }
    }
  }
}
