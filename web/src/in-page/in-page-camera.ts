/** Classifies recordings in the page: the server's pipeline and engine, without a server. */
import {
  createEngine,
  readModel,
  sortReading,
  type InferenceEngine,
  type Model,
} from '../../../src/index.ts';
import type { DecodeReport } from '../../../src/formats/index.ts';
import { summariseLosses } from '../model/losses.ts';
import type { ReadingOptions } from './reading-options.ts';
import {
  CameraFeed,
  replayRecordings,
  viewerWelcome,
  type CameraMessage,
  type DecisionMessage,
  type DisplayFrame,
  type ReplayRecording,
  type SegmentInfo,
  type StatsMessage,
  type ViewerWelcome,
} from '../../../src/live/client.ts';

/** Who is told: the same messages that a viewer client hands out. */
export interface InPageSink {
  readonly takeWelcome: (message: ViewerWelcome) => void;
  readonly takeCamera: (message: CameraMessage) => void;
  readonly takeDecision: (message: DecisionMessage) => void;
  readonly takeStats: (message: StatsMessage) => void;
  readonly takeFrame: (frame: DisplayFrame) => void;
}

/** What came of a recording. */
export interface PlayedRecording {
  readonly events: number;
  /** Finished windows. */
  readonly decisions: number;
  /** What should be known beside them: another sensor, what was left out. */
  readonly notes: readonly string[];
}

const CAMERA_NAME = 'this page';
const FRAME_INTERVAL_MS = 33;
const STATS_INTERVAL_MS = 250;
/** Between recordings, so that people can follow. */
const PAUSE_MS = 400;
/** A recording's windows are closed by its times and its end, as in training, never by the clock on the wall. */
const NEVER_MS = 2 ** 31 - 1;
/** Steps that may wait; then the replay waits too. */
const MAX_QUEUED_STEPS = 256;

/** What the replay waits at while enough steps are on their way. */
class Gate {
  opened: Promise<void> | undefined;
  open: () => void = () => undefined;

  close(): void {
    this.opened = new Promise((resolve) => {
      this.open = () => {
        this.opened = undefined;
        resolve();
      };
    });
  }
}

/** A model made ready to run in the page. */
export class InPageCamera {
  readonly #engine: InferenceEngine;
  readonly #session: string;
  readonly #sink: InPageSink;
  /** Sums over the recordings that were played. */
  #events = 0;
  #messages = 0;
  #dropped: Readonly<Record<string, number>> = {};
  #latencyMs: StatsMessage['latencyMs'] = { last: 0, p50: 0, p99: 0 };

  constructor(engine: InferenceEngine, session: string, sink: InPageSink) {
    this.#engine = engine;
    this.#session = session;
    this.#sink = sink;
  }

  /** @throws ModelFileError for a file that is no model. */
  static async open(modelFile: Uint8Array, session: string, sink: InPageSink): Promise<InPageCamera> {
    return new InPageCamera(await createEngine(readModel(modelFile)), session, sink);
  }

  get model(): Model {
    return this.#engine.model;
  }

  /** Says which model is at work. */
  greet(): void {
    this.#sink.takeWelcome(viewerWelcome(this.model, this.#session));
  }

  /**
   * Plays a recording at the speed at which it happened, to its end or until the signal.
   *
   * @throws RecordingError for a file that is no recording, PipelineError for one that does not fit the model.
   */
  async play(
    recording: ReplayRecording,
    reading: ReadingOptions,
    signal: AbortSignal,
  ): Promise<PlayedRecording> {
    const failed = new AbortController();
    const gate = new Gate();
    const feed = new CameraFeed({
      name: CAMERA_NAME,
      engine: this.#engine,
      sensor: null,
      payload: 'events',
      decoding: reading,
      // The replay waits for the classifier: every answer is the one that `saccade classify` gives.
      policy: 'pause',
      onPause: () => {
        gate.close();
      },
      onResume: () => {
        gate.open();
      },
      maxQueuedSteps: MAX_QUEUED_STEPS,
      flushAfterMs: NEVER_MS,
      onDecision: (message) => {
        this.#sink.takeDecision(message);
      },
      onError: (error) => {
        failed.abort(error);
      },
    });
    const show = (): void => {
      const frame = feed.takeDisplay();
      if (frame !== null) this.#sink.takeFrame(frame);
    };
    const frames = setInterval(show, FRAME_INTERVAL_MS);
    const stats = setInterval(() => {
      this.#sink.takeStats(this.#statsOf(feed));
    }, STATS_INTERVAL_MS);
    // A file that is no recording begins no clip: what is shown stays that of the clip before, under its name.
    let next: SegmentInfo | undefined;
    let read: DecodeReport | undefined;
    try {
      await replayRecordings(
        {
          startSegment: async (segment) => {
            next = segment;
          },
          sendEvents: async (batch) => {
            if (next !== undefined) {
              feed.startSegment(next);
              this.#sink.takeCamera(feed.describe(true));
              next = undefined;
            }
            this.#messages++;
            feed.pushEvents(batch, performance.now());
            await gate.opened;
          },
        },
        [recording],
        {
          rate: 1,
          pauseMs: PAUSE_MS,
          signal: AbortSignal.any([signal, failed.signal]),
          decoding: sortReading(reading).decoding,
          onReport: (_name, report) => {
            read = report;
          },
        },
      );
    } finally {
      clearInterval(frames);
      clearInterval(stats);
      await feed.end();
      show();
      const last = this.#statsOf(feed, read?.dropped);
      this.#sink.takeStats(last);
      this.#events = last.events;
      this.#dropped = last.dropped;
    }
    failed.signal.throwIfAborted();
    return {
      events: feed.events,
      decisions: feed.decisions,
      notes: [...decodeNotes(read), ...feed.notes.map(({ text }) => text)],
    };
  }

  /** Says that nothing more comes. */
  leave(): void {
    this.#sink.takeCamera({ type: 'camera', camera: CAMERA_NAME, connected: false, segment: null });
  }

  dispose(): void {
    this.#engine.dispose();
  }

  /** With what the recordings before it lost, and with their latency until there is a decision. */
  #statsOf(feed: CameraFeed, decoding: Readonly<Record<string, number>> = {}): StatsMessage {
    const stats = feed.takeStats({
      bytes: 0,
      messages: this.#messages,
      sequenceGaps: 0,
      sequenceRepeats: 0,
      unreadDecisions: 0,
      advice: null,
    });
    const dropped: Record<string, number> = { ...this.#dropped };
    for (const [reason, count] of [...Object.entries(stats.dropped), ...Object.entries(decoding)])
      dropped[reason] = (dropped[reason] ?? 0) + count;
    if (stats.latencyMs.last > 0) this.#latencyMs = stats.latencyMs;
    return { ...stats, events: this.#events + stats.events, dropped, latencyMs: this.#latencyMs };
  }
}

/** What a decoder lost. */
function decodeNotes(report: DecodeReport | undefined): string[] {
  if (report === undefined) return [];
  const { dropped, truncatedBytes, faults, faultCount, events } = report;
  const { list } = summariseLosses({ dropped: { ...dropped, 'truncated-bytes': truncatedBytes }, events });
  const notes = list.map(({ count, text }) => `${count.toLocaleString('en')} ${text}`);
  const [first] = faults;
  if (first !== undefined)
    notes.push(
      `${faultCount === 1 ? 'damaged' : `damaged in ${faultCount} places, first`} at byte ${first.byteOffset.toLocaleString('en')}: ${first.message}`,
    );
  return notes;
}
