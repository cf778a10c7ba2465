/** A connection that did not come about or was lost, and whether trying again makes sense. */
import { CLOSE_CODES, ProtocolError } from '../protocol/index.ts';

/** How a connection ended; `null`: the other side did not say. */
export interface ConnectionEnd {
  readonly closeCode: number | null;
  /** HTTP status in place of the upgrade. */
  readonly status: number | null;
}

/** Close codes after which the same camera may be let in later: see PROTOCOL.md. */
const RETRY_CODES: ReadonlySet<number> = new Set([
  CLOSE_CODES.goingAway,
  // The connection broke without a goodbye.
  1005,
  1006,
  CLOSE_CODES.serverError,
  // The service begins again.
  1012,
  CLOSE_CODES.overloaded,
  // A proxy that does not reach the server.
  1014,
  CLOSE_CODES.idle,
]);
/** What a server says before it goes. */
const RETRY_ERRORS: ReadonlySet<string> = new Set(['SERVER_ERROR', 'SHUTTING_DOWN']);
const TOO_MANY_REQUESTS = 429;

/**
 * No connection to a server.
 *
 * @example
 * ```ts
 * import { ConnectionError } from 'saccade/live/client';
 * const away = new ConnectionError('going away', { closeCode: 1001, status: null });
 * const taken = new ConnectionError('the name is taken', { closeCode: 4409, status: null });
 * console.log(away.mayRetry, taken.mayRetry); // true false
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

  /** Whether the server may let this camera in later. */
  get mayRetry(): boolean {
    if (this.closeCode !== null) return RETRY_CODES.has(this.closeCode);
    return this.status === null || this.status >= 500 || this.status === TOO_MANY_REQUESTS;
  }
}

/** Whether a failure of a client is one of the connection, and it may come back. */
export function mayRetry(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.mayRetry;
  return error instanceof ProtocolError && RETRY_ERRORS.has(error.code);
}
