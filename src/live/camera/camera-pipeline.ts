/** What happens to one camera's events, message by message: the library's one way to decisions, with a queue in it. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { createDecoder, EventFormatError, type CreateDecoderOptions } from '../../formats/index.ts';
import type { StepFrame } from '../../frames/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import {
  DecisionSession,
  frameOptionsOf,
  FrameStream,
  sortReading,
  type BufferPolicy,
  type Decision,
} from '../../pipeline/index.ts';
import { segmentLosses, segmentNotes, type Segment } from './camera-segment.ts';
import { LossAccount } from './loss-account.ts';
import type { PipelineMark } from './pipeline-mark.ts';
import type { DecisionTrace, RecordingNote, SegmentInfo } from '../protocol/index.ts';
import { WindowQueue } from './window-queue.ts';
import { afterGrace, AT_ONCE, type WorkTurns } from './work-turns.ts';

/** A decision, and when what it is made from arrived. */
export interface TimedDecision {
  readonly segment: SegmentInfo | null;
  readonly decision: Decision;
  readonly latencyMs: number;
  /** Whether silence closed the step: it would have waited for events for as long as one likes. */
  readonly flushed: boolean;
  readonly trace: Omit<DecisionTrace, 'sentAtMs'>;
}

/** See {@link CameraPipeline}. */
export interface CameraPipelineOptions {
  readonly engine: InferenceEngine;
  /** Size of the sensor, `null` where recordings state it. */
  readonly sensor: SensorGeometry | null;
  /** Whether bytes or batches will be pushed. */
  readonly payload: 'events' | 'raw';
  readonly decoding?: CreateDecoderOptions;
  readonly policy: BufferPolicy;
  /** Time steps that may wait for the classifier, in whole windows; one window may always. */
  readonly maxQueuedSteps: number;
  /** Policies that drop leave out windows whose first step waits for longer. Default: none is too old. */
  readonly maxAgeMs?: number;
  /** A silent camera's open window is closed after this. */
  readonly flushAfterMs: number;
  /** Asked before that: whether nothing is on its way. Default: whether nothing comes in one turn of the event loop. */
  readonly isSilent?: () => Promise<boolean>;
  /** Other cameras that are worked for on this thread. Default: none. */
  readonly turns?: WorkTurns;
  /** Whether pushed batches are the pipeline's own from then on: their memory then serves later ones. */
  readonly ownsBatches?: boolean;
  /** Every batch, and the size of the sensor it is of. */
  readonly onEvents?: (batch: EventBatch, sensor: SensorGeometry) => void;
  readonly onDecision: (decision: TimedDecision) => void;
  /** Told when it happens. */
  readonly onMark?: (mark: PipelineMark) => void;
  /** Told once; what came before the fault was classified. */
  readonly onError: (error: unknown) => void;
  readonly onPause?: () => void;
  readonly onResume?: () => void;
}

/** Notes are for people: more than this nobody reads. */
const MAX_NOTES = 20;

/** A frame, its recording, and when the message that closed its step arrived. */
interface TimedFrame {
  readonly segment: Segment;
  readonly frame: StepFrame;
  readonly receivedAt: number;
  readonly closedAt: number;
  readonly flushed: boolean;
}

/**
 * Push class: batches or bytes in, timed decisions out by callback, in order. Each segment is a stream of its own
 * (decoder, time origin, windows).
 *
 * The first fault ends it: what was pushed before is classified where it can be, the fault is told, and whatever comes
 * later is ignored. `end` settles in any case.
 */
