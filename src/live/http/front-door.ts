/** All that comes to the server's port: requests and upgrades, asked for host, origin and token, each on its own. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AccessKind, AccessToken } from '../access/access.ts';
import type { Admission, Admitted } from '../access/admission.ts';
import { refuseUpgrade, type Refusal } from '../access/refusal.ts';
import { RefusalLog } from '../access/refusal-log.ts';
import type { LiveLimits } from '../limits.ts';
import type { LiveLogger } from '../live-logger.ts';
import { SUBPROTOCOL } from '../protocol/index.ts';
import { pathOf, subprotocolsOf } from './http-requests.ts';
import type { HttpRoute } from './routes.ts';
import { serveStatic } from './static-files.ts';

/** Runs what must not end the server; `end` ends the connection that it is about. */
export type Guard = (what: string, end: () => unknown, run: () => void) => void;

/** A path that takes WebSockets. */
export interface SocketRoute {
  readonly path: string;
  readonly access: AccessKind;
  /** Why nobody is taken just now, `null` if there is room. */
  readonly refusal: () => Refusal | null;
  readonly accept: (client: WebSocket, token: AccessToken | null, request: IncomingMessage) => void;
}

/** See {@link FrontDoor}. */
export interface FrontDoorOptions {
  readonly http: Server;
  readonly admission: Admission;
  readonly routes: readonly HttpRoute[];
  readonly socketRoutes: readonly SocketRoute[];
  /** The built dashboard, for all other paths. */
  readonly staticDir: string | undefined;
  readonly limits: Pick<LiveLimits, 'maxMessageBytes' | 'closeTimeoutMs' | 'maxRefusalLines'>;
  readonly guard: Guard;
  readonly logger: LiveLogger | undefined;
}

const READING = ['GET', 'HEAD'];
/** An honest message is one fragment, and comes in chunks of a packet at least. */
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 4096;

/** See the file comment. */
export class FrontDoor {
  readonly #options: FrontDoorOptions;
  readonly #sockets: WebSocketServer;
  readonly #refusals: RefusalLog;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
    const { http, guard, limits, logger } = options;
    this.#refusals = new RefusalLog(logger, limits.maxRefusalLines);
    const socketOptions = {
      noServer: true,
      maxPayload: limits.maxMessageBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      perMessageDeflate: false,
      // Newer than the types.
      closeTimeout: limits.closeTimeoutMs,
      handleProtocols: (protocols: Set<string>) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    } as const;
    this.#sockets = new WebSocketServer(socketOptions);
    http.on('request', (request, response) => {
      const end = (): unknown => response.destroy();
      guard('request', end, () => {
        this.#answer(request, response);
      });
    });
    http.on('upgrade', (request, socket, head) => {
      const end = (): unknown => socket.destroy();
      guard('upgrade', end, () => {
        this.#upgrade(request, socket as Socket, head);
      });
    });
  }

  /** All WebSockets that are open. */
  get clients(): ReadonlySet<WebSocket> {
    return this.#sockets.clients;
  }

  /** Bytes that wait for them to be read. */
  get unsentBytes(): number {
    let bytes = 0;
    for (const { bufferedAmount } of this.#sockets.clients) bytes += bufferedAmount;
    return bytes;
  }

  /** Resolves when all WebSockets are closed. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const pathname = pathOf(request.url);
    const { routes, staticDir, logger } = this.#options;
    const route = routes.find(({ path }) => path === pathname);
    const admitted = this.#admit(request, route?.access ?? 'page');
    const end = (error: unknown): void => {
      logger?.error({ error }, 'request failed');
      response.destroy();
    };
    if (pathname === null) response.writeHead(400).end();
    else if ('reason' in admitted) {
      this.#refusals.add(request, admitted);
      response.writeHead(admitted.status, admitted.headers).end();
    } else if (route !== undefined && !READING.includes(request.method ?? ''))
      response.writeHead(405, { allow: READING.join(', '), connection: 'close' }).end();
    else if (route !== undefined) Promise.resolve(route.answer(response)).catch(end);
    else serveStatic(staticDir, pathname, request.method, response).catch(end);
  }

  #admit(request: IncomingMessage, access: HttpRoute['access']): Admitted | Refusal {
    const { admission } = this.#options;
    if (access === 'everyone') return { token: null };
    return access === 'page' ? admission.admitAnyone(request) : admission.admit(request, access);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const pathname = pathOf(request.url);
    const route = this.#options.socketRoutes.find(({ path }) => path === pathname);
    const admitted = this.#admitUpgrade(pathname, route, request);
    if ('reason' in admitted || route === undefined) {
      const refusal = 'reason' in admitted ? admitted : { status: 404, reason: 'unknown path' };
      this.#refusals.add(request, refusal);
      refuseUpgrade(socket, refusal, this.#options.limits.closeTimeoutMs);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const end = (): void => {
        client.terminate();
      };
      this.#options.guard('connection', end, () => {
        route.accept(client, admitted.token, request);
      });
    });
  }

  #admitUpgrade(
    pathname: string | null,
    route: SocketRoute | undefined,
    request: IncomingMessage,
  ): Admitted | Refusal {
    if (pathname === null) return { status: 400, reason: 'no valid path' };
    if (route === undefined) return { status: 404, reason: 'unknown path' };
    const admitted = this.#options.admission.admit(request, route.access);
    if ('reason' in admitted) return admitted;
    const refusal = route.refusal();
    if (refusal !== null) return refusal;
    return subprotocolsOf(request.headers).includes(SUBPROTOCOL)
      ? admitted
      : { status: 400, reason: `subprotocol ${SUBPROTOCOL} is not offered` };
  }
}
