/** A connection that did not come about or was lost, and whether trying again makes sense. */
import { CLOSE_CODES, ProtocolError } from '../protocol/index.ts';
import type { SocketEvent } from './socket.ts';

/** How a connection ended; `null`: the other side did not say. */
export interface ConnectionEnd {
  readonly closeCode: number | null;
  /** HTTP status in place of the upgrade. */
  readonly status: number | null;
}

/**
 * What the end of a connection says about the next: `never` again, `later` (with backoff), soon as the other side is
 * `restarting`, or much later as it is `overloaded`.
 */
export type Retry = 'never' | 'later' | 'restarting' | 'overloaded';

/** Close codes after which the same client may be let in: see PROTOCOL.md. After all others it is not. */
const RETRY_CODES: ReadonlyMap<number, Retry> = new Map([
  [CLOSE_CODES.goingAway, 'later'],
  // The connection broke without a goodbye.
  [1005, 'later'],
  [1006, 'later'],
  [CLOSE_CODES.serverError, 'later'],
  [CLOSE_CODES.restarting, 'restarting'],
  [CLOSE_CODES.overloaded, 'overloaded'],
  // A proxy that does not reach the server.
  [1014, 'later'],
  [CLOSE_CODES.idle, 'later'],
  [CLOSE_CODES.tooOften, 'overloaded'],
]);
/** What a server says before it goes. */
const RETRY_ERRORS: ReadonlyMap<string, Retry> = new Map([
  ['SERVER_ERROR', 'later'],
  ['SHUTTING_DOWN', 'later'],
  // A gateway without its cluster.
  ['UNREACHABLE', 'overloaded'],
]);
const TOO_MANY_REQUESTS = 429;

function retryAfter({ closeCode, status }: ConnectionEnd): Retry {
  if (closeCode !== null) return RETRY_CODES.get(closeCode) ?? 'never';
  if (status === TOO_MANY_REQUESTS) return 'overloaded';
  return status === null || status >= 500 ? 'later' : 'never';
}

/**
 * No connection to a server.
 *
 * @example
 * ```ts
 * import { ConnectionError } from 'saccade/live/client';
 * const away = new ConnectionError('going away', { closeCode: 1001, status: null });
 * const taken = new ConnectionError('the name is taken', { closeCode: 4409, status: null });
 * console.log(away.retry, taken.retry); // later never
 * ```
 */
export class ConnectionError extends ProtocolError {
  readonly closeCode: number | null;
  readonly status: number | null;

  constructor(message: string, { closeCode, status }: ConnectionEnd) {
    super('NOT_CONNECTED', null, message);
    this.closeCode = closeCode;
    this.status = status;
  }

  /** Whether the server may let this client in, and when. */
  get retry(): Retry {
    return retryAfter(this);
  }
}

/** What a failure of a client says about the next attempt. */
export function retryOf(error: unknown): Retry {
  if (error instanceof ConnectionError) return error.retry;
  return (error instanceof ProtocolError ? RETRY_ERRORS.get(error.code) : undefined) ?? 'never';
}

/** The failure of a socket that tells an error. */
export function errorOfSocket(url: string, { message }: SocketEvent): ConnectionError {
  // `ws` tells the status; browsers tell nothing.
  const [, status] = /server response: (\d{3})/.exec(message ?? '') ?? [];
  const end = { closeCode: null, status: status === undefined ? null : Number(status) };
  return lostConnection(url, message ?? 'refused', end);
}

/** The failure of a socket that is closed. */
export function errorOfClose(url: string, { code, reason }: SocketEvent): ConnectionError {
  const how = `the server closed it (${[code, reason].filter(Boolean).join(' ')})`;
  return lostConnection(url, how, { closeCode: code ?? null, status: null });
}

/** @param how in words. */
export function lostConnection(
  url: string,
  how: string,
  end: ConnectionEnd = { closeCode: null, status: null },
): ConnectionError {
  return new ConnectionError(`No connection to ${url}: ${how}.`, end);
}
