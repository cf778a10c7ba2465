/** What happens to one camera's events, message by message: the library's one way to decisions, with a queue in it. */
import type { EventBatch } from '../../events/index.ts';
import { EventFormatError, recycleBatch } from '../../formats/index.ts';
import type { StepFrame } from '../../frames/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import type { FrameStream } from '../../pipeline/index.ts';
import { CameraAccount } from './camera-account.ts';
import type { CameraPipelineOptions } from './camera-pipeline-options.ts';
import {
  isOverfull,
  numberedFrame,
  openSegment,
  ownsMemory,
  pushToWindowEnd,
  reopenSegment,
  type Segment,
} from './camera-segment.ts';
import type { RecordingNote, SegmentInfo } from '../protocol/index.ts';
import { SilenceWatch } from './silence-watch.ts';
import { arrivalNow, StepWorker, type Arrival } from './step-worker.ts';
import { afterGrace } from './work-turns.ts';

/**
 * Push class: batches or bytes in, timed decisions out by callback, in order. Each segment is a stream of its own
 * (decoder, time origin, windows).
 *
 * The first fault ends it: what was pushed before is classified where it can be, the fault is told, and whatever comes
 * later is ignored. `end` settles in any case.
 */
export class CameraPipeline {
  readonly #options: CameraPipelineOptions;
  readonly #worker: StepWorker;
  readonly #silence: SilenceWatch;
  readonly #account = new CameraAccount();
  #engine: InferenceEngine;
  /** Takes over when the open window is closed. */
  #nextEngine: InferenceEngine | undefined;
  #segment: Segment | undefined;
  /** The recording that began. One of events is opened by its first batch, so that empty ones cost nothing. */
  #info: SegmentInfo | null = null;
  /** Numbers of the newest frame. */
  #newest = { window: 0, segment: 0 };
  /** Something was left out in front of what comes next. */
  #skipping = false;
  #failure: { readonly error: unknown } | undefined;
  #told: Promise<void> | undefined;

