/** Which peers are still there. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';

/**
 * Pings all sockets at intervals and ends those that did not answer. A paused one cannot see answers: not asked. Where
 * this thread was busy, answers wait to be read: they come before an immediate.
 */
export class Heartbeat {
  readonly #alive = new WeakMap<WebSocket, boolean>();
  readonly #timer: NodeJS.Timeout;

  constructor(sockets: Iterable<WebSocket>, intervalMs: number) {
    this.#timer = setInterval(() => {
      setImmediate(() => {
        for (const socket of sockets) this.#beat(socket);
      });
    }, intervalMs);
  }

  watch(socket: WebSocket): void {
    this.#alive.set(socket, true);
    socket.on('pong', () => this.#alive.set(socket, true));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(socket: WebSocket): void {
    if (socket.isPaused) return;
    if (this.#alive.get(socket) === false) {
      socket.terminate();
      return;
    }
    this.#alive.set(socket, false);
    if (socket.readyState === socket.OPEN) socket.ping();
  }
}

/**
 * Whether a peer shows a sign of life, a pong or a message, within `withinMs` of being pinged. One whose socket is
 * paused has sent more than could be worked off: it counts as alive.
 */
export async function showsLife(socket: WebSocket, withinMs: number): Promise<boolean> {
  if (socket.readyState !== socket.OPEN) return false;
  if (socket.isPaused) return true;
  return new Promise((resolve) => {
    const settle = (alive: boolean): void => {
      clearTimeout(timer);
      socket.off('pong', seen).off('message', seen).off('close', gone);
      resolve(alive);
    };
    const seen = (): void => {
      settle(true);
    };
    const gone = (): void => {
      settle(false);
    };
    // An immediate, as above.
    const timer = setTimeout(() => setImmediate(gone), withinMs);
    socket.on('pong', seen).on('message', seen).on('close', gone);
    socket.ping();
  });
}

/** Whether nothing of what a peer sent is on its way: it has answered since, and nothing came. @param messages so far. */
export async function isQuiet(socket: WebSocket, messages: () => number): Promise<boolean> {
  const before = messages();
  return !socket.isPaused && (await answersPing(socket)) && messages() === before;
}

/**
 * Waits until a peer answered a ping of its own: whatever it had sent before was read then. Resolves to `false` where the
 * connection ends.
 */
export async function answersPing(socket: WebSocket): Promise<boolean> {
  if (socket.readyState !== socket.OPEN) return false;
  const token = randomUUID();
  return new Promise((resolve) => {
    const settle = (answered: boolean): void => {
      socket.off('pong', seen).off('close', gone);
      resolve(answered);
    };
    const seen = (data: Buffer): void => {
      if (data.toString() === token) settle(true);
    };
    const gone = (): void => {
      settle(false);
    };
    socket.on('pong', seen).on('close', gone);
    socket.ping(token);
  });
}
