/** Where cameras' events become decisions: on this thread, or wherever another host of feeds sends them. */
import type { EventBatch } from '../../events/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import type { Model } from '../../network/index.ts';
import type {
  CameraMessage,
  DisplayFrame,
  RecordingNote,
  SegmentInfo,
  Standstill,
  StatsMessage,
} from '../protocol/index.ts';
import { CameraFeed, type CameraFeedOptions, type TransportCounts } from './camera-feed.ts';
import type { WorkTurns } from './work-turns.ts';

/** One camera's way to decisions. */
export interface Feed {
  /** Events taken, final decisions made. */
  readonly events: number;
  readonly decisions: number;
  /** What was left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly notes: readonly RecordingNote[];
  /** Why its windows wait, `null` where they do not, or only for their turn. */
  readonly standstill: Standstill | null;
  /** Whether what came then is left out: it is older than allowed. */
  isTooOld(receivedAt: number, sentAt?: number): boolean;
  /** Ends the recording in hand and begins another. */
  startSegment(segment: SegmentInfo): void;
  /**
   * @param receivedAt when it was read, `performance.now()`.
   * @param sentAt when it left the camera at the earliest, on the same clock. Default: when it was read.
   */
  pushEvents(batch: EventBatch, receivedAt: number, sentAt?: number): void;
  pushBytes(bytes: Uint8Array, receivedAt: number, sentAt?: number): void;
  /**
   * Resolves when all that was pushed is classified, or a fault was told.
   *
   * @param withinMs for whoever cannot wait: the open window is closed as it is, and what is not classified by then is
   * left out, as `shutdown`.
   */
  end(withinMs?: number): Promise<void>;
  describe(connected: boolean): CameraMessage;
  takeDisplay(): DisplayFrame | null;
  /** The state so far, and the rates since the last `takeStats`. */
  stats(transport: TransportCounts): StatsMessage;
  /** The same; rates begin anew. */
  takeStats(transport: TransportCounts): StatsMessage;
}

/** What a camera states and wants to be told; the rest is the host's. */
export type FeedOptions = Omit<CameraFeedOptions, 'engine' | 'turns' | 'onRetired'>;

/** Opens feeds. */
export interface FeedHost {
  /** What cameras are checked against, and dashboards are told. */
  readonly model: Model;
  open(options: FeedOptions): Feed;
}

/** Feeds on this thread, which share its time. */
export class LocalFeeds implements FeedHost {
  readonly #turns: WorkTurns;
  readonly #feeds = new Set<CameraFeed>();
  /** How many feeds still need an engine, and who waits until none does. */
  readonly #uses = new Map<InferenceEngine, { count: number; readonly retired: (() => void)[] }>();
  #engine: InferenceEngine;

  constructor(engine: InferenceEngine, turns: WorkTurns) {
    this.#engine = engine;
    this.#turns = turns;
  }

  get model(): Model {
    return this.#engine.model;
  }

  open(options: FeedOptions): Feed {
    this.#use(this.#engine);
    const feed = new CameraFeed({
      ...options,
      engine: this.#engine,
      turns: this.#turns,
      onRetired: (engine) => {
        this.#letGo(engine);
        if (feed.isOver) this.#feeds.delete(feed);
      },
    });
    this.#feeds.add(feed);
    return feed;
  }

  /**
   * Another engine, perhaps with another model: each camera's open window is finished by the one before.
   *
   * @returns when no window needs the one before any more.
   */
  async useEngine(engine: InferenceEngine): Promise<void> {
    const before = this.#engine;
    if (engine === before) return;
    this.#engine = engine;
    for (const feed of this.#feeds) {
      this.#use(engine);
      feed.useEngine(engine);
    }
    const uses = this.#uses.get(before);
    if (uses !== undefined && uses.count > 0)
      await new Promise<void>((resolve) => uses.retired.push(resolve));
  }

  #use(engine: InferenceEngine): void {
    const uses = this.#uses.get(engine);
    if (uses === undefined) this.#uses.set(engine, { count: 1, retired: [] });
    else uses.count++;
  }

  #letGo(engine: InferenceEngine): void {
    const uses = this.#uses.get(engine)!;
    uses.count--;
    if (uses.count > 0) return;
    this.#uses.delete(engine);
    for (const resolve of uses.retired) resolve();
  }
}
