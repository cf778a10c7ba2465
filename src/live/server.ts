/** The live server: cameras in, decisions out, a dashboard to watch. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Subject, type Observable } from 'rxjs';
import { WebSocketServer, type WebSocket } from 'ws';
import { OptionError } from '../events/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import { AccessControl, type AccessToken } from './access.ts';
import { Admission, type Admitted } from './admission.ts';
import type { CameraConnectionHooks } from './camera-connection-hooks.ts';
import { CameraConnection } from './camera-connection.ts';
import { CameraRegistry } from './camera-registry.ts';
import { Heartbeat } from './heartbeat.ts';
import { pathOf, subprotocolsOf } from './http-requests.ts';
import { httpServer, listenError, type TlsFiles } from './http-server.ts';
import { DEFAULT_LIMITS, type LiveLimits } from './limits.ts';
import { CLOSE_CODES, SUBPROTOCOL, type DecisionMessage } from './protocol/index.ts';
import { refuseUpgrade, unavailable, type Refusal } from './refusal.ts';
import { serveModel, serveStatic } from './static-files.ts';
import { Turns } from './turns.ts';
import { ViewerHub, type Guard } from './viewer-hub.ts';

/** Where the server says what happens: a pino logger, or whatever takes the same. */
export interface LiveLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

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

class RunningServer implements LiveServer {
  readonly #options: LiveServerOptions;
  readonly #limits: LiveLimits;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #cameras: CameraRegistry;
  readonly #viewers: ViewerHub;
  readonly #decisions = new Subject<DecisionMessage>();
  readonly #heartbeat: Heartbeat;
  readonly #turns = new Turns();
  readonly #access: AccessControl;
  readonly #admission: Admission;
  #cameraSockets = 0;
  #draining = false;

  constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { host = '127.0.0.1', hosts = [], tokens = [] } = options;
    this.#access = new AccessControl(tokens);
    const attempts = { most: this.#limits.maxWrongTokens, perMs: WRONG_TOKENS_PER_MS };
    this.#admission = new Admission({ access: this.#access, hosts: [host, ...hosts], attempts });
    const { maxMessageBytes, closeTimeoutMs, heartbeatMs, takeoverMs } = this.#limits;
    this.#http = httpServer(options.tls);
    this.#http.on('request', (request, response) => {
      const end = (): unknown => response.destroy();
      this.#guard('request', end, () => {
        this.#answer(request, response);
      });
    });
    this.#http.on('upgrade', (request, socket, head) => {
      const end = (): unknown => socket.destroy();
      this.#guard('upgrade', end, () => {
        this.#upgrade(request, socket as Socket, head);
      });
    });
    const socketOptions = {
      noServer: true,
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      // Newer than the types.
      closeTimeout: closeTimeoutMs,
      handleProtocols: (protocols: Set<string>) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    } as const;
    this.#sockets = new WebSocketServer(socketOptions);
    this.#cameras = new CameraRegistry(takeoverMs);
    this.#viewers = new ViewerHub(options.engine.model, this.#limits, this.#cameras, this.#guard);
    this.#heartbeat = new Heartbeat(this.#sockets.clients, heartbeatMs);
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
    for (const client of this.#sockets.clients) {
      if (client.isPaused) client.resume();
      client.close(CLOSE_CODES.goingAway, 'shutting down');
    }
    const patience = setTimeout(() => {
      for (const client of this.#sockets.clients) client.terminate();
    }, this.#limits.closeTimeoutMs);
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
    clearTimeout(patience);
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

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { modelFile, staticDir } = this.#options;
    const pathname = pathOf(request.url);
    if (pathname === '/healthz') {
      response.writeHead(this.#draining ? 503 : 200).end();
      return;
    }
    const isModel = pathname === '/model' && modelFile !== undefined;
    const admitted = isModel ? this.#admission.admit(request, 'view') : this.#admission.admitAnyone(request);
    if (pathname === null) response.writeHead(400).end();
    else if ('reason' in admitted) {
      this.#logRefusal(request, admitted);
      response.writeHead(admitted.status, admitted.headers).end();
    } else if (isModel) serveModel(modelFile, response);
    else {
      serveStatic(staticDir, pathname, request.method, response).catch((error: unknown) => {
        this.#options.logger?.error({ error }, 'request failed');
        response.destroy();
      });
    }
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const pathname = pathOf(request.url);
    const admitted = this.#admitUpgrade(pathname, request);
    if ('reason' in admitted) {
      this.#logRefusal(request, admitted);
      refuseUpgrade(socket, admitted);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const end = (): void => {
        client.terminate();
      };
      this.#guard('connection', end, () => {
        this.#heartbeat.watch(client);
        client.on('message', () => {
          this.#turns.noteInput();
        });
        if (pathname === '/view') this.#viewers.add(client);
        else this.#addCamera(client, admitted.token);
      });
    });
  }

  #logRefusal({ url, socket }: IncomingMessage, { status, reason }: Refusal): void {
    this.#options.logger?.warn({ address: socket.remoteAddress, url, status, reason }, 'request refused');
  }

  #admitUpgrade(pathname: string | null, request: IncomingMessage): Admitted | Refusal {
    if (pathname === null) return { status: 400, reason: 'no valid path' };
    if (pathname !== '/ingest' && pathname !== '/view') return { status: 404, reason: 'unknown path' };
    if (this.#draining) return unavailable(5, 'shutting down');
    const admitted = this.#admission.admit(request, pathname === '/view' ? 'view' : 'stream');
    if ('reason' in admitted) return admitted;
    if (pathname === '/view' && this.#viewers.size >= this.#limits.maxViewers)
      return unavailable(30, 'too many dashboards');
    if (pathname === '/ingest' && this.#cameraSockets >= this.#limits.maxCameras) {
      // One of them may be the old connection of the camera that asks.
      this.#cameras.endDead();
      return unavailable(Math.ceil(this.#limits.takeoverMs / 1000), 'too many cameras');
    }
    return subprotocolsOf(request.headers).includes(SUBPROTOCOL)
      ? admitted
      : { status: 400, reason: `subprotocol ${SUBPROTOCOL} is not offered` };
  }

  #addCamera(client: WebSocket, token: AccessToken | null): void {
    this.#cameraSockets++;
    const hooks: CameraConnectionHooks = {
      engine: this.#options.engine,
      turns: this.#turns,
      allows: (camera) => this.#access.allowsCamera(token, camera),
      limits: this.#limits,
      claim: ({ camera, session }, connection) => this.#cameras.claim(camera, connection, session),
      onSegment: (connection) => {
        this.#viewers.announce(connection.describe(true));
      },
      onDecision: (message) => {
        this.#decisions.next(message);
        this.#viewers.broadcast(message);
      },
      onClose: (connection) => {
        this.#cameraSockets--;
        if (this.#cameras.release(connection.name, connection))
          this.#viewers.announce(connection.describe(false));
      },
      log: (level, message, fields) => this.#options.logger?.[level](fields, message),
    };
    new CameraConnection(client, hooks);
  }
}
