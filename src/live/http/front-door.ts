/** All that comes to the server's port: requests and upgrades, asked for host, origin and token, each on its own. */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AccessKind, AccessToken } from '../access/access.ts';
import { AddressLimit } from '../access/address-limit.ts';
import type { Admission, Admitted } from '../access/admission.ts';
import type { ClientAddresses } from '../access/client-addresses.ts';
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
  /** @param address of the client, also where a trusted proxy stands between. */
  readonly accept: (client: WebSocket, token: AccessToken | null, address: string) => void;
}

/** See {@link FrontDoor}. */
export interface FrontDoorOptions {
  readonly http: Server;
  readonly admission: Admission;
  readonly addresses: ClientAddresses;
  readonly routes: readonly HttpRoute[];
  readonly socketRoutes: readonly SocketRoute[];
  /** The built dashboard, for all other paths. */
  readonly staticDir: string | undefined;
  readonly limits: Pick<
    LiveLimits,
    'maxMessageBytes' | 'closeTimeoutMs' | 'maxRefusalLines' | 'maxConnectionsPerAddress'
  >;
  readonly guard: Guard;
  readonly logger: LiveLogger | undefined;
}

/** Who asks. */
interface Client {
  readonly address: string;
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
  readonly #limit: AddressLimit;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
    const { http, addresses, guard, limits, logger } = options;
    this.#refusals = new RefusalLog(logger, limits.maxRefusalLines);
    this.#limit = new AddressLimit(limits.maxConnectionsPerAddress);
    this.#limit.watch(http, (address) => addresses.isProxy(address));
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
    const address = this.#addressOf(request, response);
    const admitted = 'reason' in address ? address : this.#admit(request, route?.access ?? 'page', address);
    const end = (error: unknown): void => {
      logger?.error({ error }, 'request failed');
      response.destroy();
    };
    if (pathname === null) response.writeHead(400).end();
    else if ('reason' in admitted) {
      this.#refuse(request, admitted);
      response.writeHead(admitted.status, admitted.headers).end();
    } else if (route !== undefined && !READING.includes(request.method ?? ''))
      response.writeHead(405, { allow: READING.join(', '), connection: 'close' }).end();
    else if (route !== undefined) Promise.resolve(route.answer(response)).catch(end);
    else serveStatic(staticDir, pathname, request.method, response).catch(end);
  }

  /** Clients of a proxy are counted here, until `what` closes: the proxy's own connections are not. */
  #addressOf(request: IncomingMessage, what: EventEmitter): Client | Refusal {
    const { addresses } = this.#options;
    const address = addresses.of(request);
    if (address === null) return { status: 400, reason: "the proxy's header cannot be read" };
    const isCounted = !addresses.isProxy(request.socket.remoteAddress);
    if (isCounted || this.#limit.take(address, what)) return { address };
    return { status: 429, reason: 'too many connections of an address' };
  }

  #admit(request: IncomingMessage, access: HttpRoute['access'], { address }: Client): Admitted | Refusal {
    const { admission } = this.#options;
    if (access === 'everyone') return { token: null };
    return access === 'page' ? admission.admitAnyone(request) : admission.admit(request, access, address);
  }

  #refuse(request: IncomingMessage, refusal: Refusal): void {
    const address = this.#options.addresses.of(request) ?? request.socket.remoteAddress;
    this.#refusals.add({ url: request.url, address }, refusal);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const pathname = pathOf(request.url);
    const route = this.#options.socketRoutes.find(({ path }) => path === pathname);
    const client = this.#addressOf(request, socket);
    const admitted = 'reason' in client ? client : this.#admitUpgrade(pathname, route, request, client);
    if ('reason' in admitted || route === undefined || 'reason' in client) {
      const refusal = 'reason' in admitted ? admitted : { status: 404, reason: 'unknown path' };
      this.#refuse(request, refusal);
      refuseUpgrade(socket, refusal, this.#options.limits.closeTimeoutMs);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const end = (): void => {
        webSocket.terminate();
      };
      this.#options.guard('connection', end, () => {
        route.accept(webSocket, admitted.token, client.address);
      });
    });
  }

  #admitUpgrade(
    pathname: string | null,
    route: SocketRoute | undefined,
    request: IncomingMessage,
    { address }: Client,
  ): Admitted | Refusal {
    if (pathname === null) return { status: 400, reason: 'no valid path' };
    if (route === undefined) return { status: 404, reason: 'unknown path' };
    const admitted = this.#options.admission.admit(request, route.access, address);
    if ('reason' in admitted) return admitted;
    const refusal = route.refusal();
    if (refusal !== null) return refusal;
    return subprotocolsOf(request.headers).includes(SUBPROTOCOL)
      ? admitted
      : { status: 400, reason: `subprotocol ${SUBPROTOCOL} is not offered` };
  }
}
