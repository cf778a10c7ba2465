/** Where cameras' events become decisions: on this thread, or wherever another host of feeds sends them. */
import type { EventBatch } from '../../events/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import type { Model } from '../../network/index.ts';
import type {
  CameraMessage,
  DisplayFrame,
  RecordingNote,
  SegmentInfo,
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
  /** Ends the recording in hand and begins another. */
  startSegment(segment: SegmentInfo): void;
  /** @param receivedAt when it arrived, `performance.now()`. */
  pushEvents(batch: EventBatch, receivedAt: number): void;
  pushBytes(bytes: Uint8Array, receivedAt: number): void;
  /** Resolves when all that was pushed is classified, or a fault was told. */
  end(): Promise<void>;
  describe(connected: boolean): CameraMessage;
  takeDisplay(): DisplayFrame | null;
  /** The state so far, and the rates since the last `takeStats`. */
  stats(transport: TransportCounts): StatsMessage;
  /** The same; rates begin anew. */
  takeStats(transport: TransportCounts): StatsMessage;
}

/** What a camera states and wants to be told; the rest is the host's. */
export type FeedOptions = Omit<CameraFeedOptions, 'engine' | 'turns'>;

/** Opens feeds. */
export interface FeedHost {
  /** What cameras are checked against, and dashboards are told. */
  readonly model: Model;
  open(options: FeedOptions): Feed;
}

/** Feeds on this thread, which share its time. */
export class LocalFeeds implements FeedHost {
  readonly #engine: InferenceEngine;
  readonly #turns: WorkTurns;

  constructor(engine: InferenceEngine, turns: WorkTurns) {
    this.#engine = engine;
    this.#turns = turns;
  }

  get model(): Model {
    return this.#engine.model;
  }

  open(options: FeedOptions): Feed {
    return new CameraFeed({ ...options, engine: this.#engine, turns: this.#turns });
  }
}
