/** Cuts a stream: by time, by the number of events, by region, by time segment. */
import { integerOption, OptionError } from './errors.ts';
import type { EventStretch } from './stretch.ts';
import { sliceBatch, type EventBatch, type SensorGeometry } from './event-batch.ts';

/** Times from `startMicros` on and before `endMicros`. */
export interface TimeRange {
  /** Default: from the beginning. */
  readonly startMicros?: number;
  /** Default: to the end. */
  readonly endMicros?: number;
  /**
   * From where the range counts. `recording`: times as the recording states them. `first-event`: from the first
   * event of each time segment. Default `recording`.
   */
  readonly origin?: 'recording' | 'first-event';
}

/** Events by their number in the stream, counted from 0: from `start` on and before `end`. */
export interface CountRange {
  /** Default 0. */
  readonly start?: number;
  /** Default: to the end. */
  readonly end?: number;
}

/** A rectangle of pixels. */
export interface Region {
  /** Upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What to keep: the events that meet every condition that is stated. */
export interface CutOptions {
  readonly time?: TimeRange;
  readonly count?: CountRange;
  readonly region?: Region;
  /**
   * Makes the region the sensor: coordinates count from its upper left corner, and its size is the geometry.
   * Default false: coordinates and geometry stay those of the sensor.
   */
  readonly shift?: boolean;
  /** Number of the time segment, from 0: a reset of the camera's clock begins the next one. */
  readonly segment?: number;
}

/** A condition of a cut. */
export type CutCondition = 'count' | 'segment' | 'time' | 'region';

/** The account of a cut. `events` is `kept` and all of `leftOut` together. */
export interface CutReport {
  /** Events that came. */
  readonly events: number;
  readonly kept: number;
  /** Events left out, each under the first condition in this order that it does not meet. */
  readonly leftOut: Readonly<Record<CutCondition, number>>;
}

/** Coordinates are 16 bits wide. */
const MAX_COORDINATE = 0xffff;

/**
 * Keeps the events that meet every stated condition. Each condition is judged on the stream as it comes, so their
 * order does not matter: event numbers and the first event are those of the whole recording, not of a part.
 * Order, times and polarities stay as they are.
 *
 * @throws {@link OptionError} for a range that ends before it begins, and in `push` for a region that does not lie
 * on the sensor.
 *
 * @example
 * ```ts
 * import { batchFromTuples, EventCutter } from 'saccade';
 * const events = batchFromTuples([[10, 1, 1, 1], [20, 5, 6, 0], [30, 6, 6, 1]], { width: 8, height: 8 });
 * const cutter = new EventCutter({ time: { endMicros: 30 }, region: { x: 4, y: 4, width: 4, height: 4 }, shift: true });
 * const [cut] = cutter.push(events);
 * console.log(cut?.length, cut?.x[0], cut?.y[0], cut?.geometry); // 1 1 2 { width: 4, height: 4 }
 * console.log(cutter.report.leftOut); // { count: 0, segment: 0, time: 1, region: 1 }
 * ```
 */
export class EventCutter {
  readonly #time: Required<TimeRange>;
  readonly #count: Required<CountRange>;
  readonly #region: Region | null;
  readonly #shift: boolean;
  readonly #segmentOption: number | null;
  #segment: number | null = null;
  /** Time of the first event of this segment. */
  #origin = 0;
  #events = 0;
  #kept = 0;
  readonly #leftOut: Record<CutCondition, number> = { count: 0, segment: 0, time: 0, region: 0 };
  /** Indexes of the kept events of one batch. */
  #indexes = new Uint32Array(0);

  constructor({ time = {}, count = {}, region, shift = false, segment }: CutOptions) {
    const { startMicros = -Infinity, endMicros = Infinity, origin = 'recording' } = time;
    if (!(endMicros > startMicros)) throw new OptionError('time', 'must end after it begins');
    this.#time = { startMicros, endMicros, origin };
    const start = integerOption('count.start', count.start ?? 0, 0);
    const end = count.end === undefined ? Infinity : integerOption('count.end', count.end, 0);
    if (!(end > start)) throw new OptionError('count', 'must end after it begins');
    this.#count = { start, end };
    this.#region = region === undefined ? null : checkedRegion(region);
    if (shift && region === undefined) throw new OptionError('shift', 'needs a region');
    this.#shift = shift;
    this.#segmentOption = segment === undefined ? null : integerOption('segment', segment, 0);
  }

