/**
 * What happens to one camera's events: the operators of the library, put together per recording.
 *
 * Each segment is a stream of its own (decoder, time origin, network state); its decisions leave in order.
 */
import { catchError, EMPTY, from, map, Subject, tap, type Observable } from 'rxjs';
import {
  boundedBuffer,
  createClassifierGraph,
  decodeEvents,
  sliceEvents,
  toFrames,
  type BufferPolicy,
  type BufferStats,
  type ClassifierGraph,
  type Decision,
} from '../../operators/index.ts';
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import type { CreateDecoderOptions, DecodeReport } from '../formats/index.ts';
import type { StepFrame } from '../frames/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import type { SegmentInfo } from './protocol/index.ts';

/** A decision, and when what it is made from arrived. */
export interface TimedDecision {
  readonly segment: SegmentInfo | null;
  readonly decision: Decision;
  readonly latencyMs: number;
}

/** See {@link CameraPipeline}. */
export interface CameraPipelineOptions {
  readonly engine: InferenceEngine;
  /** Size of the sensor, `null` where recordings state it. */
  readonly sensor: SensorGeometry | null;
  /** Whether bytes or batches will be pushed. */
  readonly payload: 'events' | 'raw';
  readonly decoding: CreateDecoderOptions;
  readonly policy: BufferPolicy;
  readonly maxQueuedSteps: number;
  readonly flushAfterMs: number;
  readonly onEvents: (batch: EventBatch) => void;
  readonly onDecision: (decision: TimedDecision) => void;
  readonly onError: (error: unknown) => void;
  readonly onPause: () => void;
  readonly onResume: () => void;
}

/** A frame, and when the message that closed its step arrived. */
interface TimedFrame {
  readonly frame: StepFrame;
  readonly receivedAt: number;
}

/** One recording in work. */
interface Segment {
  readonly info: SegmentInfo | null;
  readonly bytes: Subject<Uint8Array>;
  readonly batches: Subject<EventBatch>;
  readonly done: Promise<void>;
}

/** Push class: batches or bytes in, timed decisions out by callback. */
export class CameraPipeline {
  readonly #options: CameraPipelineOptions;
  readonly #graph: ClassifierGraph;
  #segment: Segment | undefined;
  /** Segments that still have steps to classify. */
  #running = new Set<Promise<void>>();
  #receivedAt = 0;
  #queue = 0;
  readonly #dropped: Record<string, number> = {};

  constructor(options: CameraPipelineOptions) {
    this.#options = options;
    this.#graph = createClassifierGraph(options.engine);
  }

  /** What was left out so far, by reason; zero counts are left out too. */
  get dropped(): Readonly<Record<string, number>> {
    return this.#dropped;
  }

  /** Time steps that wait. */
  get queue(): number {
    return this.#queue;
  }

  /** Ends the recording in hand and begins another. */
  startSegment(info: SegmentInfo | null): void {
    this.#completeSegment();
    this.#segment = this.#open(info);
  }

  pushEvents(batch: EventBatch, receivedAt: number): void {
    this.#receivedAt = receivedAt;
    this.#current().batches.next(batch);
  }

  pushBytes(bytes: Uint8Array, receivedAt: number): void {
    this.#receivedAt = receivedAt;
    this.#current().bytes.next(bytes);
  }

  /** Ends the stream; resolves when every step was classified. */
  async end(): Promise<void> {
    this.#completeSegment();
    await Promise.all(this.#running);
  }

  #current(): Segment {
    this.#segment ??= this.#open(null);
    return this.#segment;
  }

  #completeSegment(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (segment === undefined) return;
    this.#receivedAt = performance.now();
    if (this.#options.payload === 'raw') segment.bytes.complete();
    else segment.batches.complete();
  }

  #count(reason: string, events: number): void {
    if (events > 0) this.#dropped[reason] = (this.#dropped[reason] ?? 0) + events;
  }

  #open(info: SegmentInfo | null): Segment {
    const bytes = new Subject<Uint8Array>();
    const batches = new Subject<EventBatch>();
    const { decoding } = this.#options;
    const onReport = (report: DecodeReport): void => {
      for (const [reason, count] of Object.entries(report.dropped)) this.#count(reason, count);
      this.#count('truncated-bytes', report.truncatedBytes);
    };
    const fileName = decoding.fileName ?? info?.name;
    const options = fileName === undefined ? decoding : { ...decoding, fileName };
    if (this.#options.payload === 'raw') {
      // Events before a fault are good: they are classified, then the fault is told.
      const decoded = bytes.pipe(
        decodeEvents({ ...options, onReport }),
        catchError((error: unknown) => {
          this.#options.onError(error);
          return EMPTY;
        }),
      );
      decoded.subscribe(batches);
    }
    const done = this.#classify(info, batches).finally(() => this.#running.delete(done));
    this.#running.add(done);
    return { info, bytes, batches, done };
  }

  #classify(segment: SegmentInfo | null, batches: Observable<EventBatch>): Promise<void> {
    const { engine, sensor, policy, maxQueuedSteps, flushAfterMs, onEvents, onDecision, onPause, onResume } =
      this.#options;
    const { input, network } = engine.model;
    const frames = new Subject<StepFrame>();
    const output = { width: network.input.width, height: network.input.height };
    // The frame travels beside its time of arrival; the classifier answers in order, one step at a time.
    let pending: TimedFrame | undefined;
    let answer: (() => void) | undefined;
    frames.pipe(this.#graph.classify()).subscribe({
      next: (decision) => {
        const { receivedAt } = pending!;
        onDecision({ segment, decision, latencyMs: performance.now() - receivedAt });
        answer?.();
      },
      error: (error) => {
        this.#options.onError(error);
        answer?.();
      },
    });
    let nextStep = 0;
    const classifyOne = (timed: TimedFrame): Observable<void> => {
      const { step, events } = timed.frame;
      if (step !== 0 && step !== nextStep) {
        // A step of this window was dropped, so the rest of it cannot be classified.
        this.#count('overload', events);
        return EMPTY;
      }
      nextStep = step + 1;
      return from(
        new Promise<void>((resolve) => {
          pending = timed;
          answer = resolve;
          frames.next(timed.frame);
        }),
      );
    };
    const onStats = ({ waiting }: BufferStats): void => {
      this.#queue = waiting;
    };
    return new Promise((resolve) => {
      batches
        .pipe(
          tap(onEvents),
          sliceEvents(input.binning, {
            flushAfterMs,
            remainder: 'pad-first',
            onReport: ({ lateEvents, remainderEvents }) => {
              this.#count('late', lateEvents);
              this.#count('incomplete-window', remainderEvents);
            },
          }),
          toFrames({ sensor: sensor ?? input.sensor, output, countType: 'uint8' }),
          tap(({ saturated, outside }) => {
            this.#count('saturated', saturated);
            this.#count('outside-sensor', outside);
          }),
          map((frame): TimedFrame => ({ frame, receivedAt: this.#receivedAt })),
          boundedBuffer({
            maxItems: maxQueuedSteps,
            policy,
            process: classifyOne,
            onDrop: ({ frame }) => {
              this.#count('overload', frame.events);
            },
            onPause,
            onResume,
            onStats,
          }),
        )
        .subscribe({
          error: (error) => {
            this.#options.onError(error);
            frames.complete();
            resolve();
          },
          complete: () => {
            frames.complete();
            resolve();
          },
        });
    });
  }
}
