/** Records what comes to a live server, and what it decides. */
import { randomBytes } from 'node:crypto';
import type { EventBatch } from '../../events/index.ts';
import type { Feed, FeedHost, FeedOptions } from '../camera/feed-host.ts';
import { PassingFeed } from '../camera/passing-feed.ts';
import type { LiveExtension } from '../extension.ts';
import type { LiveLogger } from '../live-logger.ts';
import type { SegmentInfo } from '../protocol/index.ts';
import type { ServerProblems } from '../server-problems.ts';
import { RECORD_VERSION, type Take } from './record-format.ts';
import { recordLimits, type RecordLimits } from './record-limits.ts';
import { RecordStore, type RecordAccount } from './record-store.ts';
import { TakeRecorder } from './take-recorder.ts';

/** See {@link Recorder.open}. */
export interface RecorderOptions {
  /** Is made where it is not there. One server a folder. */
  readonly folder: string;
  readonly limits?: Partial<RecordLimits>;
  readonly logger?: LiveLogger;
  /** The server's: a disk that does not take the record is one of them, in `/healthz` and the metrics. */
  readonly problems?: ServerProblems;
  /** SHA-256 of the model file, in hexadecimal: a replay says whether it has the same. */
  readonly modelDigest?: string;
}

/**
 * An extension of a live server. What comes from cameras is written as it came, with decisions beside it, in parts that are
 * whole files; `replayTake` makes the same decisions of it. A disk that is full, or too slow, ends the recording and
 * nothing else.
 *
 * @example
 * ```ts no-run
 * import { createEngine, readModel } from 'saccade';
 * import { createLiveServer, Recorder } from 'saccade/live';
 * import { readFileSync } from 'node:fs';
 * const engine = await createEngine(readModel(readFileSync('model.safetensors')));
 * const recorder = await Recorder.open({ folder: 'record' });
 * const server = await createLiveServer({ engine, port: 8765, extensions: [recorder] });
 * ```
 */
export class Recorder implements LiveExtension {
  readonly #store: RecordStore;
  readonly #modelDigest: string | null;
  /** Takes that are being ended. */
  readonly #ending = new Set<Promise<void>>();

  private constructor(store: RecordStore, modelDigest: string | null) {
    this.#store = store;
    this.#modelDigest = modelDigest;
  }

  /** @throws OptionError for a folder that cannot be used, and for a limit out of its range. */
  static async open({ folder, limits, modelDigest, ...watchers }: RecorderOptions): Promise<Recorder> {
    return new Recorder(await RecordStore.open(folder, recordLimits(limits), watchers), modelDigest ?? null);
  }

  /** What was recorded, and what was not. */
  get account(): Readonly<RecordAccount> {
    return this.#store.account;
  }

  wrapFeeds(feeds: FeedHost): FeedHost {
    return {
      get model() {
        return feeds.model;
      },
      open: (options) => (this.#store.hasStopped ? feeds.open(options) : this.#open(feeds, options)),
    };
  }

  /** Resolves when all that was recorded is on disk. */
  async close(): Promise<void> {
    await Promise.all(this.#ending);
    await this.#store.settled();
  }

  #open(feeds: FeedHost, options: FeedOptions): Feed {
    const startedAt = new Date().toISOString();
    const recorder = new TakeRecorder(
      this.#store,
      this.#takeOf(feeds, options, startedAt),
      takeName(startedAt, options.name),
    );
    const inner = feeds.open({
      ...options,
      onDecision: (message, model) => {
        recorder.decide(message);
        options.onDecision(message, model);
      },
      onError: (error) => {
        recorder.fail(error);
        options.onError(error);
      },
      onMark: (mark) => {
        recorder.mark(mark);
        options.onMark?.(mark);
      },
    });
    return new RecordedFeed(inner, recorder, (ending) => {
      this.#ending.add(ending);
      void ending.then(() => this.#ending.delete(ending));
    });
  }

  #takeOf(feeds: FeedHost, options: FeedOptions, startedAt: string): Take {
    const { name, sensor, payload, decoding = {}, policy } = options;
    const { maxQueuedSteps, maxAgeMs, flushAfterMs } = options;
    return {
      saccadeRecord: RECORD_VERSION,
      startedAt,
      camera: name,
      sensor,
      payload,
      decoding: { ...decoding },
      policy,
      limits: { maxQueuedSteps, flushAfterMs, ...(maxAgeMs !== undefined && { maxAgeMs }) },
      model: { name: feeds.model.network.name, digest: this.#modelDigest },
    };
  }
}

/** In the order of time; names of cameras are whatever cameras say. */
function takeName(startedAt: string, camera: string): string {
  const safe = camera.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 40);
  return `${startedAt.replace(/[:.]/g, '-')}_${safe}_${randomBytes(3).toString('hex')}`;
}

class RecordedFeed extends PassingFeed {
  readonly #recorder: TakeRecorder;
  readonly #onEnding: (ending: Promise<void>) => void;

  constructor(inner: Feed, recorder: TakeRecorder, onEnding: (ending: Promise<void>) => void) {
    super(inner);
    this.#recorder = recorder;
    this.#onEnding = onEnding;
  }

  override startSegment(segment: SegmentInfo): void {
    // Decisions name the recording that they are of by this object.
    const own = { ...segment };
    this.#recorder.startSegment(own);
    super.startSegment(own);
  }

  override pushEvents(batch: EventBatch, receivedAt: number, sentAt?: number): void {
    // First: the pipeline may use the memory again.
    if (this.isTooOld(receivedAt, sentAt)) this.#recorder.leaveOut(batch.length);
    else this.#recorder.pushEvents(batch);
    super.pushEvents(batch, receivedAt, sentAt);
    this.#recorder.settle();
  }

  override pushBytes(bytes: Uint8Array, receivedAt: number, sentAt?: number): void {
    this.#recorder.pushBytes(bytes);
    super.pushBytes(bytes, receivedAt, sentAt);
    this.#recorder.settle();
  }

  override async end(withinMs?: number): Promise<void> {
    try {
      await super.end(withinMs);
    } finally {
      this.#onEnding(this.#recorder.end());
    }
  }
}
