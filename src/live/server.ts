/** The live server: cameras in, decisions out, a dashboard to watch. */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subject, type Observable } from 'rxjs';
import { AccessControl, type AccessToken } from './access/access.ts';
import { Admission } from './access/admission.ts';
import { AdmittedClients, currentToken } from './access/admitted-clients.ts';
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

/** In which wrong tokens are counted. */
const WRONG_TOKENS_PER_MS = 60_000;

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
  requireSafe(options);
  const server = new RunningServer(options);
  await server.listen(options.port, options.host ?? LOCAL_HOST);
  await server.openSources().catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  return server;
}

class RunningServer implements LiveServer, LiveServerView {
  readonly #options: LiveServerOptions;
  readonly #limits: LiveLimits;
  readonly #http: Server;
  readonly #door: FrontDoor;
  readonly #admission: Admission;
  readonly #clients = new AdmittedClients();
  readonly #extensions: Extensions;
  readonly #local: LocalFeeds;
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
    const { problems = new ServerProblems() } = options;
    const { heartbeatMs, takeoverMs, maxWrongTokens } = this.#limits;
    this.#access = new AccessControl(tokens);
    this.#modelFile = options.modelFile;
    this.#extensions = new Extensions(options.extensions ?? []);
    this.#local = new LocalFeeds(options.engine, new Turns());
    this.#feeds = this.#extensions.wrapFeeds(this.#local);
    this.#cameras = new CameraRegistry(takeoverMs);
    this.#viewers = new ViewerHub(this.#feeds.model, this.#limits, this.#cameras, this.#guard);
    this.#http = httpServer(options.tls, this.#limits);
    this.#admission = new Admission({
      access: this.#access,
      hosts: [host, ...hosts],
      attempts: { most: maxWrongTokens, perMs: WRONG_TOKENS_PER_MS },
    });
    this.#door = new FrontDoor({
      http: this.#http,
      admission: this.#admission,
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
    const access = tokens && new AccessControl(tokens);
    if (tokens !== undefined) requireSafe({ ...this.#options, tokens });
    if (tls !== undefined) replaceCertificate(this.#http, tls);
    if (access !== undefined) {
      this.#access = access;
      this.#admission.replaceAccess(access);
      this.#clients.recheck(access);
    }
    if (engine === undefined) return;
    this.#modelFile = modelFile;
    const retired = this.#local.useEngine(engine);
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
      accept: (client, token, request) => {
        this.#heartbeat.watch(client);
        this.#clients.add(client, { kind: 'view', token, camera: () => '' });
        this.#viewers.add(client);
        const log = connectionLog(this.#options.logger, request, token);
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
      accept: (client, token, request) => {
        this.#heartbeat.watch(client);
        this.#cameraSockets++;
        const camera = new CameraConnection(client, this.#hooksOf(token, request));
        this.#clients.add(client, { kind: 'stream', token, camera: () => camera.name });
      },
    };
  }

  #hooksOf(token: AccessToken | null, request: IncomingMessage): CameraHooks {
    return {
      ...this.#hooks,
      allows: (camera) => this.#access.allowsCamera(currentToken(this.#access, token), camera),
      onClose: (camera) => {
        this.#cameraSockets--;
        this.#hooks.onClose(camera);
      },
      log: connectionLog(this.#options.logger, request, token),
    };
  }

  get #hooks(): SourceHooks {
    return {
      feeds: this.#feeds,
      limits: this.#limits,
      claim: (camera, session) => this.#cameras.claim(camera.name, camera, session),
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
