/** One camera's pipeline and what is told of it: decisions, display frames, statistics. No sockets, no Node. */
import type { EventBatch } from '../../events/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import type { Model } from '../../network/index.ts';
import type { CameraPipelineOptions } from './camera-pipeline-options.ts';
import { CameraPipeline } from './camera-pipeline.ts';
import { DisplayAccumulator } from './display-accumulator.ts';
import { LatencyWindow } from './latency-window.ts';
import type { TimedDecision } from './step-worker.ts';
import type {
  CameraMessage,
  DecisionMessage,
  DisplayFrame,
  RecordingNote,
  SegmentInfo,
  StatsMessage,
} from '../protocol/index.ts';

/** See {@link CameraFeed}. */
export interface CameraFeedOptions extends Omit<CameraPipelineOptions, 'onEvents' | 'onDecision'> {
  readonly name: string;
  /** Whether decisions say where their time went. Default false. */
  readonly trace?: boolean;
  /** @param model that made it: another one may have taken over. */
  readonly onDecision: (message: DecisionMessage, model: Model) => void;
}

/** What the transport adds to the statistics. */
export interface TransportCounts {
  /** Bytes and messages that came. */
  readonly bytes: number;
  readonly messages: number;
  readonly sequenceGaps: number;
  readonly sequenceRepeats: number;
  readonly unreadDecisions: number;
  /** What people should do about its connection, `null` where all is well. */
  readonly advice: string | null;
  /** Age of what was read last, milliseconds; `null` or left out where it is not known. */
  readonly ageMs?: number | null;
}

/** Of what comes without one. */
export const NO_TRANSPORT: TransportCounts = {
  bytes: 0,
  messages: 0,
  sequenceGaps: 0,
  sequenceRepeats: 0,
  unreadDecisions: 0,
  advice: null,
};

/**
 * Push class: a camera's events in, the messages of the protocol out. The server has one per connection, the
 * dashboard one for recordings that it classifies in the page.
 *
 * @example
 * ```ts
 * import { batchFromTuples, createEngine, randomModel } from 'saccade';
 * import { CameraFeed } from 'saccade/live/client';
 * const feed = new CameraFeed({
 *   name: 'camera', engine: await createEngine(randomModel()), sensor: { width: 8, height: 8 }, payload: 'events',
 *   policy: 'pause', maxQueuedSteps: 64, flushAfterMs: 500,
 *   onDecision: ({ step, label }) => console.log(step, label), onError: console.error,
 * });
 * feed.pushEvents(batchFromTuples([[0, 1, 1, 1], [4000, 2, 2, 0]]), performance.now());
 * await feed.end();
 * console.log(feed.events, feed.decisions); // 2 1
 * ```
 */
export class CameraFeed {
  readonly #options: CameraFeedOptions;
  readonly #pipeline: CameraPipeline;
  readonly #display = new DisplayAccumulator();
  readonly #latency = new LatencyWindow();
  #segment: SegmentInfo | null = null;
  #events = 0;
  #onEvents = 0;
  #decisions = 0;
  /** Of the last {@link takeStats}. */
  #taken = { events: 0, onEvents: 0, at: performance.now() };
  /** About when the step came that waits in front. */
  #oldestAt = 0;
  #over = false;

