/** A camera of a gateway: its windows are made here and decided elsewhere. */
import type { EventBatch } from '../../events/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import type { Model } from '../../network/index.ts';
import { CameraFeed, NO_TRANSPORT, type TransportCounts } from '../camera/camera-feed.ts';
import type { Feed, FeedOptions } from '../camera/feed-host.ts';
import type {
  CameraMessage,
  DecisionMessage,
  DisplayFrame,
  RecordingNote,
  SegmentInfo,
  Standstill,
  StandstillReason,
  StatsMessage,
} from '../protocol/index.ts';
import type { CameraClaim } from './camera-claim.ts';
import { DisplayTee } from './display-tee.ts';
import type { RemoteSession } from './remote-session.ts';

/** Dashboards of other gateways are told what those of this one were told less than this ago. */
const STATS_MS = 400;
/** Why windows wait, for people. */
const STANDSTILLS: Readonly<Record<StandstillReason, string>> = {
  'cut-off': 'the gateway is cut off from its cluster',
  'no-worker': 'no worker decides for this camera',
  'no-answer': 'the worker that decides for this camera does not answer',
};
/** The window that was open at a gateway that died; how many waited behind it, nobody knows. */
const GATEWAY_LOST = { 'windows-lost-with-gateway': 1 };

/** See {@link RemoteFeed}. */
export interface RemoteFeedOptions {
  readonly model: Model;
  readonly session: RemoteSession;
  readonly claim: CameraClaim;
  /** Whether dashboards of other gateways watch. */
  readonly isWatched: () => boolean;
  readonly onState: (state: CameraMessage) => void;
  readonly onDecision: (decision: DecisionMessage) => void;
  readonly onEnd: () => void;
}

/** The same feed as on one machine, but for who computes; and what other gateways' dashboards are told of it. */
export class RemoteFeed implements Feed {
  readonly #feed: CameraFeed;
  readonly #options: RemoteFeedOptions;
  readonly #display: DisplayTee;
  #transport = NO_TRANSPORT;
  #stats: { readonly message: StatsMessage; readonly at: number } | undefined;

  constructor(feed: FeedOptions, options: RemoteFeedOptions) {
    const { model, session } = options;
    this.#options = options;
    this.#feed = new CameraFeed({
      ...feed,
      engine: engineOf(model, session),
      dropReason: ({ receivedAt }) => session.standstill.reasonFor(receivedAt) ?? 'overload',
      onDecision: (decision, model) => {
        const { epoch, computeMs } = session;
        const made = { ...decision, epoch, computeMs };
        feed.onDecision(made, model);
        options.onDecision(made);
      },
    });
    this.#display = new DisplayTee(() => this.#feed.takeDisplay());
    options.onState(this.describe(true));
  }

  get events(): number {
    return this.#feed.events;
  }

  get decisions(): number {
    return this.#feed.decisions;
  }

  get dropped(): Readonly<Record<string, number>> {
    return { ...this.#feed.dropped, ...(this.#options.claim.note !== null && GATEWAY_LOST) };
  }

  get notes(): readonly RecordingNote[] {
    return [...this.#ownNotes, ...this.#feed.notes];
  }

  get standstill(): Standstill | null {
    return this.#options.session.standstill.now;
  }

  startSegment(segment: SegmentInfo): void {
    this.#feed.startSegment(segment);
    this.#options.onState(this.describe(true));
  }

  isTooOld(receivedAt: number, sentAt?: number): boolean {
    return this.#feed.isTooOld(receivedAt, sentAt);
  }

  pushEvents(batch: EventBatch, receivedAt: number, sentAt?: number): void {
    this.#feed.pushEvents(batch, receivedAt, sentAt);
  }

  pushBytes(bytes: Uint8Array, receivedAt: number, sentAt?: number): void {
    this.#feed.pushBytes(bytes, receivedAt, sentAt);
  }

  async end(withinMs?: number): Promise<void> {
    try {
      await this.#feed.end(withinMs);
    } finally {
      this.#options.onEnd();
    }
  }

  describe(connected: boolean): CameraMessage {
    return this.#feed.describe(connected);
  }

  takeDisplay(): DisplayFrame | null {
    return this.#display.take(0, this.#options.isWatched());
  }

  stats(transport: TransportCounts): StatsMessage {
    return this.#withNotes(this.#feed.stats(transport));
  }

  takeStats(transport: TransportCounts): StatsMessage {
    const message = this.#withNotes(this.#feed.takeStats(transport));
    this.#transport = transport;
    this.#stats = { message, at: performance.now() };
    return message;
  }

  /** For dashboards of other gateways. */
  sharedDisplay(): DisplayFrame | null {
    return this.#display.take(1, true);
  }

  sharedStats(): StatsMessage {
    const last = this.#stats;
    if (last !== undefined && performance.now() - last.at < STATS_MS) return last.message;
    return this.takeStats(this.#transport);
  }

  #withNotes(stats: StatsMessage): StatsMessage {
    return { ...stats, dropped: this.dropped, notes: [...this.#ownNotes, ...stats.notes] };
  }

  get #ownNotes(): RecordingNote[] {
    const { session, claim } = this.#options;
    const texts: string[] = [];
    const { standstill } = this;
    if (standstill !== null)
      texts.push(
        `${STANDSTILLS[standstill.reason]}: windows have been waiting for ${Math.round(standstill.forMs / 1000)} s`,
      );
    if (session.moves > 0)
      texts.push(
        `its worker was lost ${session.moves === 1 ? 'once' : `${session.moves} times`}; another decided the open window from its first step`,
      );
    if (claim.note !== null) texts.push(claim.note);
    return texts.map((text) => ({ recording: null, text }));
  }
}

/** What a pipeline takes for an engine: it opens one session, and that is elsewhere. */
function engineOf(model: Model, session: RemoteSession): InferenceEngine {
  return {
    name: 'remote',
    model,
    openSession: () => session,
    runClip: () => Promise.reject(new RangeError('Whole clips are not sent to workers.')),
    dispose: () => undefined,
  };
}
