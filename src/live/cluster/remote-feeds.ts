/** Feeds of a gateway, decided by workers. */
import type { EventBus } from '../../cluster/index.ts';
import type { Model } from '../../network/index.ts';
import type { Feed, FeedHost, FeedOptions } from '../camera/feed-host.ts';
import type { LiveLogger } from '../live-logger.ts';
import type { CameraClaims } from './camera-claims.ts';
import { RemoteFeed } from './remote-feed.ts';
import { RemoteSession } from './remote-session.ts';
import { answerSubject } from './subjects.ts';
import type { ViewPublisher } from './view-publisher.ts';
import type { WorkerPool } from './worker-pool.ts';

/** See {@link RemoteFeeds}. */
export interface RemoteFeedsOptions {
  readonly model: Model;
  readonly bus: EventBus;
  readonly pool: WorkerPool;
  readonly claims: CameraClaims;
  readonly views: ViewPublisher;
  readonly gateway: string;
  readonly isReady: () => boolean;
  readonly logger: LiveLogger | undefined;
}

/** A {@link FeedHost} whose decisions come from workers. A camera's name must be claimed before its feed is opened. */
export class RemoteFeeds implements FeedHost {
  readonly #options: RemoteFeedsOptions;
  readonly #sessions = new Map<number, RemoteSession>();
  readonly #stop: () => void;
  #opened = 0;

  constructor(options: RemoteFeedsOptions) {
    this.#options = options;
    const { bus, gateway } = options;
    this.#stop = bus.subscribe(answerSubject(gateway, '*', '*'), (message) => {
      const [, , , feed, epoch] = message.subject.split('.');
      this.#sessions.get(Number(feed))?.receive(message, Number(epoch));
    });
  }

  get model(): Model {
    return this.#options.model;
  }

  open(options: FeedOptions): Feed {
    const { claims, views, model, ...shared } = this.#options;
    const claim = claims.of(options.name);
    if (claim === undefined) throw new RangeError(`The name "${options.name}" was not claimed.`);
    const number = this.#opened++;
    const session = new RemoteSession({ ...shared, claim, feed: number });
    this.#sessions.set(number, session);
    const feed = new RemoteFeed(options, {
      model,
      session,
      claim,
      isWatched: () => views.isWatched,
      onState: (state) => {
        views.tellState(state);
      },
      onDecision: (decision) => {
        views.tellDecision(decision);
      },
      onEnd: () => {
        this.#sessions.delete(number);
        views.remove(feed);
      },
    });
    views.add(feed);
    return feed;
  }

  /** Leases, connections or workers are others than before. */
  look(): void {
    for (const session of this.#sessions.values()) session.look();
  }

  stop(): void {
    this.#stop();
  }
}
