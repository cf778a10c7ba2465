/** What a live server is made of. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subject, type Observable } from 'rxjs';
import { OptionError } from '../events/index.ts';
import { AccessControl, type AccessToken } from './access/access.ts';
import { Admission } from './access/admission.ts';
import { AdmittedClients, currentToken } from './access/admitted-clients.ts';
import { ClientAddresses } from './access/client-addresses.ts';
import { unavailable } from './access/refusal.ts';
import { LocalFeeds, type FeedHost } from './camera/feed-host.ts';
import type { LiveCamera } from './camera/live-camera.ts';
import { Turns } from './camera/turns.ts';
import { Extensions, type LiveServerView } from './extension.ts';
import { FrontDoor, type Guard, type SocketRoute } from './http/front-door.ts';
import { httpServer, listenOn, replaceCertificate } from './http/http-server.ts';
import { readyRoute } from './http/ready-route.ts';
import { healthRoute, modelRoute } from './http/routes.ts';
import { CameraConnection } from './ingest/camera-connection.ts';
import type { CameraHooks } from './ingest/camera-hooks.ts';
import { CameraRegistry } from './ingest/camera-registry.ts';
import { Heartbeat } from './ingest/heartbeat.ts';
import { liveLimits, type LiveLimits } from './limits.ts';
import { connectionLog } from './live-logger.ts';
import type { DecisionMessage } from './protocol/index.ts';
import { LOCAL_HOST, requireSafe, type LiveServerChanges } from './server-changes.ts';
import type { LiveServer, LiveServerOptions } from './server-options.ts';
import { ServerProblems } from './server-problems.ts';
import { shutDown } from './shutdown.ts';
import type { SourceCamera, SourceHooks } from './sources/source-camera.ts';
import { SourceCameras } from './sources/source-cameras.ts';
import { ViewerHub } from './viewers/viewer-hub.ts';

/** See `createLiveServer`. */
export class RunningServer implements LiveServer, LiveServerView {
  readonly #options: LiveServerOptions;
  readonly #limits: LiveLimits;
  readonly #http: Server;
  readonly #door: FrontDoor;
  readonly #admission: Admission;
  readonly #clients = new AdmittedClients();
  readonly #extensions: Extensions;
  readonly #deciders: LocalFeeds | FeedHost;
  /** The same, with what extensions do on the way. */
  readonly #feeds: FeedHost;
  readonly #cameras: CameraRegistry;
  readonly #viewers: ViewerHub;
  readonly #decisions = new Subject<DecisionMessage>();
  readonly #heartbeat: Heartbeat;
  readonly #sources = new SourceCameras();
  #access: AccessControl;
  #modelFile: Uint8Array | undefined;
  #cameraSockets = 0;
  #closing: Promise<void> | undefined;

  constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#limits = liveLimits(options.limits);
    const { host = LOCAL_HOST, hosts = [], tokens = [], staticDir, logger } = options;
    const { problems = new ServerProblems(), cluster } = options;
    const { heartbeatMs, takeoverMs, maxWrongTokens } = this.#limits;
    this.#access = new AccessControl(tokens);
    this.#modelFile = options.modelFile;
    this.#extensions = new Extensions([...(options.extensions ?? []), ...(cluster ? [cluster] : [])]);
    this.#deciders = decidersOf(options);
    this.#feeds = this.#extensions.wrapFeeds(this.#deciders);
    this.#cameras = new CameraRegistry(takeoverMs);
    const shown = { [Symbol.iterator]: () => this.#shown() };
    this.#viewers = new ViewerHub(this.#feeds.model, this.#limits, shown, this.#guard);
    cluster?.show(this.#viewers);
    this.#http = httpServer(options.tls, this.#limits);
    this.#admission = new Admission({
      access: this.#access,
      hosts: [host, ...hosts],
      maxWrongTokens,
    });
    this.#door = new FrontDoor({
      http: this.#http,
      admission: this.#admission,
      addresses: new ClientAddresses(options),
      routes: [
        healthRoute(() => this.#draining, problems),
        readyRoute({
          isDraining: () => this.#draining,
          cameras: this.#cameras,
          maxQueueAgeMs: this.#limits.maxReadyQueueAgeMs,
          others: () => this.#extensions.problems,
        }),
        modelRoute(() => this.#modelFile),
        ...this.#extensions.routes,
      ],
      socketRoutes: [this.#viewRoute(), this.#ingestRoute()],
      staticDir,
      limits: this.#limits,
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

  get sources(): readonly SourceCamera[] {
    return this.#sources.list;
  }

  /** @throws OptionError where one cannot be opened. */
  openSources(): Promise<void> {
    return this.#sources.open(this.#options, this.#hooks);
  }

  async listen(port: number, host: string): Promise<void> {
    await listenOn(this.#http, port, host).catch((error: unknown) => {
      this.#stopTimers();
      throw error;
    });
    this.#http.on('error', (error) => this.#options.logger?.error({ error }, 'server error'));
  }

  async reload({ engine, modelFile, tokens, tls }: LiveServerChanges): Promise<void> {
    const feeds = this.#deciders;
    if (engine !== undefined && !(feeds instanceof LocalFeeds))
      throw new OptionError('engine', 'is that of the workers: a gateway begins again with another model');
    const access = tokens && new AccessControl(tokens);
    if (tokens !== undefined) requireSafe({ ...this.#options, tokens });
    if (tls !== undefined) replaceCertificate(this.#http, tls);
    if (access !== undefined) {
      this.#access = access;
      this.#admission.replaceAccess(access);
      this.#clients.recheck(access);
    }
    if (engine === undefined || !(feeds instanceof LocalFeeds)) return;
    this.#modelFile = modelFile;
    const retired = feeds.useEngine(engine);
    this.#viewers.serve(engine.model);
    await retired;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  get #draining(): boolean {
    return this.#closing !== undefined;
  }

  async #end(): Promise<void> {
    await shutDown({
      http: this.#http,
      door: this.#door,
      cameras: this.#cameras,
      withinMs: this.#limits.shutdownMs,
      onDecided: () => {
        this.#stopTimers();
      },
    });
    await this.#extensions.close();
    this.#decisions.complete();
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
      accept: (client, token, address) => {
        this.#heartbeat.watch(client);
        this.#clients.add(client, { kind: 'view', token, camera: () => '' });
        this.#viewers.add(client);
        this.#options.cluster?.watch();
        const log = connectionLog(this.#options.logger, address, token);
        log('info', 'dashboard connected', {});
        client.on('close', (code) => {
          log('info', 'dashboard disconnected', { code });
        });
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
      accept: (client, token, address) => {
        this.#heartbeat.watch(client);
        this.#cameraSockets++;
        const camera = new CameraConnection(client, this.#hooksOf(token, address));
        this.#clients.add(client, { kind: 'stream', token, camera: () => camera.name });
      },
    };
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

  #hooksOf(token: AccessToken | null, address: string): CameraHooks {
    return {
      ...this.#hooks,
      allows: (camera) => this.#access.allowsCamera(currentToken(this.#access, token), camera),
      onClose: (camera) => {
        this.#cameraSockets--;
        this.#hooks.onClose(camera);
      },
      log: connectionLog(this.#options.logger, address, token),
    };
  }

  get #hooks(): SourceHooks {
    return {
      feeds: this.#feeds,
      limits: this.#limits,
      claim: (camera, session) => this.#claim(camera, session),
      onSegment: (camera) => {
        this.#viewers.announce(camera.describe(true));
      },
      onDecision: (message, model = this.#feeds.model) => {
        this.#decisions.next(message);
        // Dashboards know the model that is in force, and no other.
        if (model === this.#feeds.model) this.#viewers.broadcast(message);
      },
      onClose: (camera) => {
        this.#extensions.onLeave(camera);
        if (this.#cameras.release(camera.name, camera)) this.#viewers.announce(camera.describe(false));
      },
      log: (level, message, fields) => this.#options.logger?.[level](fields, message),
    };
  }
}

/** @throws OptionError */
function decidersOf({ engine, cluster }: LiveServerOptions): LocalFeeds | FeedHost {
  if ((engine === undefined) === (cluster === undefined))
    throw new OptionError('engine', 'or a cluster is needed, and not both');
  return cluster?.feeds ?? new LocalFeeds(engine!, new Turns());
}
