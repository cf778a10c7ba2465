/**
 * The one form in which events travel through saccade: batches as a structure of arrays.
 *
 * Canonical convention: origin top-left, x to the right, y down, polarity 1 = ON, time in
 * microseconds as the recording states it (not shifted to zero), events in recorded order.
 */
import type { OwnedBytes } from './owned-bytes.ts';

/** Width and height of a sensor in pixels. */
export interface SensorGeometry {
  readonly width: number;
  readonly height: number;
}

/**
 * `346x260`: a size as people and options write it.
 *
 * @example
 * ```ts
 * import { sensorName } from 'saccade';
 * console.log(sensorName({ width: 346, height: 260 })); // '346x260'
 * ```
 */
export function sensorName({ width, height }: SensorGeometry): string {
  return `${width}x${height}`;
}

/** Whether two sizes are one. */
export function sameSensor(a: SensorGeometry, b: SensorGeometry): boolean {
  return a.width === b.width && a.height === b.height;
}

/**
 * A run of consecutive events. The four arrays have `length` valid entries each and must not be
 * written to after the batch was handed on: slices share them.
 */
export interface EventBatch {
  /** Number of events. */
  readonly length: number;
  /** Microseconds, an integer in double precision (exact below 2^53). */
  readonly t: Float64Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  /** 1 = ON (brighter), 0 = OFF. */
  readonly p: Uint8Array;
  /** The sensor's size, `null` where the recording does not state it and nobody else did. */
  readonly geometry: SensorGeometry | null;
  /** Number of the time segment, from 0: a reset of the camera's clock begins the next one. */
  readonly segment: number;
}

/** Mutable arrays of a fixed capacity, to be filled by a decoder and turned into a batch. */
export interface EventArrays {
  readonly t: Float64Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly p: Uint8Array;
}

/**
 * Allocates room for `capacity` events.
 *
 * @example
 * ```ts
 * import { allocateEvents, batchOf } from 'saccade';
 * const arrays = allocateEvents(2);
 * arrays.t[0] = 1000; arrays.x[0] = 3; arrays.y[0] = 4; arrays.p[0] = 1;
 * console.log(batchOf(arrays, 1, { width: 34, height: 34 }).length); // 1
 * ```
 */
export function allocateEvents(capacity: number): EventArrays {
  return {
    t: new Float64Array(capacity),
    x: new Uint16Array(capacity),
    y: new Uint16Array(capacity),
    p: new Uint8Array(capacity),
  };
}

/** Makes a batch of the first `length` entries of `arrays`, without copying. */
export function batchOf(
  arrays: EventArrays,
  length: number,
  geometry: SensorGeometry | null,
  segment = 0,
): EventBatch {
  if (length === arrays.t.length) return { length, ...arrays, geometry, segment };
  return {
    length,
    t: arrays.t.subarray(0, length),
    x: arrays.x.subarray(0, length),
    y: arrays.y.subarray(0, length),
    p: arrays.p.subarray(0, length),
    geometry,
    segment,
  };
}

/** One event as a tuple `[t, x, y, p]`; for tests and small examples, never for streams. */
export type EventTuple = readonly [t: number, x: number, y: number, p: number];

/**
 * Makes a batch from tuples `[t, x, y, p]`.
 *
 * @example
 * ```ts
 * import { batchFromTuples } from 'saccade';
 * const batch = batchFromTuples([[10, 1, 2, 1], [20, 3, 4, 0]], { width: 8, height: 8 });
 * console.log(batch.length, batch.t[1]); // 2 20
 * ```
 */
export function batchFromTuples(
  events: readonly EventTuple[],
  geometry: SensorGeometry | null = null,
): EventBatch {
  const arrays = allocateEvents(events.length);
  events.forEach(([t, x, y, p], i) => {
    arrays.t[i] = t;
    arrays.x[i] = x;
    arrays.y[i] = y;
    arrays.p[i] = p;
  });
  return batchOf(arrays, events.length, geometry);
}

/**
 * The events `[start, end)` of a batch, without copying.
 *
 * @example
 * ```ts
 * import { batchFromTuples, sliceBatch } from 'saccade';
 * const batch = batchFromTuples([[1, 0, 0, 1], [2, 0, 0, 1], [3, 0, 0, 1]]);
 * console.log(sliceBatch(batch, 1, 3).t[0]); // 2
 * ```
 */
export function sliceBatch(batch: EventBatch, start: number, end: number): EventBatch {
  if (start === 0 && end === batch.length) return batch;
  return {
    length: end - start,
    t: batch.t.subarray(start, end),
    x: batch.x.subarray(start, end),
    y: batch.y.subarray(start, end),
    p: batch.p.subarray(start, end),
    geometry: batch.geometry,
    segment: batch.segment,
  };
}

/**
 * Joins batches in order. The geometry is the first one that is stated, the segment that of the first batch.
 *
 * @example
 * ```ts
 * import { batchFromTuples, concatBatches } from 'saccade';
 * const a = batchFromTuples([[1, 0, 0, 1]]);
 * const b = batchFromTuples([[2, 0, 0, 0]]);
 * console.log(concatBatches([a, b]).length); // 2
 * ```
 */
export function concatBatches(batches: readonly EventBatch[]): EventBatch {
  const [only] = batches;
  if (batches.length === 1 && only !== undefined) return only;
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  const arrays = allocateEvents(length);
  let at = 0;
  for (const batch of batches) {
    arrays.t.set(batch.t, at);
    arrays.x.set(batch.x, at);
    arrays.y.set(batch.y, at);
    arrays.p.set(batch.p, at);
    at += batch.length;
  }
  const geometry = batches.find((batch) => batch.geometry !== null)?.geometry ?? null;
  return batchOf(arrays, length, geometry, batches[0]?.segment);
}

/** Bytes of one canonical record: `i64 t, u16 x, u16 y, u8 p`, little endian. */
export const CANONICAL_RECORD_BYTES = 13;

/**
 * The canonical byte form of a stream: 13-byte little-endian records `i64 t, u16 x, u16 y, u8 p`.
 * The SHA-256 over these bytes is the digest that `saccade inspect --digest` prints, so two decoders
 * can be compared without exchanging events.
 *
 * @example
 * ```ts
 * import { batchFromTuples, encodeCanonicalRecords } from 'saccade';
 * const bytes = encodeCanonicalRecords(batchFromTuples([[258, 1, 2, 1]]));
 * console.log(Array.from(bytes)); // [2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 1]
 * ```
 */
export function encodeCanonicalRecords(batch: EventBatch): OwnedBytes {
  const bytes = new Uint8Array(batch.length * CANONICAL_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0, at = 0; i < batch.length; i++, at += CANONICAL_RECORD_BYTES) {
    const t = batch.t[i]!;
    view.setUint32(at, t >>> 0, true);
    view.setInt32(at + 4, Math.floor(t / 0x1_0000_0000), true);
    view.setUint16(at + 8, batch.x[i]!, true);
    view.setUint16(at + 10, batch.y[i]!, true);
    view.setUint8(at + 12, batch.p[i]!);
  }
  return bytes;
}
