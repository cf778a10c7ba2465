/** Writes Event Stream 2.0.0 of type dvs or atis. */
import { OptionError, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { ES_SIGNATURE, ES_TYPES, PIXEL_EVENT_BYTES } from './layout.ts';

/** Options of the Event Stream encoder. */
export interface EsEncoderOptions extends EncoderOptions {
  /** Default `dvs`. */
  readonly esType?: 'dvs' | 'atis';
}

/** How an event's first byte holds time and polarity. */
interface StepRule {
  /** Steps from here on take overflow bytes. */
  readonly range: number;
  /** Of the polarity; the step follows it. */
  readonly shift: number;
}

const STEP_RULES: Readonly<Record<'dvs' | 'atis', StepRule>> = {
  dvs: { range: 127, shift: 0 },
  atis: { range: 63, shift: 1 },
};

/** A longer silence would be written as more than 33 MB of overflow bytes. */
const MAX_STEP_MICROS = 2 ** 32;

/**
 * Push encoder. Times must not go back, start at 0 or later, and leave no gap of 2^32 µs (times are sums of
 * deltas from 0, in steps of 127 µs); x and y must lie on the sensor, as y is counted from its bottom row:
 * that is how the library of the format's authors (sepia, event_stream) has it, which hands rows on as they are, and how
 * faery takes it, which turns them over.
 *
 * @throws EventFormatError `UNENCODABLE_EVENT`, also where neither option nor batch states the sensor's size.
 *
 * @example
 * ```ts
 * import { batchFromTuples, EsEncoder } from 'saccade';
 * const bytes = new EsEncoder().push(batchFromTuples([[130, 3, 4, 1]], { width: 8, height: 8 }));
 * console.log(Array.from(bytes.subarray(20))); // [255, 7, 3, 0, 3, 0]
 * ```
 */
export class EsEncoder extends PushEncoder {
  readonly #atis: boolean;
  readonly #rule: StepRule;
  #size: SensorGeometry = { width: 0, height: 0 };
  #last = 0;

  constructor(options: EsEncoderOptions = {}) {
    super('Event Stream', options);
    const type = options.esType ?? 'dvs';
    if (!['dvs', 'atis'].includes(type))
      throw new OptionError('esType', `must be dvs or atis, got ${type as string}`);
    this.#atis = type === 'atis';
    this.#rule = STEP_RULES[type];
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    this.#size = geometry ?? this.#size;
    const { width, height } = this.#size;
    if (width > 0xffff || height > 0xffff) {
      throw new EventFormatError(
        'UNENCODABLE_EVENT',
        0,
        `Event Stream cannot hold a sensor of ${width}x${height}.`,
      );
    }
    const type = ES_TYPES.indexOf(this.#atis ? 'atis' : 'dvs');
    const size = [width & 0xff, width >> 8, height & 0xff, height >> 8];
    return Uint8Array.of(...new TextEncoder().encode(ES_SIGNATURE), 2, 0, 0, type, ...size);
  }

  protected encode(batch: EventBatch): Uint8Array {
    const bytes = new Uint8Array(this.#measure(batch));
    const view = new DataView(bytes.buffer);
    const { t, x, y, p, length } = batch;
    const bottom = this.#size.height - 1;
    const { range, shift } = this.#rule;
    let last = this.#last;
    let at = 0;
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      let step = time - last;
      last = time;
      if (step >= range) {
        at = this.#putOverflow(bytes, at, step);
        step %= range;
      }
      bytes[at] = (step << (shift + 1)) | (p[i]! << shift);
      view.setInt32(at + 1, ((bottom - y[i]!) << 16) | x[i]!, true);
      at += PIXEL_EVENT_BYTES;
    }
    this.#last = last;
    return bytes;
  }

  /** Returns where the event's own bytes go. */
  #putOverflow(bytes: Uint8Array, at: number, step: number): number {
    const end = at + this.#overflowBytes(step);
    bytes.fill(0xff, at, end);
    // Atis: up to three times 63 µs in one byte, so the last one may hold fewer.
    const rest = this.#atis ? Math.floor(step / 63) % 3 : 0;
    if (rest > 0) bytes[end - 1] = 0xfc | rest;
    return end;
  }

  #overflowBytes(step: number): number {
    return this.#atis ? Math.ceil(Math.floor(step / 63) / 3) : Math.floor(step / 127);
  }

  /** Bytes that a batch takes; refuses what cannot be held before anything is allocated. */
  #measure(batch: EventBatch): number {
    const { t, x, y, length } = batch;
    const { width, height } = this.#size;
    const { range } = this.#rule;
    let overflows = 0;
    let last = this.#last;
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      const step = time - last;
      last = time;
      if (!(step >= 0 && step < MAX_STEP_MICROS) || x[i]! >= width || y[i]! >= height) {
        throw this.unencodable(
          batch,
          i,
          overflows + i * PIXEL_EVENT_BYTES,
          `x must be below ${width}, y below ${height} (state geometry), t at least ${this.#last} and less than 2^32 from the event before. Sort the events or subtract an offset from the times`,
        );
      }
      if (step >= range) overflows += this.#overflowBytes(step);
    }
    return overflows + length * PIXEL_EVENT_BYTES;
  }
}
