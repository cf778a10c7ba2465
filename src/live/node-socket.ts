import { WebSocket } from 'ws';
import type { ClientSocket } from './socket.ts';

/** A server that accepts a connection must answer within this. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** One that does not answer a goodbye must not keep the process. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A client socket in Node, which has no WebSocket of its own before version 22. Without compression. */
export function openNodeSocket(url: string, protocols: readonly string[], token?: string): ClientSocket {
  const options = {
    perMessageDeflate: false,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // Newer than the types.
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  return new WebSocket(url, [...protocols], options) as unknown as ClientSocket;
}
