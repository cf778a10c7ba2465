/** A network source as one of the server's cameras. */
import { randomUUID } from 'node:crypto';
import { OptionError, type EventBatch } from '../../events/index.ts';
import type { TransportCounts } from '../camera/camera-feed.ts';
import type { Feed } from '../camera/feed-host.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import { afterGrace } from '../camera/work-turns.ts';
import { describeError, feedOptionsOf } from '../ingest/camera-messages.ts';
import { withinTime } from '../ingest/within-time.ts';
import type { CameraHooks } from '../ingest/camera-hooks.ts';
import type { CameraMessage, DisplayFrame, StatsMessage } from '../protocol/index.ts';
import type { EventSource, SourceSink } from './event-source.ts';
import { FeedTotals, type FeedCounts } from './feed-totals.ts';
import { openEventSource } from './open-source.ts';
import type { SourceAddress } from './source-address.ts';
import type { SourceOptions } from './source-options.ts';

/** What a source's camera and its server have to do with each other. */
export type SourceHooks = Pick<
  CameraHooks,
  'feeds' | 'limits' | 'claim' | 'onSegment' | 'onDecision' | 'onClose' | 'log'
>;

/** A stream that could not be classified is tried again after this, as a recording of its own. */
const RETRY_MS = 5_000;
/** Batches that may wait while the last stream is classified; of streams none does, as they are not read then. */
const MAX_WAITING = 64;

/**
 * The camera of a source: on the dashboard from the start, whether anybody sends or not. Each stream is a recording of its
 * own, with a feed of its own: what the model cannot take ends there. The next stream begins when the last one was
 * classified.
 */
export class SourceCamera implements LiveCamera, SourceSink {
  readonly session: string = randomUUID();
  readonly name: string;
  readonly #address: SourceAddress;
  readonly #hooks: SourceHooks;
  readonly #totals = new FeedTotals();
  #source: EventSource | undefined;
  #feed: Feed;
  #stream = '';
  /** Whether events of the stream in hand came. */
  #begun = false;
  /** Work of the next stream, while the last feed ends. */
  #waiting: (() => void)[] | null = null;
  #failure: string | null = null;
  /** Until when the stream in hand is of no use. */
  #deafUntil = -Infinity;
  #feedFull = false;
  #streamsOver = 0;
  #open = true;
  #ended: Promise<void> | undefined;
  #switched: Promise<void> = Promise.resolve();

  private constructor(address: SourceAddress, hooks: SourceHooks) {
    this.#address = address;
    this.#hooks = hooks;
    this.name = address.camera ?? `${address.form.id}-${address.port}`;
    this.#feed = this.#openFeed();
  }

  /**
   * Opens a source and lets its camera in.
   *
   * @throws OptionError where the source cannot be opened, or its name is another camera's.
   */
  static async open(
    address: SourceAddress,
    hooks: SourceHooks,
    options: SourceOptions = {},
  ): Promise<SourceCamera> {
    const camera = new SourceCamera(address, hooks);
    if (!(await hooks.claim(camera, undefined))) {
      await camera.#feed.end();
      const problem = `a camera "${camera.name}" is there already: give this one another name (?camera=)`;
      throw new OptionError(address.kind, `"${address.text}": ${problem}`);
    }
    try {
      camera.#source = await openEventSource(address, camera, { log: hooks.log, ...options });
    } catch (error) {
      await camera.close();
      throw error;
    }
    hooks.onSegment(camera);
    return camera;
  }

  get isOpen(): boolean {
    return this.#open;
  }
  /** The source as it was written. */
  get text(): string {
    return this.#address.text;
  }
  /** The port that is listened on. */
  get port(): number {
    return this.#source?.port ?? this.#address.port;
  }

  /** What people should do, `null` where all is well. */
  get advice(): string | null {
    return this.#failure ?? this.#source?.advice ?? null;
  }

  /** Streams that are over, and classified. */
  get streamsOver(): number {
    return this.#streamsOver;
  }