  constructor(options: CameraFeedOptions) {
    this.#options = options;
    this.#pipeline = new CameraPipeline({
      ...options,
      onEvents: (batch, sensor, skipped) => {
        this.#count(batch);
        if (!skipped) this.#display.push(batch, sensor);
      },
      onDecision: (decision, engine) => {
        this.#decide(decision, engine);
      },
    });
  }

  /** Events taken, final decisions made. */
  get events(): number {
    return this.#events;
  }

  get decisions(): number {
    return this.#decisions;
  }

  /** Whether it ends. */
  get isOver(): boolean {
    return this.#over;
  }

  /** What was left out, by reason. */
  get dropped(): Readonly<Record<string, number>> {
    return this.#pipeline.dropped;
  }

  /** What people should know of the recordings so far. */
  get notes(): readonly RecordingNote[] {
    return this.#pipeline.notes;
  }

  /** Nothing stands still on one machine. */
  get standstill(): null {
    return null;
  }

  /** Ends the recording in hand and begins another. */
  startSegment(segment: SegmentInfo): void {
    this.#segment = segment;
    this.#pipeline.startSegment(segment);
  }

  /**
   * @param receivedAt when it was read, `performance.now()`.
   * @param sentAt when it left the camera at the earliest, on the same clock. Default: when it was read.
   * @param leftOut whether it is counted and left out. Default: whether it is too old.
   */
  pushEvents(batch: EventBatch, receivedAt: number, sentAt?: number, leftOut?: boolean): void {
    if (this.#pipeline.queue === 0) this.#oldestAt = receivedAt;
    this.#pipeline.pushEvents(batch, receivedAt, sentAt, leftOut);
  }

  /** As {@link pushEvents}: what the bytes decode to. */
  pushBytes(bytes: Uint8Array, receivedAt: number, sentAt?: number, leftOut?: boolean): void {
    if (this.#pipeline.queue === 0) this.#oldestAt = receivedAt;
    this.#pipeline.pushBytes(bytes, receivedAt, sentAt, leftOut);
  }

  /** Whether what came then is left out. */
  isTooOld(receivedAt: number, sentAt?: number): boolean {
    return this.#pipeline.isTooOld(receivedAt, sentAt);
  }

  /** Says that so many events that came here were left out. */
  leaveOut(events: number): void {
    this.#pipeline.leaveOut(events);
  }

  /** Closes the open window, as silence does. */
  flush(): void {
    this.#pipeline.flush();
  }

  /**
   * Resolves when all that was pushed is classified.
   *
   * @param withinMs for whoever cannot wait: the open window is closed as it is, and what is not classified by then is
   * left out, as `shutdown`.
   */
  end(withinMs?: number): Promise<void> {
    this.#over = true;
    return this.#pipeline.end(withinMs);
  }

  /** Another engine, perhaps with another model, from the next window on. `onRetired` tells when that is over. */
  useEngine(engine: InferenceEngine): void {
    this.#pipeline.useEngine(engine);
  }

  /** What dashboards are told when the camera comes, begins a recording, or leaves. */
  describe(connected: boolean): CameraMessage {
    return { type: 'camera', camera: this.#options.name, connected, segment: this.#segment };
  }

  /** Events since the last call, for dashboards. */
  takeDisplay(): DisplayFrame | null {
    const frame = this.#display.take();
    return frame && { camera: this.#options.name, ...frame };
  }

  /** The state; rates are since the last {@link takeStats}. */
  stats(transport: TransportCounts): StatsMessage {
    const now = performance.now();
    const { events, onEvents, at } = this.#taken;
    const seconds = Math.max(0.001, (now - at) / 1000);
    const { queue } = this.#pipeline;
    return {
      type: 'stats',
      camera: this.#options.name,
      onPerSecond: (this.#onEvents - onEvents) / seconds,
      offPerSecond: (this.#events - events - (this.#onEvents - onEvents)) / seconds,
      events: this.#events,
      onEvents: this.#onEvents,
      ageMs: null,
      ...transport,
      dropped: this.#pipeline.dropped,
      notes: this.#pipeline.notes,
      queue,
      queueAgeMs: queue === 0 ? 0 : now - this.#oldestAt,
      latencyMs: this.#latency.summary(),
    };
  }

  /** The state since the last call. */
  takeStats(transport: TransportCounts): StatsMessage {
    const stats = this.stats(transport);
    this.#taken = { events: this.#events, onEvents: this.#onEvents, at: performance.now() };
    return stats;
  }

  #count({ p, length }: EventBatch): void {
    let on = 0;
    for (let i = 0; i < length; i++) on += p[i]!;
    this.#events += length;
    this.#onEvents += on;
  }

  #decide({ segment, decision, latencyMs, flushed, trace }: TimedDecision, { model }: InferenceEngine): void {
    if (!flushed) this.#latency.add(latencyMs);
    // Those behind it came later.
    this.#oldestAt = performance.now() - latencyMs;
    if (decision.final) this.#decisions++;
    const { windowRepeatedEvents } = decision;
    // Field by field: what a rest pattern leaves is a hash table of some 3 kB, for every step.
    const message: DecisionMessage = {
      type: 'decision',
      camera: this.#options.name,
      segment,
      window: decision.window,
      step: decision.step,
      steps: decision.steps,
      final: decision.final,
      clockSegment: decision.clockSegment,
      startMicros: decision.startMicros,
      endMicros: decision.endMicros,
      windowStartMicros: decision.windowStartMicros,
      classIndex: decision.classIndex,
      label: decision.label,
      scores: decision.scores,
      spikes: decision.spikes,
      events: decision.events,
      windowEvents: decision.windowEvents,
      computeMs: decision.computeMs,
      logits: Array.from(decision.accumulatedLogits),
      latencyMs,
      flushed,
      epoch: 0,
      ...(windowRepeatedEvents !== undefined && { windowRepeatedEvents }),
      ...(this.#options.trace && { trace: { ...trace, sentAtMs: performance.now() } }),
    };
    this.#options.onDecision(message, model);
  }
}
