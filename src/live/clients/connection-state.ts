/** What a client that comes back says of its connection. */

/** See the file comment. */
export interface ConnectionState {
  /** `waiting`: lost, tried again after `retryMs`. `closed`: for good. */
  readonly status: 'connecting' | 'open' | 'waiting' | 'closed';
  readonly retryMs: number | null;
  /** Why there is no connection. */
  readonly error: Error | null;
}
