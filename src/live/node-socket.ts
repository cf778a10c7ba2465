import { WebSocket } from 'ws';
import type { ClientSocket } from './socket.ts';

/** A client socket in Node, which has no WebSocket of its own before version 22. Without compression. */
export function openNodeSocket(url: string, protocols: readonly string[], token?: string): ClientSocket {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new WebSocket(url, [...protocols], { perMessageDeflate: false, headers }) as unknown as ClientSocket;
}