  constructor(options: CameraPipelineOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.#worker = new StepWorker({
      ...options,
      onDrop: ({ segment, frame: { events, window, step } }, reason) => {
        this.#account.losses.add(reason, events);
        options.onMark?.({ kind: 'dropped', segment, window, step });
      },
      onFault: (error) => {
        if (this.#failure !== undefined) return;
        this.#failure = { error };
        this.#silence.stop();
        // Told here: nothing waits that came before it.
        options.onError(error);
      },
    });
    this.#silence = new SilenceWatch({
      afterMs: options.flushAfterMs,
      isBusy: () => this.#worker.isBusy,
      isSilent: options.isSilent ?? afterGrace,
      onSilent: () => {
        this.flush();
      },
    });
  }

  /** What was left out so far, by reason; zero counts are left out too. */
  get dropped(): Readonly<Record<string, number>> {
    return this.#account.dropped(this.#segment);
  }

  /** What people should know of the recordings so far: another sensor, restarts of the clock, losses. */
  get notes(): readonly RecordingNote[] {
    return this.#account.notes(this.#segment);
  }

  get queue(): number {
    return this.#worker.waiting;
  }

  /** Whether events would be left out, and not looked at. */
  isTooOld(receivedAt: number, sentAt: number = receivedAt): boolean {
    return this.#worker.isTooOld({ receivedAt, sentAt });
  }

  /** Says that so many events that came here were left out: no window reaches over them. */
  leaveOut(events: number, arrival: Arrival = arrivalNow()): void {
    const reason = this.#worker.dropReason(arrival);
    if (!this.#skipping) this.#leaveWindow(this.#current().stream, reason);
    this.#skipping = true;
    this.#account.losses.add(reason, events);
  }

  /** Another engine, perhaps with another model, from the next window on; `onRetired` is of the one before. */
  useEngine(engine: InferenceEngine): void {
    if (this.#nextEngine !== undefined) this.#options.onRetired?.(this.#nextEngine);
    this.#nextEngine = engine;
    if ((this.#segment?.stream.windowEvents ?? 0) === 0) this.#swapEngine();
  }

  /** Ends the recording in hand and begins another. */
  startSegment(info: SegmentInfo | null): void {
    this.#completeSegment();
    this.#info = info;
    // Bytes must be a recording: that there are none is a fault.
    if (this.#options.payload === 'raw')
      this.#guarded(() => {
        this.#segment = openSegment(this.#options, this.#engine, info);
      });
  }

  /** @param sentAt when it left the camera at the earliest, `performance.now()`. Default: as it was received. */
  pushEvents(batch: EventBatch, receivedAt: number, sentAt: number = receivedAt, leftOut?: boolean): void {
    this.#guarded(() => {
      this.#take(batch, { receivedAt, sentAt }, leftOut ?? this.isTooOld(receivedAt, sentAt));
    });
  }

  /** What one push holds is looked at, or left out, as a whole. */
  pushBytes(bytes: Uint8Array, receivedAt: number, sentAt: number = receivedAt, leftOut?: boolean): void {
    const arrival = { receivedAt, sentAt };
    const skipped = leftOut ?? this.isTooOld(receivedAt, sentAt);
    const work = (): void => {
      for (const batch of this.#current().decoder!.push(bytes)) this.#take(batch, arrival, skipped);
    };
    this.#guarded(work, arrival, skipped);
  }

  /**
   * Ends the stream; resolves when every step was classified, or when a fault was told.
   *
   * @param withinMs for whoever cannot wait: the open window is closed as it is, and what is not classified by then is
   * left out, as `shutdown`.
   */
  async end(withinMs?: number): Promise<void> {
    if (withinMs === undefined) {
      this.#completeSegment();
      await this.#worker.settled();
    } else {
      // The recording is cut: that is no fault of it.
      this.flush();
      if (this.#segment !== undefined) this.#leaveWindow(this.#segment.stream, 'incomplete-window');
      this.#closeSegment();
      const late = setTimeout(() => {
        this.#worker.dropAll('shutdown');
      }, withinMs);
      await this.#worker.settled();
      clearTimeout(late);
    }
    await this.#told;
    this.#swapEngine();
    this.#worker.dispose();
  }

  #current(): Segment {
    this.#segment ??= openSegment(this.#options, this.#engine, this.#info);
    return this.#segment;
  }

  #take(batch: EventBatch, arrival: Arrival, skipped = false): void {
    const segment = this.#current();
    const sensor = batch.geometry ?? segment.sensor ?? this.#engine.model.input.sensor;
    this.#options.onEvents?.(batch, sensor, skipped);
    this.#silence.restart();
    if (skipped) this.#skip(batch, arrival);
    else this.#slice(batch, segment, arrival);
  }

  /** No window reaches over what is left out. */
  #skip(batch: EventBatch, arrival: Arrival): void {
    this.#options.onMark?.({ kind: 'left-out' });
    this.leaveOut(batch.length, arrival);
    if (ownsMemory(this.#options)) recycleBatch(batch);
  }

  #slice(batch: EventBatch, segment: Segment, arrival: Arrival): void {
    this.#skipping = false;
    if (this.#nextEngine === undefined) {
      this.#enqueue(segment.stream.push(batch), segment, arrival);
      this.#boundOpenStep(segment.stream);
      return;
    }
    const { frames, closed, rest, lost } = pushToWindowEnd(segment.stream, batch);
    this.#enqueue(frames, segment, arrival);
    this.#account.losses.add('incomplete-window', lost);
    if (closed) {
      this.#swapEngine();
      this.#slice(rest, this.#current(), arrival);
    } else this.#boundOpenStep(segment.stream);
  }

  /** A time step ends with the camera's clock, which may stand; what filters hold, with a time segment, which may never end. */
  #boundOpenStep(stream: FrameStream): void {
    if (!isOverfull(stream, this.#options)) return;
    this.#options.onMark?.({ kind: 'unrepeatable', why: 'more events waited than may' });
    this.#leaveWindow(stream, 'overload');
    this.#swapEngine();
  }

  #leaveWindow(stream: FrameStream, reason: string): void {
    this.#account.losses.add(reason, stream.abandon());
    this.#worker.dropIncomplete();
  }

  #swapEngine(): void {
    const engine = this.#nextEngine;
    if (engine === undefined) return;
    this.#options.onMark?.({ kind: 'unrepeatable', why: 'another model took over' });
    this.#nextEngine = undefined;
    this.#engine = engine;
    this.#worker.useEngine(engine);
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#account.close({ ...segment, decoder: null });
    // Windows and time segments are numbered on.
    const { window, segment: clockSegments } = this.#newest;
    const before =
      segment.stream.report.windows === 0 ? segment.before : { windows: window + 1, clockSegments };
    this.#segment = reopenSegment(segment, this.#options, engine, before);
  }

  /** Closes the open window: the camera fell silent. */
  flush(): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#guarded(() => {
      this.#options.onMark?.({ kind: 'flush' });
      this.#enqueue(segment.stream.flush(), segment, arrivalNow(), true);
    });
    if (segment.stream.windowEvents === 0) this.#swapEngine();
  }

  #completeSegment(): void {
    this.#silence.stop();
    if (this.#failure !== undefined) return;
    const arrival = arrivalNow();
    this.#guarded(() => {
      const segment = this.#segment;
      if (segment === undefined) return;
      for (const batch of segment.decoder?.finish() ?? []) this.#take(batch, arrival);
      this.#silence.stop();
      this.#enqueue(this.#segment!.stream.finish(), this.#segment!, arrival);
    }, arrival);
    this.#closeSegment();
  }

  #closeSegment(): void {
    this.#silence.stop();
    if (this.#segment !== undefined) this.#account.close(this.#segment);
    this.#segment = undefined;
    this.#skipping = false;
    this.#swapEngine();
  }

  /** Runs what may find a fault in what the camera sent. */
  #guarded(work: () => void, arrival: Arrival = arrivalNow(), skipped = false): void {
    if (this.#failure !== undefined) return;
    try {
      work();
    } catch (error) {
      const segment = this.#segment;
      try {
        if (error instanceof EventFormatError && segment !== undefined) {
          // The good events in front of the fault.
          for (const batch of error.events) this.#take(batch, arrival, skipped);
          this.#enqueue(segment.stream.finish(), segment, arrival);
        }
      } finally {
        this.#fail(error);
      }
    }
  }

  /** The fault is told when what came before it was classified. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#silence.stop();
    this.#told = this.#worker.settled().then(() => {
      this.#options.onError(error);
    });
  }

  #enqueue(frames: readonly StepFrame[], segment: Segment, arrival: Arrival, flushed = false): void {
    const closedAt = performance.now();
    for (const frame of frames) {
      const numbered = numberedFrame(frame, segment);
      this.#newest = numbered;
      this.#worker.push({ segment: segment.info, frame: numbered, ...arrival, closedAt, flushed });
    }
  }
}