  begin(name: string): void {
    this.#later(() => {
      this.#stream = name;
      this.#deafUntil = -Infinity;
    });
  }

  events(batch: EventBatch, receivedAt: number): void {
    if (this.#waiting !== null && this.#waiting.length >= MAX_WAITING) {
      this.#totals.lose('overload', batch.length);
      return;
    }
    this.#later(() => {
      this.#take(batch, receivedAt);
    });
  }

  end(): void {
    this.#later(() => {
      if (this.#begun) this.#switchFeed();
      this.#later(() => {
        this.#streamsOver++;
      });
    });
  }

  describe(connected: boolean): CameraMessage {
    return this.#feed.describe(connected);
  }

  takeDisplay(): DisplayFrame | null {
    return this.#feed.takeDisplay();
  }

  stats(): StatsMessage {
    return this.#withSource(this.#feed.stats(this.#transport));
  }

  takeStats(): StatsMessage {
    return this.#withSource(this.#feed.takeStats(this.#transport));
  }

  /** The account so far, as an `end` message has it. */
  get counts(): FeedCounts {
    return this.#totals.with(this.#feed, this.#source?.account);
  }

  /** The server's own: it is there. */
  async showsLife(): Promise<boolean> {
    return this.#open;
  }

  terminate(): void {
    void this.close();
  }

  async finish(withinMs: number): Promise<void> {
    // The rest is for the step that is in work then.
    await withinTime(this.close(0.8 * withinMs), withinMs);
  }

  /** Closes the source; resolves when all that came is classified, or was left out as `shutdown`. */
  close(withinMs?: number): Promise<void> {
    this.#ended ??= this.#end(withinMs);
    return this.#ended;
  }

  async #end(withinMs?: number): Promise<void> {
    await this.#source?.close();
    this.#open = false;
    await this.#switched;
    await this.#feed.end(withinMs);
    this.#hooks.onClose(this);
  }

  get #transport(): TransportCounts {
    const { bytes = 0, messages = 0, gaps = 0, repeats = 0 } = this.#source?.account ?? {};
    const counts = { bytes, messages, sequenceGaps: gaps, sequenceRepeats: repeats, unreadDecisions: 0 };
    return { ...counts, advice: this.advice };
  }

  #withSource(stats: StatsMessage): StatsMessage {
    const { events, dropped, notes } = this.#totals.with({ ...stats, decisions: 0 }, this.#source?.account);
    return { ...stats, events, dropped, notes };
  }

  /** Now, or when the last stream was classified. */
  #later(work: () => void): void {
    if (this.#waiting === null) work();
    else this.#waiting.push(work);
  }

  #take(batch: EventBatch, receivedAt: number): void {
    if (performance.now() < this.#deafUntil) {
      this.#totals.lose('unclassified', batch.length);
      return;
    }
    if (!this.#begun) {
      this.#begun = true;
      this.#failure = null;
      // The sensor is known with the first events at the latest.
      const sensor = batch.geometry ?? this.#address.sensor;
      this.#startSegment(this.#stream, sensor === null ? {} : { sensor });
    }
    this.#feed.pushEvents(batch, receivedAt);
  }

  #startSegment(name: string, sensor: { readonly sensor?: NonNullable<SourceAddress['sensor']> }): void {
    this.#feed.startSegment({ name, label: null, ...sensor });
    this.#hooks.onSegment(this);
  }

  /** Ends the feed in hand: its last window is decided as a recording's is. Then another takes what follows. */
  #switchFeed(): void {
    if (this.#waiting !== null) return;
    this.#begun = false;
    this.#waiting = [];
    this.#pause();
    this.#switched = this.#feed.end().then(
      () => {
        this.#nextFeed();
      },
      (error: unknown) => {
        this.#hooks.log('error', 'camera feed failed', { camera: this.name, error });
        this.#nextFeed();
      },
    );
  }

  #nextFeed(): void {
    this.#totals.add(this.#feed);
    this.#feed = this.#openFeed();
    this.#feedFull = false;
    if (this.#open) this.#startSegment(this.#address.text, {});
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const work of waiting) this.#later(work);
    this.#pause();
  }

  #openFeed(): Feed {
    const { sensor, policy, convention } = this.#address;
    const { feeds, limits, onDecision } = this.#hooks;
    const decoding = convention && { convention };
    const hello = { type: 'hello', camera: this.name, sensor, payload: 'events', decoding, policy } as const;
    const feed = feeds.open({
      ...feedOptionsOf(hello, limits),
      isSilent: () => this.#isSilent(),
      ownsBatches: true,
      onDecision,
      onError: (error) => {
        this.#fail(error);
      },
      onPause: () => {
        this.#feedFull = true;
        this.#pause();
      },
      onResume: () => {
        this.#feedFull = false;
        this.#pause();
      },
    });
    return feed;
  }

  #pause(): void {
    this.#source?.setPaused(this.#feedFull || this.#waiting !== null);
  }

  async #isSilent(): Promise<boolean> {
    const messages = this.#source?.account.messages;
    await afterGrace();
    return !this.#feedFull && this.#source?.account.messages === messages;
  }

  /** The feed took what it could of its stream. */
  #fail(error: unknown): void {
    this.#hooks.log('warn', 'camera cannot be classified', { camera: this.name, error });
    this.#failure = `what comes cannot be classified: ${describeError(error).message}`;
    this.#deafUntil = performance.now() + RETRY_MS;
    this.#switchFeed();
  }
}
