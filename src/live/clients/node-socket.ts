import { WebSocket } from 'ws';
import type { ClientSocket } from './socket.ts';

/** See {@link openNodeSocket}. */
export interface NodeSocketOptions {
  /** Secret of a server that wants one. */
  readonly token?: string | undefined;
  /** PEM: only the server that has this very certificate is trusted, under whatever name. */
  readonly certificate?: string | undefined;
}

/** A server that accepts a connection must answer within this. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** One that does not answer a goodbye must not keep the process. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A client socket in Node, which has no WebSocket of its own before version 22. Without compression. */
export function openNodeSocket(
  url: string,
  protocols: readonly string[],
  { token, certificate }: NodeSocketOptions = {},
): ClientSocket {
  const pinned = { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  const options = {
    perMessageDeflate: false,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // Newer than the types.
    closeTimeout: CLOSE_TIMEOUT_MS,
    ...(certificate !== undefined && pinned),
  };
  return new WebSocket(url, [...protocols], options) as unknown as ClientSocket;
}
