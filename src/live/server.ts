/** The live server: cameras in, decisions out, a dashboard to watch. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Subject, type Observable } from 'rxjs';
import type { InferenceEngine } from '../inference/index.ts';
import { AccessControl, type AccessToken } from './access/access.ts';
import { Admission } from './access/admission.ts';
import { AdmittedClients, currentToken } from './access/admitted-clients.ts';
import { unavailable } from './access/refusal.ts';
import { LocalFeeds } from './camera/feed-host.ts';
import { Turns } from './camera/turns.ts';
import { FrontDoor, type Guard, type SocketRoute } from './http/front-door.ts';
import { httpServer, listenError, replaceCertificate, type TlsFiles } from './http/http-server.ts';
import { healthRoute, modelRoute } from './http/routes.ts';
import { CameraConnection } from './ingest/camera-connection.ts';
import type { CameraHooks } from './ingest/camera-hooks.ts';
import { CameraRegistry } from './ingest/camera-registry.ts';
import { Heartbeat } from './ingest/heartbeat.ts';
import { DEFAULT_LIMITS, requireLimits, type LiveLimits } from './limits.ts';
import type { LiveLogger } from './live-logger.ts';
import type { DecisionMessage } from './protocol/index.ts';
import { LOCAL_HOST, requireSafe, type LiveServerChanges } from './server-changes.ts';
import { ServerProblems } from './server-problems.ts';
import { shutDown } from './shutdown.ts';
import { ViewerHub } from './viewers/viewer-hub.ts';

/** See {@link createLiveServer}. */
export interface LiveServerOptions {
  readonly engine: InferenceEngine;
  /** Default 127.0.0.1. Anything else needs tokens and TLS, or `insecure`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The built dashboard. */
  readonly staticDir?: string;
  /** The bytes of the model file, for dashboards that classify recordings in the page. */
  readonly modelFile?: Uint8Array;
  readonly limits?: Partial<LiveLimits>;
  readonly logger?: LiveLogger;
  /** Who may stream and watch. Default: all who reach the server. */
  readonly tokens?: readonly AccessToken[];
  /** Names under which browsers and cameras may ask for the server, beside addresses and `localhost`. */
  readonly hosts?: readonly string[];
  readonly tls?: TlsFiles;
  /** Allows other addresses without tokens and TLS. */
  readonly insecure?: boolean;
  /** What `/healthz` shows, beside what the server notes itself. */
  readonly problems?: ServerProblems;
}

/** A running server. */
export interface LiveServer {
  /** `http://127.0.0.1:8765/`. */
  readonly url: string;
  /** All decisions of all cameras. */
  readonly decisions$: Observable<DecisionMessage>;
  /**
   * Takes other tokens, another certificate, another model, while it runs. All is checked before anything changes. Who is
   * there with a token that is gone is sent away (4401); connections keep the certificate that they have. Each camera's
   * open window is finished by the engine before, and the next one is the new engine's; dashboards are greeted anew, and
   * get the decisions of the new model.
   *
   * @returns when no window needs the engine before any more: whoever made it may dispose it.
   * @throws {@link OptionError}; nothing is changed then.
   */
  reload(changes: LiveServerChanges): Promise<void>;
  /**
   * Ends: no camera is let in any more, open windows are decided as they are, every camera is told its counts, and all
   * are said goodbye, within `shutdownMs`, whatever they do.
   */
  close(): Promise<void>;
}

/** In which wrong tokens are counted. */
const WRONG_TOKENS_PER_MS = 60_000;

/**
 * Starts a live server: `/ingest` takes cameras, `/view` dashboards (protocol in PROTOCOL.md), `/` serves the
 * dashboard, `/healthz` says that it runs.
 *
 * @throws {@link OptionError} for an address that others reach without tokens and TLS, a port that is in use, and a
 * certificate that cannot be used.
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
  requireLimits(options.limits ?? {});
  const server = new RunningServer(options);
  await server.listen(options.port, options.host ?? LOCAL_HOST);
  return server;
}

class RunningServer implements LiveServer {
  readonly #options: LiveServerOptions;
  readonly #limits: LiveLimits;
  readonly #http: Server;
  readonly #door: FrontDoor;
  readonly #admission: Admission;
  readonly #clients = new AdmittedClients();
  readonly #feeds: LocalFeeds;
  readonly #cameras: CameraRegistry;
  readonly #viewers: ViewerHub;
  readonly #decisions = new Subject<DecisionMessage>();
  readonly #heartbeat: Heartbeat;
  readonly #turns = new Turns();
  #access: AccessControl;
  #modelFile: Uint8Array | undefined;
  #cameraSockets = 0;
  #closing: Promise<void> | undefined;

  constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { host = LOCAL_HOST, hosts = [], tokens = [], staticDir, logger } = options;
    const { problems = new ServerProblems() } = options;
    const { heartbeatMs, takeoverMs, maxWrongTokens } = this.#limits;
    this.#access = new AccessControl(tokens);
    this.#modelFile = options.modelFile;
    this.#feeds = new LocalFeeds(options.engine, this.#turns);
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
      routes: [healthRoute(() => this.#draining, problems), modelRoute(() => this.#modelFile)],
      socketRoutes: [this.#viewRoute(), this.#ingestRoute()],
      staticDir,
      limits: this.#limits,
      guard: this.#guard,
      logger,
    });
    this.#heartbeat = new Heartbeat(this.#door.clients, heartbeatMs);
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
    const retired = this.#feeds.useEngine(engine);
    this.#viewers.useModel(engine.model);
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
      accept: (client, token) => {
        this.#heartbeat.watch(client);
        this.#clients.add(client, { kind: 'view', token, camera: () => '' });
        this.#viewers.add(client);
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
      accept: (client, token) => {
        this.#heartbeat.watch(client);
        this.#cameraSockets++;
        const camera = new CameraConnection(client, this.#hooksOf(token));
        this.#clients.add(client, { kind: 'stream', token, camera: () => camera.name });
      },
    };
  }

  #hooksOf(token: AccessToken | null): CameraHooks {
    return {
      feeds: this.#feeds,
      allows: (camera) => this.#access.allowsCamera(currentToken(this.#access, token), camera),
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
        this.#cameraSockets--;
        if (this.#cameras.release(camera.name, camera)) this.#viewers.announce(camera.describe(false));
      },
      log: (level, message, fields) => this.#options.logger?.[level](fields, message),
    };
  }
}