export class CameraPipeline {
  readonly #options: CameraPipelineOptions;
  readonly #session: DecisionSession;
  readonly #queue: WindowQueue<TimedFrame>;
  readonly #losses = new LossAccount();
  readonly #notes: RecordingNote[] = [];
  #segment: Segment | undefined;
  /** The recording that began. One of events is opened by its first batch, so that empty ones cost nothing. */
  #info: SegmentInfo | null = null;
  /** Settles when nothing waits any more. */
  #work: Promise<void> | null = null;
  #failure: { readonly error: unknown } | undefined;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CameraPipelineOptions) {
    this.#options = options;
    this.#session = new DecisionSession(options.engine);
    const { engine, maxQueuedSteps, policy, onPause, onResume } = options;
    this.#queue = new WindowQueue({
      maxSteps: maxQueuedSteps,
      stepsPerWindow: engine.model.network.steps,
      policy,
      onDrop: (timed) => {
        this.#drop(timed);
      },
      ...(onPause && { onPause }),
      ...(onResume && { onResume }),
    });
  }

  /** What was left out so far, by reason; zero counts are left out too. */
  get dropped(): Readonly<Record<string, number>> {
    return this.#losses.with(this.#segment && segmentLosses(this.#segment));
  }

  /**
   * What people should know of the recordings so far: another sensor, restarts of the clock, losses. The first
   * {@link MAX_NOTES}.
   */
  get notes(): readonly RecordingNote[] {
    return [...this.#notes, ...segmentNotes(this.#segment)].slice(0, MAX_NOTES);
  }

  /** Time steps that wait. */
  get queue(): number {
    return this.#queue.waiting;
  }

  /** Ends the recording in hand and begins another. */
  startSegment(info: SegmentInfo | null): void {
    this.#completeSegment();
    this.#info = info;
    // Bytes must be a recording: that there are none is a fault.
    if (this.#options.payload === 'raw' && this.#failure === undefined) this.#segment = this.#open(info);
  }

  pushEvents(batch: EventBatch, receivedAt: number): void {
    this.#guarded(() => {
      this.#take(batch, this.#current(), receivedAt);
    });
  }

  pushBytes(bytes: Uint8Array, receivedAt: number): void {
    this.#guarded(() => {
      const segment = this.#current();
      for (const batch of segment.decoder!.push(bytes)) this.#take(batch, segment, receivedAt);
    }, receivedAt);
  }

  /** Closes the open window: the camera fell silent. */
  flush(): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#guarded(() => {
      this.#options.onMark?.({ kind: 'flush' });
      this.#enqueue(segment.stream.flush(), segment, performance.now(), true);
    });
  }

  /** Ends the stream; resolves when every step was classified, or when a fault was told. */
  async end(): Promise<void> {
    this.#completeSegment();
    await this.#work;
    this.#session.dispose();
  }

  #current(): Segment {
    this.#segment ??= this.#open(this.#info);
    return this.#segment;
  }

  #open(info: SegmentInfo | null): Segment {
    const { engine, sensor: ownSensor, payload, decoding = {}, ownsBatches = false } = this.#options;
    const sensor = info?.sensor ?? ownSensor;
    const fileName = decoding.fileName ?? info?.name;
    const read = sortReading({ ...decoding, ...(fileName !== undefined && { fileName }) });
    const decoder = payload === 'raw' ? createDecoder(read.decoding) : null;
    const { rule, output } = frameOptionsOf(engine, read.rule);
    const stream = new FrameStream({ rule, output, sensor, recycle: payload === 'raw' || ownsBatches });
    return { info, decoder, stream, sensor };
  }

  #take(batch: EventBatch, segment: Segment, receivedAt: number): void {
    const sensor = batch.geometry ?? segment.sensor ?? this.#options.engine.model.input.sensor;
    this.#options.onEvents?.(batch, sensor);
    this.#enqueue(segment.stream.push(batch), segment, receivedAt);
    this.#restartFlushTimer(segment);
  }

  #completeSegment(): void {
    this.#stopFlushTimer();
    const segment = this.#segment;
    if (segment === undefined || this.#failure !== undefined) return;
    const now = performance.now();
    this.#guarded(() => {
      for (const batch of segment.decoder?.finish() ?? []) this.#take(batch, segment, now);
      this.#stopFlushTimer();
      this.#enqueue(segment.stream.finish(), segment, now);
    }, now);
    this.#losses.addAll(segmentLosses(segment));
    if (this.#notes.length < MAX_NOTES) this.#notes.push(...segmentNotes(segment));
    this.#segment = undefined;
  }

  /** Runs what may find a fault in what the camera sent. */
  #guarded(work: () => void, receivedAt = performance.now()): void {
    if (this.#failure !== undefined) return;
    try {
      work();
    } catch (error) {
      const segment = this.#segment;
      try {
        if (error instanceof EventFormatError && segment !== undefined) {
          // The good events in front of the fault.
          for (const batch of error.events) this.#take(batch, segment, receivedAt);
          this.#enqueue(segment.stream.finish(), segment, receivedAt);
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
    this.#stopFlushTimer();
    const told = (): void => {
      this.#options.onError(error);
    };
    this.#work = this.#work === null ? Promise.resolve().then(told) : this.#work.then(told);
  }

  #enqueue(frames: readonly StepFrame[], segment: Segment, receivedAt: number, flushed = false): void {
    const closedAt = performance.now();
    for (const frame of frames) {
      this.#queue.push({ segment, frame, receivedAt, closedAt, flushed });
      // A step of a window that was dropped does not wait, and work that ends before it is noted here would never end.
      const isIdle = this.#work === null && this.#failure === undefined;
      if (isIdle && this.#queue.waiting > 0) this.#work = this.#classifyWaiting();
    }
  }

  async #classifyWaiting(): Promise<void> {
    try {
      for (let timed = this.#queue.shift(); timed !== undefined; timed = this.#queue.shift()) {
        await this.#classify(timed);
      }
      if (this.#failure === undefined) this.#work = null;
    } catch (error) {
      this.#queue.clear();
      // Told here: nothing waits that came before it.
      const first = this.#failure === undefined;
      this.#failure ??= { error };
      this.#stopFlushTimer();
      if (first) this.#options.onError(error);
    }
  }

  async #classify(timed: TimedFrame): Promise<void> {
    const { segment, frame, receivedAt, closedAt, flushed } = timed;
    const { maxAgeMs = Infinity, policy, turns = AT_ONCE, onDecision } = this.#options;
    // A window that was begun is worth finishing.
    if (frame.step === 0 && policy !== 'pause' && performance.now() - receivedAt > maxAgeMs) {
      this.#drop(timed);
      this.#queue.dropInWork();
      return;
    }
    let startedAt = closedAt;
    const decision = await turns.run(() => {
      startedAt = performance.now();
      return this.#session.step(frame);
    });
    const decidedAt = performance.now();
    const trace = {
      receivedAtMs: receivedAt,
      decodeMs: closedAt - receivedAt,
      queueMs: startedAt - closedAt,
      engineMs: decidedAt - startedAt,
    };
    onDecision({ segment: segment.info, decision, latencyMs: decidedAt - receivedAt, flushed, trace });
  }

  #restartFlushTimer(segment: Segment): void {
    const timer = setTimeout(() => {
      void this.#flushIfSilent(segment, timer);
    }, this.#options.flushAfterMs);
    clearTimeout(this.#flushTimer);
    this.#flushTimer = timer;
  }

  #stopFlushTimer(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
  }

  /** While the classifier is behind, the source may have been asked to wait: that is no silence. */
  async #flushIfSilent(segment: Segment, timer: unknown): Promise<void> {
    const { isSilent = afterGrace } = this.#options;
    const silent = this.#work === null && (await isSilent());
    if (this.#flushTimer !== timer) return;
    if (silent) this.flush();
    else this.#restartFlushTimer(segment);
  }

  #drop({ segment, frame }: TimedFrame): void {
    this.#losses.add('overload', frame.events);
    const { window, step } = frame;
    this.#options.onMark?.({ kind: 'dropped', segment: segment.info, window, step });
  }
}
