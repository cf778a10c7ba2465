/** Classifies recordings in the page: the server's pipeline and engine, without a server. */
import { createEngine, readModel, type InferenceEngine, type Model } from '../../../src/index.ts';
import {
  CameraFeed,
  replayRecordings,
  viewerWelcome,
  type CameraMessage,
  type DecisionMessage,
  type DisplayFrame,
  type ReplayRecording,
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

const CAMERA_NAME = 'this page';
const FRAME_INTERVAL_MS = 33;
const STATS_INTERVAL_MS = 250;
/** Between recordings, so that people can follow. */
const PAUSE_MS = 400;
/** The open window of a recording that fell silent is closed after this. */
const FLUSH_AFTER_MS = 500;
/** Steps that may wait; the replay is throttled by the wall clock, so few ever do. */
const MAX_QUEUED_STEPS = 256;

/** A model made ready to run in the page. */
export class InPageCamera {
  readonly #engine: InferenceEngine;
  readonly #sink: InPageSink;

  constructor(engine: InferenceEngine, sink: InPageSink) {
    this.#engine = engine;
    this.#sink = sink;
  }

  /** @throws ModelFileError for a file that is no model. */
  static async open(modelFile: Uint8Array, sink: InPageSink): Promise<InPageCamera> {
    return new InPageCamera(await createEngine(readModel(modelFile)), sink);
  }

  get model(): Model {
    return this.#engine.model;
  }

  /**
   * Plays recordings at the speed at which they happened.
   *
   * @throws EventFormatError for a file that is no recording, after those before it were played.
   */
  async play(recordings: readonly ReplayRecording[], signal: AbortSignal): Promise<void> {
    const { sensor } = this.model.input;
    let failure: Error | undefined;
    let messages = 0;
    const feed = new CameraFeed({
      name: CAMERA_NAME,
      engine: this.#engine,
      sensor,
      payload: 'events',
      policy: 'drop-oldest',
      maxQueuedSteps: MAX_QUEUED_STEPS,
      flushAfterMs: FLUSH_AFTER_MS,
      onDecision: (message) => {
        this.#sink.takeDecision(message);
      },
      onError: (error) => (failure ??= error instanceof Error ? error : new Error(String(error))),
    });
    this.#sink.takeWelcome(viewerWelcome(this.model));
    const frames = setInterval(() => {
      const frame = feed.takeDisplay();
      if (frame !== null) this.#sink.takeFrame(frame);
    }, FRAME_INTERVAL_MS);
    const stats = setInterval(() => {
      this.#sink.takeStats(feed.takeStats({ messages, sequenceGaps: 0 }));
    }, STATS_INTERVAL_MS);
    try {
      await replayRecordings(
        {
          startSegment: async (segment) => {
            feed.startSegment(segment);
            this.#sink.takeCamera(feed.describe(true));
          },
          sendEvents: async (batch) => {
            messages++;
            feed.pushEvents(batch, performance.now());
          },
        },
        recordings,
        { rate: 1, pauseMs: PAUSE_MS, signal, decoding: { geometry: sensor } },
      );
      await feed.end();
      if (failure !== undefined) throw failure;
    } finally {
      clearInterval(frames);
      clearInterval(stats);
    }
  }

  dispose(): void {
    this.#engine.dispose();
  }
}

/** A file that the user chose, as a recording. A folder name that is a class of the model is its label. */
export function recordingOf(file: File, classes: readonly string[]): ReplayRecording {
  const folder = file.webkitRelativePath.split('/').at(-2);
  const label = folder !== undefined && classes.includes(folder) ? folder : null;
  return { name: file.name, label, open: () => chunksOf(file) };
}

async function* chunksOf(file: File): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
