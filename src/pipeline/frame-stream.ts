/** The one way from events to frames: clock, sensor, filters, convention, slicing, binning, and the account of it all. */
import {
  CANONICAL_RECORD_BYTES,
  ClockGuard,
  DEFAULT_MAX_GAP_MICROS,
  type ClockReport,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import { FilterChain } from '../filters/index.ts';
import { recycleBatch } from '../formats/index.ts';
import {
  createSlicer,
  FrameBinner,
  FrameError,
  isCausal,
  requireFrameRule,
  type BinningSpec,
  type EventSlice,
  type EventSlicer,
  type FrameRule,
  type StepFrame,
} from '../frames/index.ts';
import { fitSensor, type FittedSensor } from './fit-sensor.ts';
import { requireMostlyInside } from './mostly-outside.ts';
import type { StreamReport } from './stream-report.ts';

/** See {@link FrameStream}. */
export interface FrameStreamOptions {
  readonly rule: FrameRule;
  /** Size of the frames. Default: that of the rule's sensor, or of the recording's. */
  readonly output?: SensorGeometry;
  /** The recording's sensor where its events do not state it. Default: the rule's. */
  readonly sensor?: SensorGeometry | null;
  /** Goes on when most events lie outside the sensor. Default: an error. */
  readonly allowOutside?: boolean;
  /** Makes late events, outliers and unstated restarts of the clock an error. */
  readonly strict?: boolean;
  /** A jump forward by more than this must be confirmed by the next events. Default 10 s, or a window if that is longer. */
  readonly maxGapMicros?: number;
  /** Most events that may wait in filters; see `FilterChainOptions`. */
  readonly maxHeldEvents?: number;
  /** Gives batches back to their decoder when nothing needs them any more; whoever pushes must not keep them. */
  readonly recycle?: boolean;
  /** For whoever makes clips: see `FrameBinnerOptions`. */
  readonly wholeWindows?: boolean;
}

/** A step back by more than this is a restart of the clock where windows have no duration. */
const COUNTED_WINDOW_MICROS = 1_000_000;
/** Of the objects that a batch is. */
const BYTES_PER_BATCH = 600;
/** Fewer events say nothing about where a recording's events lie. */
const ENOUGH_EVENTS = 100;

/** A window's longest duration, `Infinity` where it is the whole recording. */
export function windowMicros(binning: BinningSpec): number {
  if (!isCausal(binning)) return Infinity;
  return binning.by === 'fixed-count' ? COUNTED_WINDOW_MICROS : binning.stepMicros * binning.steps;
}

/**
 * Push class: batches of one recording or camera in, a frame for every time step out. The same events give the same
 * frames, offline and live, however their bytes, packets and batches are cut.
 *
 * A restart of the camera's clock begins a new time segment, whether the recording states it or time steps back by more
 * than a window; no window reaches over it. Single events with an absurd time are left out ({@link ClockGuard}). Another
 * sensor than the rule's is fitted as the rule says. Filters come behind the clock and in front of the windows. What is left out on the way is in the `report`.
 *
 * @throws PipelineError, OptionError, and FrameError where a rule for whole recordings has no answer.
 *
 * @example
 * ```ts
 * import { batchFromTuples, FRAME_RULE_DEFAULTS, FrameStream } from 'saccade';
 * const sensor = { width: 4, height: 4 };
 * const rule = { ...FRAME_RULE_DEFAULTS, sensor, binning: { by: 'fixed-count', stepEvents: 2, steps: 1 } } as const;
 * const stream = new FrameStream({ rule });
 * const events = batchFromTuples([[0, 1, 1, 1], [5, 7, 7, 0], [9, 0, 0, 1]], { width: 8, height: 8 });
 * const [frame] = [...stream.push(events), ...stream.finish()];
 * console.log(frame?.events, frame?.geometry, stream.report.fit?.change); // 2 { width: 4, height: 4 } 'resized'
 * ```
 */
export class FrameStream {
  readonly #options: FrameStreamOptions;
  readonly #guard: ClockGuard;
  #filters: FilterChain | undefined;
  readonly #slicer: EventSlicer;
  #fit: FittedSensor | null = null;
  #binner: FrameBinner | undefined;
  /** Batches that slices may still look at, in order of arrival, and their memory. */
  readonly #lent: EventBatch[] = [];
  readonly #lentMemory = new Set<ArrayBufferLike>();
  #events = 0;
  #binned = 0;
  #saturated = 0;
  #outside = 0;
  #unrepresented = 0;
  #windows = 0;

  constructor(options: FrameStreamOptions) {
    this.#options = options;
    requireFrameRule(options.rule);
    const { binning, remainder } = options.rule;
    const window = windowMicros(binning);
    const gap =
      options.maxGapMicros ?? Math.max(DEFAULT_MAX_GAP_MICROS, Number.isFinite(window) ? window : 0);
    this.#guard = new ClockGuard({ maxBackMicros: window, maxGapMicros: gap });
    this.#slicer = createSlicer(binning, { remainder });
  }

  /** The account so far. */
  get report(): StreamReport {
    const { lateEvents, remainderEvents, emptyWindows, repeatedEvents } = this.#slicer.report;
    const clock: ClockReport = this.#guard.report;
    return {
      events: this.#events,
      binned: this.#binned,
      saturated: this.#saturated,
      outside: this.#outside,
      unrepresented: this.#unrepresented,
      lateEvents,
      remainderEvents,
      emptyWindows,
      repeatedEvents,
      windows: this.#windows,
      filters: this.#filters?.reports ?? [],
      ...clock,
      fit: this.#fit && {
        sensor: this.#fit.recorded,
        known: this.#fit.known,
        filtered: this.#fit.sensor,
        change: this.#fit.change,
        wanted: this.#fit.wanted,
      },
    };
  }

  /** Takes the next events and returns the frames of the time steps that they closed. */
  push(batch: EventBatch): StepFrame[] {
    return [...this.frames(batch)];
  }

  /**
   * As `push`, one frame at a time: the next is binned when it is asked for. All must be taken before the next call.
   */
  *frames(batch: EventBatch): Generator<StepFrame, void, undefined> {
    if (batch.length === 0) return;
    this.#events += batch.length;
    this.#fitTo(batch.geometry);
    if (this.#options.recycle) this.#lend(batch);
    for (const part of this.#guard.push(batch)) yield* this.#slice(part);
    this.#giveBack();
    if (this.#options.strict) this.#requireOrder();
  }

  /** Closes the open window now, for a camera that fell silent. What comes later for this window is late. */
  flush(): StepFrame[] {
    return [...this.#bin(this.#slicer.flush())];
  }

  /**
   * Lets the open window go, for a stream that has a gap: the next event begins a new one.
   *
   * @returns events of it that are in no frame, and in no count of the report.
   */
  abandon(): number {
    const events = this.#slicer.abandon() + (this.#filters?.abandon() ?? 0);
    this.#binner?.forget();
    this.#giveBack();
    return events;
  }

  /** Events of the open window so far, those in frames and those not yet believed too; 0 between two windows. */
  get windowEvents(): number {
    return this.#slicer.windowEvents + this.#guard.held + (this.#filters?.held ?? 0);
  }

  /** About how many bytes wait for the end of their time step. */
  get openBytes(): number {
    const events = this.#slicer.openEvents + (this.#filters?.held ?? 0);
    return events * CANONICAL_RECORD_BYTES + this.#slicer.held.length * BYTES_PER_BATCH;
  }

  /** Ends the recording. */
  finish(): StepFrame[] {
    return [...this.finalFrames()];
  }

  /** As `finish`, one frame at a time. */
  *finalFrames(): Generator<StepFrame, void, undefined> {
    for (const part of this.#guard.finish()) yield* this.#slice(part);
    for (const left of this.#filters?.finish() ?? []) yield* this.#bin(this.#slicer.push(left));
    yield* this.#bin(this.#slicer.finish());
    this.#giveBack();
    this.#checkOutside(1);
    if (this.#options.strict) this.#requireOrder();
  }

  /** Believed events, through the filters. */
  *#slice(batch: EventBatch): Generator<StepFrame, void, undefined> {
    for (const left of this.#filters!.push(batch)) yield* this.#bin(this.#slicer.push(left));
  }

  *#bin(slices: readonly EventSlice[]): Generator<StepFrame, void, undefined> {
    for (const slice of slices) {
      const frame = this.#binner!.bin(slice);
      this.#binned += frame.events;
      this.#saturated += frame.saturated;
      this.#outside += frame.outside;
      this.#unrepresented += frame.unrepresented ?? 0;
      const last = frame.step === frame.steps - 1;
      if (last) this.#windows++;
      // Before the window's decision: it would be one about a corner of the picture.
      if (last) this.#checkOutside(ENOUGH_EVENTS);
      yield frame;
    }
  }

  #fitTo(stated: SensorGeometry | null): void {
    if (this.#binner !== undefined) return;
    const { rule, output, sensor = null, wholeWindows = false, maxHeldEvents } = this.#options;
    this.#fit = fitSensor(rule, stated ?? sensor, output);
    const { representation, countType } = rule;
    this.#binner = new FrameBinner({ ...this.#fit, representation, countType, wholeWindows });
    this.#filters = new FilterChain(rule.filters, {
      sensor: this.#fit.recorded,
      ownsBatches: this.#options.recycle ?? false,
      maxHeldEvents,
    });
  }

  #requireOrder(): void {
    const { lateEvents } = this.#slicer.report;
    const { outliers, restarts } = this.#guard.report;
    if (lateEvents + outliers + restarts === 0) return;
    throw new FrameError(
      'UNSORTED',
      -1,
      `${lateEvents} events are late, ${outliers} have an absurd time, and time steps back by more than a window ${restarts} times. \`saccade convert --sort\` sorts events.`,
    );
  }

  #checkOutside(enough: number): void {
    const fit = this.#fit;
    if (fit !== null && !this.#options.allowOutside) requireMostlyInside(fit, this.report, enough);
  }

  #lend(batch: EventBatch): void {
    this.#lent.push(batch);
    this.#lentMemory.add(batch.t.buffer);
  }

  /** The slicer keeps parts of the batches that came last, in order: those in front of the first part are free. */
  #giveBack(): void {
    const first = this.#slicer.held.find(({ t }) => this.#lentMemory.has(t.buffer))?.t.buffer;
    while (this.#lent.length > 0 && this.#lent[0]!.t.buffer !== first) {
      const batch = this.#lent.shift()!;
      this.#lentMemory.delete(batch.t.buffer);
      recycleBatch(batch);
    }
  }
}
