/** Words of Prophesee's RAW encodings turned into events, wherever they come from: files, or packets of other containers. */
import { batchOf, sliceBatch, type SensorGeometry } from '../../events/index.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { endRun } from '../records/run.ts';
import type { KernelClass } from '../records/run-space.ts';
import type { Trigger } from '../side-channels.ts';
import { RAW_COORDINATES } from './encode-words.ts';
import type { PropheseeHeader } from './header.ts';
import type { RawKernel } from './kernel.ts';
import {
  RAW_STATE,
  startRaw,
  startRawRun,
  WORD_TYPES,
  type DecodeRaw,
  type RawRun,
  type RawState,
} from './words.ts';

/** How an encoding's words are decoded. */
export interface RawWords {
  readonly wordBytes: number;
  /** Events of the densest step. */
  readonly stepEvents: number;
  readonly scalar: DecodeRaw;
  readonly kernel: KernelClass<RawKernel>;
  readonly triggerType: number;
  /** Types that the format names beside events, time and triggers. */
  readonly namedTypes: readonly number[];
}

/** Base of the encodings' word streams. Their state goes on from one call to the next. */
export abstract class RawWordStream {
  readonly wordBytes: number;
  /** The sensor; `null` where it is not known. */
  geometry: SensorGeometry | null = null;
  protected readonly sink: DecoderSink;
  protected readonly state: RawState = startRaw();
  /** Whether the first half of EVT2.1 words is the EVT2 word. */
  protected swapped = false;
  readonly #words: RawWords;
  readonly #stopTypes: number;
  readonly #types = new Uint32Array(WORD_TYPES);

  constructor(sink: DecoderSink, words: RawWords) {
    this.sink = sink;
    this.wordBytes = words.wordBytes;
    this.#words = words;
    this.#stopTypes = sink.listeners.trigger === undefined ? 0 : 1 << words.triggerType;
  }

  /** The header of a file is read; its lines may bear on the words. */
  startWords?(header: PropheseeHeader): void;

  /**
   * Words `[from, to)` before the first TIME_HIGH: counts their events as dropped.
   *
   * @returns the first TIME_HIGH, or `to`.
   */
  protected abstract findTime(words: DataView, from: number, to: number): number;

  /** What words so far have set, in the order of {@link RAW_STATE}; `null` before the first TIME_HIGH. */
  save(): number[] | null {
    return this.state.high < 0 ? null : RAW_STATE.map((name) => this.state[name]);
  }

  /** Knows what was saved. */
  restore(saved: readonly number[]): void {
    RAW_STATE.forEach((name, i) => (this.state[name] = saved[i]!));
  }

  /** What a trigger word says. */
  protected abstract triggerOf(words: DataView, index: number): Trigger;

  /** Decodes whole words. */
  decode(bytes: Uint8Array): void {
    const { wordBytes, scalar, kernel, stepEvents } = this.#words;
    const count = bytes.length / wordBytes;
    const capacity = Math.max(this.sink.maxBatchEvents, stepEvents);
    let at = this.state.high < 0 ? this.findTime(viewOf(bytes), 0, count) : 0;
    const { width, height } = this.geometry ?? { width: RAW_COORDINATES, height: RAW_COORDINATES };
    const setting = { width, height, swapped: this.swapped, stopTypes: this.#stopTypes };
    while (at < count) {
      const run = startRawRun(capacity, this.#types);
      const fast = run.space.kernel(kernel);
      const next =
        fast === null
          ? scalar(this.state, setting, bytes, at, count, run)
          : fast.decode(this.state, setting, bytes, at, count, run);
      this.#take(run);
      // Nothing consumed: a trigger stands first.
      if (next === at) this.sink.deliverSide('trigger', this.triggerOf(viewOf(bytes), at++));
      else at = next;
    }
  }

  #take(run: RawRun): void {
    const { account, maxBatchEvents } = this.sink;
    const { dropped } = account;
    account.wraps = this.state.loops;
    dropped['outside-sensor'] += run.outside;
    dropped['not-a-pixel'] += run.notPixel;
    const { triggerType, namedTypes } = this.#words;
    for (let type = 0; type < WORD_TYPES; type++) {
      const count = run.types[type]!;
      if (count === 0) continue;
      const named = type === triggerType || namedTypes.includes(type);
      dropped[named ? 'not-a-pixel' : 'unknown-type'] += count;
      run.types[type] = 0;
    }
    const arrays = endRun(run);
    if (run.length <= maxBatchEvents) {
      this.sink.deliver(arrays, run.length, run);
      return;
    }
    // A single word of many events, and batches smaller than that.
    const whole = batchOf(arrays, run.length, null);
    for (let at = 0; at < run.length; at += maxBatchEvents) {
      const part = sliceBatch(whole, at, Math.min(run.length, at + maxBatchEvents));
      this.sink.deliver(part, part.length);
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
