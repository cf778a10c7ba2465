/** Packets whose words have 64 bits: `mono`, `libcaer` and `trigger`. Source: event_camera_codecs. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DecoderSink } from '../push-decoder.ts';
import type { PacketDecoder } from './event-packet.ts';
import type { EventRuns } from './event-runs.ts';
import { MessageError } from './message-reader.ts';
import { baseMicros, nanosecondBase, roundedMicros } from './nanoseconds.ts';

const WORD_BYTES = 8;
/** Of a camera's 31-bit counter. */
const COUNTER_RANGE = 2 ** 31;

function viewOf(words: Uint8Array): DataView {
  return new DataView(words.buffer, words.byteOffset, words.byteLength);
}

/** Nanoseconds from the time base in bits 0 to 31, x in 32 to 47, y in 48 to 62, polarity in 63. */
export class MonoWords implements PacketDecoder {
  readonly wordBytes: number = WORD_BYTES;
  geometry: SensorGeometry | null = null;
  readonly #runs: EventRuns;

  constructor(runs: EventRuns) {
    this.#runs = runs;
  }

  decode(words: Uint8Array, timeBase: bigint): void {
    const { micros, nanos } = nanosecondBase(timeBase);
    const view = viewOf(words);
    for (let at = 0; at < words.length; at += WORD_BYTES) {
      const place = view.getUint32(at + 4, true);
      const time = roundedMicros(micros, nanos + view.getUint32(at, true));
      this.#runs.append(time, place & 0xffff, (place >>> 16) & 0x7fff, place >>> 31);
    }
  }
}

/**
 * libcaer's polarity events: whether it is valid in bit 0, polarity in 1, y in 2 to 16, x in 17 to 31, microseconds in the
 * other half. The base counts nanoseconds and has the upper bits of the camera's counter; that runs over within a packet
 * only.
 */
export class LibcaerWords implements PacketDecoder {
  readonly wordBytes: number = WORD_BYTES;
  geometry: SensorGeometry | null = null;
  readonly #sink: DecoderSink;
  readonly #runs: EventRuns;

  constructor(sink: DecoderSink, runs: EventRuns) {
    this.#sink = sink;
    this.#runs = runs;
  }

  decode(words: Uint8Array, timeBase: bigint): void {
    const view = viewOf(words);
    let base = baseMicros(timeBase);
    let before = 0;
    for (let at = 0; at < words.length; at += WORD_BYTES) {
      const data = view.getUint32(at, true);
      const counter = view.getUint32(at + 4, true);
      if (counter < before) {
        base += COUNTER_RANGE;
        if (base > Number.MAX_SAFE_INTEGER / 2)
          throw new MessageError('has a counter that falls all the time');
        this.#sink.account.wraps++;
      }
      before = counter;
      if ((data & 1) === 0) this.#sink.account.dropped.invalid++;
      else this.#runs.append(base + counter, data >>> 17, (data >>> 2) & 0x7fff, (data >>> 1) & 1);
    }
  }
}

/** Nanoseconds from the time base in bits 0 to 31, the edge in 63. */
export class TriggerWords implements PacketDecoder {
  readonly wordBytes: number = WORD_BYTES;
  geometry: SensorGeometry | null = null;
  readonly #sink: DecoderSink;

  constructor(sink: DecoderSink) {
    this.#sink = sink;
  }

  decode(words: Uint8Array, timeBase: bigint): void {
    if (this.#sink.listeners.trigger === undefined) {
      this.#sink.account.dropped['not-a-pixel'] += words.length / WORD_BYTES;
      return;
    }
    const { micros, nanos } = nanosecondBase(timeBase);
    const view = viewOf(words);
    for (let at = 0; at < words.length; at += WORD_BYTES) {
      this.#sink.deliverSide('trigger', {
        tMicros: roundedMicros(micros, nanos + view.getUint32(at, true)),
        channel: 0,
        edge: view.getUint32(at + 4, true) >>> 31 === 1 ? 'rising' : 'falling',
      });
    }
  }
}
