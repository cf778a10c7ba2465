/** The live server: cameras in, decisions out, a dashboard to watch. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Subject, type Observable } from 'rxjs';
import { WebSocketServer, type WebSocket } from 'ws';
import { OptionError } from '../events/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import { CameraConnection, type CameraConnectionHooks } from './camera-connection.ts';
import { CameraRegistry } from './camera-registry.ts';
import { Heartbeat } from './heartbeat.ts';
import { isForeign, pathOf } from './http-requests.ts';
import { DEFAULT_LIMITS, type LiveLimits } from './limits.ts';
import { CLOSE_CODES, SUBPROTOCOL, type DecisionMessage } from './protocol/index.ts';
import { serveModel, serveStatic } from './static-files.ts';
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
  /** Default 127.0.0.1. Anything else needs a token and TLS, or `insecure`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The built dashboard. */
  readonly staticDir?: string;
  /** The bytes of the model file, for dashboards that classify recordings in the page. */
  readonly modelFile?: Uint8Array;
  readonly limits?: Partial<LiveLimits>;
  readonly logger?: LiveLogger;
  /** Cameras must send it as `Authorization: Bearer`. */
  readonly token?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Allows other addresses without token and TLS. */
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

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Starts a live server: `/ingest` takes cameras, `/view` dashboards (protocol in PROTOCOL.md), `/` serves the
 * dashboard, `/healthz` says that it runs.
 *
 * @throws {@link OptionError} for an address that others reach without token and TLS, a port that is in use, and a
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
  const { host = '127.0.0.1', port, token, tls, insecure = false } = options;
  if (!LOOPBACK.has(host) && !insecure && (token === undefined || tls === undefined)) {
    throw new OptionError(
      'host',
      `${host} is open to others: set a token and TLS, or insecure if that is meant`,
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
  #cameraSockets = 0;
  #draining = false;

  constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
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
    const pathname = pathOf(request.url);
    if (pathname === null) response.writeHead(400).end();
    else if (pathname === '/healthz') response.writeHead(this.#draining ? 503 : 200).end();
    else if (pathname === '/model' && this.#options.modelFile) serveModel(this.#options.modelFile, response);
    else {
      serveStatic(this.#options.staticDir, pathname, request.method, response).catch((error: unknown) => {
        this.#options.logger?.error({ error }, 'request failed');
        response.destroy();
      });
    }
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const pathname = pathOf(request.url);
    const refusal = this.#refusal(pathname, request);
    if (refusal !== null) {
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const end = (): void => {
        client.terminate();
      };
      this.#guard('connection', end, () => {
        this.#heartbeat.watch(client);
        if (pathname === '/view') this.#viewers.add(client);
        else this.#addCamera(client);
      });
    });
  }

  /** The status line with which an upgrade is refused, `null` to accept it. */
  #refusal(pathname: string | null, request: IncomingMessage): string | null {
    const { token } = this.#options;
    if (pathname === null) return '400 Bad Request';
    if (pathname !== '/ingest' && pathname !== '/view') return '404 Not Found';
    if (this.#draining) return '503 Service Unavailable\r\nRetry-After: 5';
    const { origin, host, authorization } = request.headers;
    if (isForeign(origin, host)) return '403 Forbidden';
    if (
      pathname === '/ingest' &&
      token !== undefined &&
      !sameSecret(authorization ?? '', `Bearer ${token}`)
    ) {
      return '401 Unauthorized';
    }
    if (pathname === '/view' && this.#viewers.size >= this.#limits.maxViewers)
      return '503 Service Unavailable\r\nRetry-After: 30';
    if (pathname === '/ingest' && this.#cameraSockets >= this.#limits.maxCameras) {
      // One of them may be the old connection of the camera that asks.
      this.#cameras.endDead();
      return `503 Service Unavailable\r\nRetry-After: ${Math.ceil(this.#limits.takeoverMs / 1000)}`;
    }
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    return protocols.includes(SUBPROTOCOL) ? null : '400 Bad Request';
  }

  #addCamera(client: WebSocket): void {
    this.#cameraSockets++;
    const hooks: CameraConnectionHooks = {
      engine: this.#options.engine,
      limits: this.#limits,
      claim: ({ camera, session }, connection) => this.#cameras.claim(camera, connection, session),
      onSegment: (connection) => {
        this.#viewers.broadcast(connection.describe(true));
      },
      onDecision: (message) => {
        this.#decisions.next(message);
        this.#viewers.broadcast(message);
      },
      onClose: (connection) => {
        this.#cameraSockets--;
        if (this.#cameras.release(connection.name, connection))
          this.#viewers.broadcast(connection.describe(false));
      },
      log: (level, message, fields) => this.#options.logger?.[level](fields, message),
    };
    new CameraConnection(client, hooks);
  }
}

function httpServer(tls: LiveServerOptions['tls']): Server {
  if (tls === undefined) return createServer();
  try {
    return createTlsServer(tls);
  } catch (cause) {
    throw new OptionError('tls', `is no usable key and certificate: ${(cause as Error).message}`, { cause });
  }
}

function listenError(cause: unknown, port: number, host: string): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new OptionError('port', `${port} is in use on ${host}: choose another, or 0 for a free one`, {
      cause,
    });
  if (code === 'EACCES')
    return new OptionError('port', `${port} may not be used: choose one above 1023, or 0 for a free one`, {
      cause,
    });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new OptionError('host', `${host} is no address of this machine (${message})`, { cause });
  return cause;
}

/** Compares in constant time, whatever the lengths. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
