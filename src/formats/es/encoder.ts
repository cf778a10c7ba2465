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

/** A longer silence would be written as more than 33 MB of overflow bytes. */
const MAX_STEP_MICROS = 2 ** 32;

/**
 * Push encoder. Times must not go back, start at 0 or later, and leave no gap of 2^32 µs (times are sums of
 * deltas from 0, in steps of 127 µs); x and y must lie on the sensor, as y is counted from its bottom row.
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
  #size: SensorGeometry = { width: 0, height: 0 };
  #last = 0;

  constructor(options: EsEncoderOptions = {}) {
    super('Event Stream', options);
    const type = options.esType ?? 'dvs';
    if (!['dvs', 'atis'].includes(type))
      throw new OptionError('esType', `must be dvs or atis, got ${type as string}`);
    this.#atis = type === 'atis';
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
    const { t, x, y, p } = batch;
    const bottom = this.#size.height - 1;
    let last = this.#last;
    let at = 0;
    for (let i = 0; i < batch.length; i++) {
      let step = t[i]! - last;
      last = t[i]!;
      const overflows = this.#overflowBytes(step);
      bytes.fill(0xff, at, at + overflows);
      at += overflows;
      if (this.#atis) {
        // Up to three times 63 µs in one byte: the last one may hold fewer.
        const rest = Math.floor(step / 63) % 3;
        if (rest > 0) bytes[at - 1] = 0xfc | rest;
        step %= 63;
        bytes[at] = (step << 2) | (p[i]! << 1);
      } else {
        step %= 127;
        bytes[at] = (step << 1) | p[i]!;
      }
      const row = bottom - y[i]!;
      bytes[at + 1] = x[i]! & 0xff;
      bytes[at + 2] = x[i]! >> 8;
      bytes[at + 3] = row & 0xff;
      bytes[at + 4] = row >> 8;
      at += PIXEL_EVENT_BYTES;
    }
    this.#last = last;
    return bytes;
  }

  #overflowBytes(step: number): number {
    return this.#atis ? Math.ceil(Math.floor(step / 63) / 3) : Math.floor(step / 127);
  }

  /** Bytes that a batch takes; refuses what cannot be held before anything is allocated. */
  #measure(batch: EventBatch): number {
    const { width, height } = this.#size;
    let total = 0;
    let last = this.#last;
    for (let i = 0; i < batch.length; i++) {
      const step = batch.t[i]! - last;
      last = batch.t[i]!;
      if (!(step >= 0 && step < MAX_STEP_MICROS) || batch.x[i]! >= width || batch.y[i]! >= height) {
        throw this.unencodable(
          batch,
          i,
          total,
          `x must be below ${width}, y below ${height} (state geometry), t at least ${this.#last} and less than 2^32 from the event before. Sort the events or subtract an offset from the times`,
        );
      }
      total += this.#overflowBytes(step) + PIXEL_EVENT_BYTES;
    }
    return total;
  }
}