  get report(): CutReport {
    return { events: this.#events, kept: this.#kept, leftOut: { ...this.#leftOut } };
  }

  /** Whether no later event can be kept, so that reading can stop. Times may go back, so they cannot tell. */
  get done(): boolean {
    const { end } = this.#count;
    const past = this.#segmentOption !== null && (this.#segment ?? 0) > this.#segmentOption;
    return this.#events >= end || past;
  }

  /** Whether some of the next events, of which this is known, can be kept. Those of several segments always can. */
  mayKeep({ events, tEarliest, tLatest, segment, lastSegment, tOrigin }: EventStretch): boolean {
    if (events === 0) return false;
    const first = this.#events;
    if (first >= this.#count.end || first + events <= this.#count.start) return false;
    if (segment !== lastSegment) return true;
    if (this.#segmentOption !== null && this.#segmentOption !== segment) return false;
    const offset = this.#time.origin === 'first-event' ? tOrigin : 0;
    return tLatest >= this.#time.startMicros + offset && tEarliest < this.#time.endMicros + offset;
  }

  /** Counts the next events, none of which can be kept (see `mayKeep`), as `push` would. */
  pass({ events, segment, lastSegment, tOrigin }: EventStretch): void {
    if (events === 0) return;
    const { start, end } = this.#count;
    const first = this.#events;
    this.#events += events;
    const numbered = Math.max(0, Math.min(end, first + events) - Math.max(start, first));
    this.#leftOut.count += events - numbered;
    const isOther = this.#segmentOption !== null && this.#segmentOption !== lastSegment;
    this.#leftOut[isOther ? 'segment' : 'time'] += numbered;
    this.#segment = lastSegment;
    if (segment === lastSegment) this.#origin = tOrigin;
  }

  /** The next events are those of a stretch, whose segment may have begun in front of it. */
  enter({ events, segment, tOrigin }: EventStretch): void {
    if (events > 0) [this.#segment, this.#origin] = [segment, tOrigin];
  }

  /** The kept events of a batch: none or one batch, which shares the arrays where nothing is left out between. */
  push(batch: EventBatch): EventBatch[] {
    if (batch.length === 0) return [];
    this.#checkRegion(batch.geometry);
    if (batch.segment !== this.#segment) {
      this.#segment = batch.segment;
      this.#origin = batch.t[0]!;
    }
    const numbered = this.#byCount(batch);
    if (numbered.length === 0) return [];
    if (this.#segmentOption !== null && batch.segment !== this.#segmentOption) {
      this.#leftOut.segment += numbered.length;
      return [];
    }
    const kept = this.#byTimeAndRegion(numbered);
    this.#kept += kept.length;
    return kept.length === 0 ? [] : [this.#shifted(kept)];
  }

  #byCount(batch: EventBatch): EventBatch {
    const { start, end } = this.#count;
    const first = this.#events;
    this.#events += batch.length;
    const from = Math.min(Math.max(start - first, 0), batch.length);
    const to = Math.max(Math.min(end - first, batch.length), from);
    this.#leftOut.count += batch.length - (to - from);
    return sliceBatch(batch, from, to);
  }

  #byTimeAndRegion(batch: EventBatch): EventBatch {
    const { t, x, y, length } = batch;
    const offset = this.#time.origin === 'first-event' ? this.#origin : 0;
    const start = this.#time.startMicros + offset;
    const end = this.#time.endMicros + offset;
    const { x: left, y: top, width, height } = this.#region ?? WHOLE_PLANE;
    if (this.#indexes.length < length) this.#indexes = new Uint32Array(length);
    const indexes = this.#indexes;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      if (!(t[i]! >= start && t[i]! < end)) continue;
      const column = x[i]! - left;
      const row = y[i]! - top;
      if (column >= 0 && column < width && row >= 0 && row < height) indexes[kept++] = i;
      else outside++;
    }
    this.#leftOut.region += outside;
    this.#leftOut.time += length - kept - outside;
    if (kept === 0) return sliceBatch(batch, 0, 0);
    const from = indexes[0]!;
    const to = indexes[kept - 1]! + 1;
    return to - from === kept ? sliceBatch(batch, from, to) : gather(batch, indexes.subarray(0, kept));
  }

  #shifted(batch: EventBatch): EventBatch {
    const region = this.#region;
    if (!this.#shift || region === null) return batch;
    return {
      ...batch,
      x: batch.x.map((x) => x - region.x),
      y: batch.y.map((y) => y - region.y),
      geometry: { width: region.width, height: region.height },
    };
  }

  #checkRegion(geometry: SensorGeometry | null): void {
    const region = this.#region;
    if (region === null || geometry === null) return;
    if (region.x + region.width > geometry.width || region.y + region.height > geometry.height) {
      throw new OptionError(
        'region',
        `must lie on the sensor of ${geometry.width}x${geometry.height} pixels, got ${region.width}x${region.height} at ${region.x},${region.y}`,
      );
    }
  }
}

const WHOLE_PLANE: Region = { x: 0, y: 0, width: MAX_COORDINATE + 1, height: MAX_COORDINATE + 1 };

function checkedRegion({ x, y, width, height }: Region): Region {
  integerOption('region.x', x, 0, MAX_COORDINATE);
  integerOption('region.y', y, 0, MAX_COORDINATE);
  integerOption('region.width', width, 1, MAX_COORDINATE + 1 - x);
  integerOption('region.height', height, 1, MAX_COORDINATE + 1 - y);
  return { x, y, width, height };
}

function gather(batch: EventBatch, indexes: Uint32Array): EventBatch {
  const length = indexes.length;
  const t = new Float64Array(length);
  const x = new Uint16Array(length);
  const y = new Uint16Array(length);
  const p = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const from = indexes[i]!;
    t[i] = batch.t[from]!;
    x[i] = batch.x[from]!;
    y[i] = batch.y[from]!;
    p[i] = batch.p[from]!;
  }
  return { length, t, x, y, p, geometry: batch.geometry, segment: batch.segment };
}
