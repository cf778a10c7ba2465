/** What dashboards of other gateways are told of this gateway's cameras, while there are any. */
import type { EventBus } from '../../cluster/index.ts';
import { encodeDisplay, type CameraMessage, type DecisionMessage } from '../protocol/index.ts';
import type { RemoteFeed } from './remote-feed.ts';
import { toJsonBytes } from './step-messages.ts';
import { viewSubject, WATCH_SUBJECT } from './subjects.ts';

/** Watchers say so once a second. */
export const WATCH_MS = 1000;
const FORGET_MS = 3 * WATCH_MS;
const DISPLAY_MS = 33;
/** In display frames: statistics, and states, which may have been lost. */
const STATS_EVERY = 8;
const STATES_EVERY = 60;

/** Pictures and statistics are left out while the bus is behind. */
export class ViewPublisher {
  readonly #bus: EventBus;
  readonly #gateway: string;
  readonly #feeds = new Map<string, RemoteFeed>();
  readonly #watchers = new Map<string, number>();
  readonly #stop: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #isBehind = false;

  constructor(bus: EventBus, gateway: string) {
    this.#bus = bus;
    this.#gateway = gateway;
    this.#stop = bus.subscribe(WATCH_SUBJECT, ({ bytes }) => {
      const watcher = new TextDecoder().decode(bytes);
      if (watcher === gateway) return;
      const isNew = !this.#watchers.has(watcher);
      this.#watchers.set(watcher, performance.now());
      if (isNew) this.#tellStates();
      this.#timer ??= setInterval(() => {
        this.#tick();
      }, DISPLAY_MS);
    });
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  add(feed: RemoteFeed): void {
    this.#feeds.set(feed.describe(true).camera, feed);
  }

  remove(feed: RemoteFeed): void {
    const state = feed.describe(false);
    if (this.#feeds.get(state.camera) !== feed) return;
    this.#feeds.delete(state.camera);
    this.tellState(state);
  }

  tellState(state: CameraMessage): void {
    if (this.isWatched) this.#publish(state.camera, toJsonBytes(state));
  }

  tellDecision(decision: DecisionMessage): void {
    if (this.isWatched && !this.#isBehind) this.#publish(decision.camera, toJsonBytes(decision));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stop();
  }

  #tellStates(): void {
    for (const feed of this.#feeds.values()) this.tellState(feed.describe(true));
  }

  #tick(): void {
    const now = performance.now();
    for (const [watcher, at] of this.#watchers) if (now - at > FORGET_MS) this.#watchers.delete(watcher);
    if (!this.isWatched) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    if (this.#isBehind || !this.#bus.isConnected) return;
    const tick = this.#ticks++;
    if (tick % STATES_EVERY === 0) this.#tellStates();
    for (const [camera, feed] of this.#feeds) {
      const display = feed.sharedDisplay();
      if (display !== null) this.#publish(camera, encodeDisplay(tick, display));
      if (tick % STATS_EVERY === 0) this.#publish(camera, toJsonBytes(feed.sharedStats()));
    }
    this.#isBehind = true;
    const done = (): void => {
      this.#isBehind = false;
    };
    this.#bus.flush().then(done, done);
  }

  #publish(camera: string, bytes: Uint8Array): void {
    // A picture above what the bus takes is left out, as one is where a dashboard is behind.
    if (bytes.length <= this.#bus.maxMessageBytes)
      this.#bus.publish(viewSubject(this.#gateway, camera), bytes);
  }
}
