/** The part of a WebSocket that clients need: the platform's in a browser, `ws` in Node. */
import type { OwnedBytes } from '../../events/index.ts';
export interface ClientSocket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | OwnedBytes): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: 'open' | 'close' | 'error' | 'message',
    listener: (event: SocketEvent) => void,
  ): void;
}

/** Fields of the events that a socket gives; which are set depends on the event. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** Opens a socket with the subprotocols. */
export type SocketFactory = (url: string, protocols: readonly string[]) => ClientSocket;
