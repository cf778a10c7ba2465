/** A gateway's side of the cluster: what a live server needs in place of an engine. */
import { randomUUID } from 'node:crypto';
import {
  ClusterError,
  LEASE_TIMES,
  Members,
  Membership,
  type EventBus,
  type KeyValue,
  type KeyValueStore,
  type LeaseTimes,
} from '../../cluster/index.ts';
import type { Model } from '../../network/index.ts';
import type { FeedHost } from '../camera/feed-host.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import type { ClusterHost, Dashboards } from '../cluster-host.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { LiveLogger } from '../live-logger.ts';
import { CameraClaims } from './camera-claims.ts';
import { RemoteCameras } from './remote-cameras.ts';
import { RemoteFeeds } from './remote-feeds.ts';
import { CAMERA_BUCKET, CAMERA_TTL_MS, GATEWAY, memberBucket } from './subjects.ts';
import { ViewPublisher } from './view-publisher.ts';
import { WorkerPool } from './worker-pool.ts';

/** See {@link GatewayCluster.open}. */
export interface GatewayClusterOptions {
  readonly model: Model;
  /** Names the model: workers of another one are not used. */
  readonly modelDigest: string;
  readonly bus: EventBus;
  readonly store: KeyValueStore;
  readonly times?: LeaseTimes;
  /** As in `LiveLimits`. */
  readonly takeoverMs?: number;
  readonly logger?: LiveLogger;
}

/** Claims are renewed so often: names that nobody uses are forgotten. */
const REFRESH_MS = CAMERA_TTL_MS / 4;

/** See the file comment. */
export class GatewayCluster implements ClusterHost {
  readonly id: string = randomUUID();
  readonly name = 'cluster';
  readonly feeds: FeedHost;
  readonly #bus: EventBus;
  readonly #membership: Membership;
  readonly #gateways: Members<true>;
  readonly #pool: WorkerPool;
  readonly #claims: CameraClaims;
  readonly #views: ViewPublisher;
  readonly #remote: RemoteCameras;
  readonly #remoteFeeds: RemoteFeeds;
  readonly #refresh: NodeJS.Timeout;
  readonly #unlisten: () => void;
  #isClosed = false;

  /** Joins the others. @throws ClusterError where nobody keeps leases. */
  static async open(options: GatewayClusterOptions): Promise<GatewayCluster> {
    const { store, times = LEASE_TIMES } = options;
    const [leases, cameras] = await Promise.all([
      store.open(memberBucket(times), times.ttlMs),
      store.open(CAMERA_BUCKET, CAMERA_TTL_MS),
    ]);
    const gateway = new GatewayCluster(options, leases, cameras);
    await gateway.#membership.joined;
    return gateway;
  }

  private constructor(options: GatewayClusterOptions, leases: KeyValue, cameras: KeyValue) {
    const { bus, model, modelDigest, times = LEASE_TIMES, logger } = options;
    const { takeoverMs = DEFAULT_LIMITS.takeoverMs } = options;
    this.#bus = bus;
    this.#remote = new RemoteCameras(bus, this.id, (camera) => this.#claims.of(camera) !== undefined);
    this.#views = new ViewPublisher(bus, this.id);
    this.#gateways = new Members({
      ...{ bus, leases, times, kind: GATEWAY },
      read: () => true as const,
      onGone: (id) => {
        this.#remote.forget(id);
      },
    });
    this.#claims = new CameraClaims({
      ...{ bus, cameras, takeoverMs, logger, gateway: this.id },
      leaseMs: times.ttlMs,
      isAlive: (gateway) => this.#gateways.isAlive(gateway),
    });
    this.#pool = new WorkerPool({
      ...{ bus, leases, times, modelDigest },
      onChange: () => {
        this.#remoteFeeds.look();
      },
    });
    this.#remoteFeeds = new RemoteFeeds({
      ...{ model, bus, logger, gateway: this.id },
      pool: this.#pool,
      claims: this.#claims,
      views: this.#views,
      isReady: () => this.isConnected,
    });
    this.feeds = this.#remoteFeeds;
    this.#unlisten = bus.listen(() => {
      this.#remoteFeeds.look();
    });
    this.#membership = new Membership({
      ...{ bus, leases, times, kind: GATEWAY, id: this.id },
      info: () => null,
      onChange: (isHeld) => {
        logger?.[isHeld ? 'info' : 'warn']({ gateway: this.id }, isHeld ? 'lease taken' : 'lease lost');
        if (isHeld) void this.#claims.recheck();
        this.#remoteFeeds.look();
      },
    });
    this.#refresh = setInterval(() => void this.#claims.recheck(), REFRESH_MS);
  }

  get model(): Model {
    return this.feeds.model;
  }

  /** Whether it has a connection and its lease: only then are windows decided. */
  get isConnected(): boolean {
    return this.#bus.isConnected && this.#membership.isHeld;
  }

  /** Workers of its model that take cameras. */
  get workers(): number {
    return this.#pool.size;
  }

  /** Workers that run another model. */
  get otherModels(): number {
    return this.#pool.otherModels;
  }

  /** Whether cameras are decided for. */
  get isReady(): boolean {
    return this.isConnected && this.workers > 0;
  }

  /** Cameras of other gateways, while somebody watches. */
  get cameras(): Iterable<LiveCamera> {
    return this.#remote;
  }

  /** Claims a camera's name over all gateways. @throws ClusterError `UNREACHABLE` */
  async claim(camera: LiveCamera, session: string | undefined): Promise<boolean> {
    // Without its lease, others would not know that a name is taken.
    if (!this.isConnected) throw new ClusterError('UNREACHABLE', 'The gateway is cut off from its cluster.');
    const isClaimed = await this.#claims.claim(camera, session);
    if (isClaimed) this.#remote.arrived(camera.name);
    return isClaimed;
  }

  /** Gives a camera's name up. */
  onLeave(camera: LiveCamera): void {
    this.#claims.release(camera);
    // When the server has told its dashboards.
    setImmediate(() => {
      this.#remote.left(camera.name);
    });
  }

  /** Why no work should be sent here, `null` if there is no reason. */
  problem(): string | null {
    if (!this.isConnected) return 'cut off from the cluster';
    return this.workers > 0 ? null : 'no worker of this model';
  }

  /** Whom to show the cameras of other gateways. */
  show(dashboards: Dashboards): void {
    this.#remote.attach(dashboards);
  }

  /** A dashboard came. */
  watch(): void {
    this.#remote.look();
  }

  /** Gives names and lease up, when the server's connections are gone. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#refresh);
    this.#unlisten();
    this.#remote.stop();
    this.#views.stop();
    this.#pool.stop();
    this.#gateways.stop();
    this.#claims.stop();
    await this.#membership.leave();
    this.#remoteFeeds.stop();
  }
}
