/** Watches the clock of a stream: restarts that nothing announces, and single events with an absurd time. */
import { OptionError } from './errors.ts';
import { allocateEvents, batchOf, sliceBatch, type EventArrays, type EventBatch } from './event-batch.ts';
import { firstStepBack } from './time-order.ts';

/** See {@link ClockGuard}. */
export interface ClockGuardOptions {
  /**
   * A step back by more than this is a restart of the camera's clock, if the next events confirm it; a smaller one is
   * disorder. `Infinity`: only what the recording calls a reset is one.
   */
  readonly maxBackMicros: number;
  /** A jump forward by more than this must be confirmed by the next events. Default {@link DEFAULT_MAX_GAP_MICROS}. */
  readonly maxGapMicros?: number;
}

/** What a {@link ClockGuard} met. */
export interface ClockReport {
  /** Restarts of the clock that the recording does not state, each the beginning of a time segment. */
  readonly restarts: number;
  /** The largest step back that was taken for a restart, in microseconds. */
  readonly largestStepBackMicros: number;
  /** Resets that the recording states, as far as events follow them. */
  readonly resets: number;
  /** Events whose time neither those before nor those behind them support: left out. */
  readonly outliers: number;
}

/** Silence of more than ten seconds is unusual enough to wait for a second and a third event before believing it. */
export const DEFAULT_MAX_GAP_MICROS = 10_000_000;
/** So many events in a row, the first included, make a jump of the clock believed. */
export const CONFIRMING_EVENTS = 3;

/** So many events in order are looked at together: where one is out of the way, they are gone through again. */
const MAX_RUN = 1024;

/**
 * Gives every batch the number of its time segment, and leaves out events with an absurd time.
 *
 * The newest time of the segment is what events are compared with. An event that lies more than `maxBackMicros` before
 * it, or more than `maxGapMicros` behind it, is held back, and so are those that go on from it. If the next event goes on
 * from the old clock instead, what was held were outliers: dropped and counted. When {@link CONFIRMING_EVENTS} of them
 * came in a row, they are believed: after a jump forward the segment goes on, after one back a new segment begins. The
 * first events of a segment are held in the same way. When the stream ends, or the recording states a reset, what is
 * held was not confirmed and is an outlier, unless nothing else came in its segment.
 *
 * Where batches are cut never changes the result.
 *
 * @throws {@link OptionError}
 *
 * @example
 * ```ts
 * import { batchFromTuples, ClockGuard } from 'saccade';
 * const guard = new ClockGuard({ maxBackMicros: 1000 });
 * const events = batchFromTuples([[1, 0, 0, 1], [2, 0, 0, 1], [3, 0, 0, 1], [4e9, 0, 0, 1], [5, 0, 0, 1]]);
 * const kept = [...guard.push(events), ...guard.finish()];
 * console.log(kept.flatMap(({ t }) => Array.from(t)), guard.report.outliers); // [1, 2, 3, 5] 1
 * ```
 */
export class ClockGuard {
  readonly #maxBack: number;
  readonly #maxGap: number;
  readonly #report = { restarts: 0, largestStepBackMicros: 0, resets: 0, outliers: 0 };
  /** The segment number of the recording, and the one that is given. */
  #stated: number | null = null;
  #segment = 0;
  /** Time of the newest believed event of this segment; `null` before the first. */
  #newest: number | null = null;
  /** Copies: the batch they came in may be reused. */
  readonly #held: EventArrays = allocateEvents(CONFIRMING_EVENTS);
  #heldCount = 0;
  #heldNewest = 0;
  #geometry: EventBatch['geometry'] = null;

  constructor({ maxBackMicros, maxGapMicros = DEFAULT_MAX_GAP_MICROS }: ClockGuardOptions) {
    if (!(maxBackMicros > 0)) throw new OptionError('maxBackMicros', `must be above 0, got ${maxBackMicros}`);
    if (!(maxGapMicros > 0)) throw new OptionError('maxGapMicros', `must be above 0, got ${maxGapMicros}`);
    this.#maxBack = maxBackMicros;
    this.#maxGap = maxGapMicros;
  }

