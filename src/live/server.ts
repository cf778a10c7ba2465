/** The live server: cameras in, decisions out, a dashboard to watch. */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subject, type Observable } from 'rxjs';
import type { WebSocket } from 'ws';
import { OptionError } from '../events/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import { AccessControl, type AccessToken } from './access/access.ts';
import { Admission } from './access/admission.ts';
import { unavailable } from './access/refusal.ts';
import { LocalFeeds, type FeedHost } from './camera/feed-host.ts';
import type { LiveCamera } from './camera/live-camera.ts';
import { Turns } from './camera/turns.ts';
import type { GatewayCluster } from './cluster/gateway-cluster.ts';
import { FrontDoor, type Guard, type SocketRoute } from './http/front-door.ts';
import { httpServer, listenError, type TlsFiles } from './http/http-server.ts';
import { readyRoute } from './http/ready-route.ts';
import { healthRoute, modelRoute } from './http/routes.ts';
import { CameraConnection } from './ingest/camera-connection.ts';
import type { CameraHooks } from './ingest/camera-hooks.ts';
import { CameraRegistry } from './ingest/camera-registry.ts';
import { Heartbeat } from './ingest/heartbeat.ts';
import { liveLimits, type LiveLimits } from './limits.ts';
import { Extensions, type LiveExtension, type LiveServerView } from './extension.ts';
import { connectionLog, type LiveLogger } from './live-logger.ts';
import { CLOSE_CODES, type DecisionMessage } from './protocol/index.ts';
import { ViewerHub } from './viewers/viewer-hub.ts';

/** See {@link createLiveServer}. */
export interface LiveServerOptions {
  /** What decides, in this process; or the cluster whose workers do: one of the two. */
  readonly engine?: InferenceEngine;
  readonly cluster?: GatewayCluster;
  /** Default 127.0.0.1. Anything else needs tokens and TLS, or `insecure`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The built dashboard. */
  readonly staticDir?: string;
  /** The bytes of the model file, for dashboards that classify recordings in the page. */
  readonly modelFile?: Uint8Array;
  /** docs/limits.md lists them. */
  readonly limits?: Partial<LiveLimits>;
  readonly logger?: LiveLogger;
  /** Who may stream and watch. Default: all who reach the server. */
  readonly tokens?: readonly AccessToken[];
  /** Names under which browsers and cameras may ask for the server, beside addresses and `localhost`. */
  readonly hosts?: readonly string[];
  readonly tls?: TlsFiles;
  /** Allows other addresses without tokens and TLS. */
  readonly insecure?: boolean;
  /** What measures, records, or answers further paths. */
  readonly extensions?: readonly LiveExtension[];
}

/** A running server. */
export interface LiveServer {
  /** `http://127.0.0.1:8765/`. */
  readonly url: string;
  /** All decisions of all cameras. */
  readonly decisions$: Observable<DecisionMessage>;
  /** Says goodbye to all, then stops. */
  close(): Promise<void>;
}

/** In which wrong tokens are counted. */
const WRONG_TOKENS_PER_MS = 60_000;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Starts a live server: `/ingest` takes cameras, `/view` dashboards (protocol in PROTOCOL.md), `/` serves the
 * dashboard, `/healthz` says that it runs, `/readyz` whether it can take work.
 *
 * @throws {@link OptionError} for an address that others reach without tokens and TLS, a port that is in use, a
 * certificate that cannot be used, and a limit out of its range.
 *
 * @example
 * ```ts
 * import { createEngine, randomModel } from 'saccade';
 * import { createLiveServer } from 'saccade/live';
 * const server = await createLiveServer({ engine: await createEngine(randomModel()), port: 0 });
 * console.log(server.url.startsWith('http://127.0.0.1:')); // true
 * await server.close();
 * ```
 */
export async function createLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const { host = '127.0.0.1', port, tokens = [], tls, insecure = false } = options;
  if (!LOOPBACK.has(host) && !insecure && (tokens.length === 0 || tls === undefined)) {
    throw new OptionError(
      'host',
      `${host} is open to others: set tokens and TLS, or insecure if that is meant`,
    );
  }
  const server = new RunningServer(options);
  await server.listen(port, host);
  return server;
}

/** @throws OptionError where there is nothing that decides, or two. */
function feedsOf({ engine, cluster }: LiveServerOptions, turns: Turns): FeedHost {
  if ((engine === undefined) === (cluster === undefined))
    throw new OptionError('engine', 'or a cluster is needed, and not both');
  return cluster?.feeds ?? new LocalFeeds(engine!, turns);
}

class RunningServer implements LiveServer, LiveServerView {
  readonly #options: LiveServerOptions;
  readonly #limits: LiveLimits;
  readonly #http: Server;
  readonly #door: FrontDoor;
  readonly #access: AccessControl;
  readonly #extensions: Extensions;
  readonly #feeds: FeedHost;
  readonly #cameras: CameraRegistry;
  readonly #viewers: ViewerHub;
  readonly #decisions = new Subject<DecisionMessage>();
  readonly #heartbeat: Heartbeat;
  readonly #turns = new Turns();
  #cameraSockets = 0;
  #draining = false;

  constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#limits = liveLimits(options.limits);
    const { host = '127.0.0.1', hosts = [], tokens = [], modelFile, staticDir, logger, cluster } = options;
    const { maxMessageBytes, closeTimeoutMs, heartbeatMs, takeoverMs, maxWrongTokens } = this.#limits;
    this.#access = new AccessControl(tokens);
    this.#extensions = new Extensions([...(options.extensions ?? []), ...(cluster ? [cluster] : [])]);
    this.#feeds = this.#extensions.wrapFeeds(feedsOf(options, this.#turns));
    this.#cameras = new CameraRegistry(takeoverMs);
    const shown = { [Symbol.iterator]: () => this.#shown() };
    this.#viewers = new ViewerHub(this.#feeds.model, this.#limits, shown, this.#guard);
    cluster?.show(this.#viewers);
    this.#http = httpServer(options.tls);
    this.#door = new FrontDoor({
      http: this.#http,
      admission: new Admission({
        access: this.#access,
        hosts: [host, ...hosts],
        attempts: { most: maxWrongTokens, perMs: WRONG_TOKENS_PER_MS },
      }),
      routes: [
        healthRoute(() => this.#draining),
        readyRoute({
          isDraining: () => this.#draining,
          cameras: this.#cameras,
          maxQueueAgeMs: this.#limits.maxReadyQueueAgeMs,
          others: () => this.#extensions.problems,
        }),
        ...(modelFile ? [modelRoute(() => modelFile)] : []),
        ...this.#extensions.routes,
      ],
      socketRoutes: [this.#viewRoute(), this.#ingestRoute()],
      staticDir,
      maxMessageBytes,
      closeTimeoutMs,
      guard: this.#guard,
      logger,
    });
    this.#heartbeat = new Heartbeat(this.#door.clients, heartbeatMs);
    this.#extensions.attach(this);
  }

  get cameras(): Iterable<LiveCamera> {
    return this.#cameras;
  }

  get cameraCount(): number {
    return this.#cameraSockets;
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  get unsentBytes(): number {
    return this.#door.unsentBytes;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  get url(): string {
    const { address, family, port } = this.#http.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
  }

  get decisions$(): Observable<DecisionMessage> {
    return this.#decisions;
  }

  async listen(port: number, host: string): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#http.once('error', reject);
        this.#http.listen(port, host, () => {
          this.#http.off('error', reject);
          resolve();
        });
      });
    } catch (cause) {
      this.#stopTimers();
      throw listenError(cause, port, host);
    }
    this.#http.on('error', (error) => this.#options.logger?.error({ error }, 'server error'));
  }

  async close(): Promise<void> {
    this.#draining = true;
    this.#stopTimers();
    const { clients } = this.#door;
    for (const client of clients) {
      if (client.isPaused) client.resume();
      client.close(CLOSE_CODES.goingAway, 'shutting down');
    }
    const patience = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, this.#limits.closeTimeoutMs);
    await this.#door.close();
    clearTimeout(patience);
    await this.#extensions.close();
    this.#decisions.complete();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  #stopTimers(): void {
    this.#heartbeat.stop();
    this.#viewers.close();
  }

  /** The last resort: a fault of the server costs the one connection in which it showed. */
  readonly #guard: Guard = (what, end, run) => {
    try {
      run();
    } catch (error) {
      this.#options.logger?.error({ error }, `${what} failed`);
      end();
    }
  };

  #viewRoute(): SocketRoute {
    return {
      path: '/view',
      access: 'view',
      refusal: () => {
        if (this.#draining) return unavailable(5, 'shutting down');
        return this.#viewers.size < this.#limits.maxViewers ? null : unavailable(30, 'too many dashboards');
      },
      accept: (client, token, request) => {
        this.#watch(client);
        this.#viewers.add(client);
        const log = connectionLog(this.#options.logger, request, token);
        log('info', 'dashboard connected', {});
        client.on('close', (code) => {
          log('info', 'dashboard disconnected', { code });
        });
        this.#options.cluster?.watch();
      },
    };
  }

  #ingestRoute(): SocketRoute {
    return {
      path: '/ingest',
      access: 'stream',
      refusal: () => {
        if (this.#draining) return unavailable(5, 'shutting down');
        const { maxCameras, takeoverMs } = this.#limits;
        if (this.#cameraSockets < maxCameras) return null;
        // One of them may be the old connection of the camera that asks.
        this.#cameras.endDead();
        return unavailable(Math.ceil(takeoverMs / 1000), 'too many cameras');
      },
      accept: (client, token, request) => {
        this.#watch(client);
        this.#cameraSockets++;
        new CameraConnection(client, this.#hooksOf(token, request));
      },
    };
  }

  #watch(client: WebSocket): void {
    this.#heartbeat.watch(client);
    client.on('message', () => {
      this.#turns.noteInput();
    });
  }

  /** Here first: whoever is replaced by a newcomer here is so in the cluster, too. */
  async #claim(camera: LiveCamera, session: string | undefined): Promise<boolean> {
    if (!(await this.#cameras.claim(camera.name, camera, session))) return false;
    return (await this.#options.cluster?.claim(camera, session)) ?? true;
  }

  *#shown(): Generator<LiveCamera, void, undefined> {
    yield* this.#cameras;
    yield* this.#options.cluster?.cameras ?? [];
  }

  #hooksOf(token: AccessToken | null, request: IncomingMessage): CameraHooks {
    return {
      feeds: this.#feeds,
      allows: (camera) => this.#access.allowsCamera(token, camera),
      limits: this.#limits,
      claim: (camera, session) => this.#claim(camera, session),
      onSegment: (camera) => {
        this.#viewers.announce(camera.describe(true));
      },
      onDecision: (message) => {
        this.#decisions.next(message);
        this.#viewers.broadcast(message);
      },
      onClose: (camera) => {
        this.#cameraSockets--;
        this.#extensions.onLeave(camera);
        if (this.#cameras.release(camera.name, camera)) this.#viewers.announce(camera.describe(false));
      },
      log: connectionLog(this.#options.logger, request, token),
    };
  }
}