  get report(): ClockReport {
    return { ...this.#report };
  }

  /** Events that wait for those that confirm them. */
  get held(): number {
    return this.#heldCount;
  }

  /** The believed events of a batch, in order, some of them held back from earlier ones. */
  push(batch: EventBatch): EventBatch[] {
    const out: EventBatch[] = [];
    if (batch.length === 0) return out;
    if (batch.segment !== this.#stated) {
      if (this.#stated !== null) this.#beginStatedSegment(out);
      this.#stated = batch.segment;
    }
    for (let from = 0; from < batch.length;) {
      const to = this.#heldCount === 0 && this.#newest !== null ? this.#quietUntil(batch, from) : from;
      if (to > from) out.push(this.#numbered(sliceBatch(batch, from, to)));
      if (to < batch.length) this.#weigh(batch, to, out);
      from = to + 1;
    }
    return out;
  }

  /** Ends the stream. The guard is then as new, but for its report. */
  finish(): EventBatch[] {
    const out: EventBatch[] = [];
    this.#settle(out);
    this.#stated = null;
    this.#segment = 0;
    this.#newest = null;
    return out;
  }

  /**
   * Index of the first event whose time is out of the way; takes note of the times before it. Events in order are looked
   * at by their first and last.
   */
  #quietUntil({ t, length }: EventBatch, from: number): number {
    let i = from;
    while (i < length) {
      const end = firstStepBack(t, i, Math.min(length, i + MAX_RUN));
      const newest = this.#newest!;
      const last = t[end - 1]!;
      if (newest - t[i]! <= this.#maxBack && last - newest <= this.#maxGap) {
        if (last > newest) this.#newest = last;
        i = end;
      } else {
        i = this.#quietOneByOne(t, i, end);
        if (i < end) break;
      }
    }
    return i;
  }

  #quietOneByOne(t: Float64Array, from: number, to: number): number {
    const maxGap = this.#maxGap;
    const maxBack = this.#maxBack;
    let newest = this.#newest!;
    let i = from;
    for (; i < to; i++) {
      const ahead = t[i]! - newest;
      if (ahead > maxGap || -ahead > maxBack) break;
      if (ahead > 0) newest = t[i]!;
    }
    this.#newest = newest;
    return i;
  }

  /** Decides on one event that is out of the way, or comes while others are held. */
  #weigh(batch: EventBatch, i: number, out: EventBatch[]): void {
    const time = batch.t[i]!;
    if (this.#newest !== null && this.#goesOnFrom(this.#newest, time)) {
      this.#dropHeld();
      this.#newest = Math.max(this.#newest, time);
      out.push(this.#numbered(sliceBatch(batch, i, i + 1)));
      return;
    }
    if (this.#heldCount > 0 && !this.#supportsHeld(time)) this.#dropHeld();
    this.#hold(batch, i);
    if (this.#heldCount === CONFIRMING_EVENTS) this.#believe(out);
  }

  #goesOnFrom(newest: number, time: number): boolean {
    return newest - time <= this.#maxBack && time - newest <= this.#maxGap;
  }

  /** Whether an event goes on from the held ones. Behind a jump forward further silence is possible too. */
  #supportsHeld(time: number): boolean {
    if (this.#heldNewest - time > this.#maxBack) return false;
    const back = this.#newest !== null && this.#heldNewest < this.#newest;
    return !back || time - this.#heldNewest <= this.#maxGap;
  }

  #hold(batch: EventBatch, i: number): void {
    const at = this.#heldCount++;
    this.#held.t[at] = batch.t[i]!;
    this.#held.x[at] = batch.x[i]!;
    this.#held.y[at] = batch.y[i]!;
    this.#held.p[at] = batch.p[i]!;
    this.#heldNewest = at === 0 ? batch.t[i]! : Math.max(this.#heldNewest, batch.t[i]!);
    this.#geometry = batch.geometry;
  }

  #dropHeld(): void {
    this.#report.outliers += this.#heldCount;
    this.#heldCount = 0;
  }

  #believe(out: EventBatch[]): void {
    if (this.#newest !== null && this.#heldNewest < this.#newest) {
      this.#segment++;
      this.#report.restarts++;
      const back = this.#newest - this.#heldNewest;
      this.#report.largestStepBackMicros = Math.max(this.#report.largestStepBackMicros, back);
    }
    this.#newest = this.#heldNewest;
    const events = allocateEvents(this.#heldCount);
    for (const name of ['t', 'x', 'y', 'p'] as const)
      events[name].set(this.#held[name].subarray(0, this.#heldCount));
    out.push(batchOf(events, this.#heldCount, this.#geometry, this.#segment));
    this.#heldCount = 0;
  }

  /** What is held when no more can confirm it: believed only where it is all that there is. */
  #settle(out: EventBatch[]): void {
    if (this.#heldCount === 0) return;
    if (this.#newest === null) this.#believe(out);
    else this.#dropHeld();
  }

  #beginStatedSegment(out: EventBatch[]): void {
    this.#settle(out);
    this.#report.resets++;
    this.#segment++;
    this.#newest = null;
  }

  #numbered(batch: EventBatch): EventBatch {
    return batch.segment === this.#segment ? batch : { ...batch, segment: this.#segment };
  }
}
