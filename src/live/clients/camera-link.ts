/** One connection of a camera client: what the server says, and how it ended. */
import type { OwnedBytes } from '../../events/index.ts';
import { Subject } from 'rxjs';
import {
  ProtocolError,
  SUBPROTOCOL,
  type CameraReply,
  type ClockMessage,
  type DecisionMessage,
  type DropsMessage,
  type EndMessage,
  type Hello,
  type ProtocolErrorCode,
  type Welcome,
} from '../protocol/index.ts';
import { errorOfClose, errorOfSocket, lostConnection } from './connection-error.ts';
import type { ClientSocket, SocketFactory } from './socket.ts';

/** See {@link CameraLink}. */
export interface CameraLinkOptions {
  readonly url: string;
  readonly hello: Hello;
  readonly createSocket: SocketFactory;
  /** The server must have said welcome within this. */
  readonly connectTimeoutMs: number;
}

const POLL_MS = 2;
/** Who sends without a pause lets the event loop see sockets and timers this often: the hello of another client, a ping. */
const TURN_MS = 10;

/** See the file comment. Whatever happens, `welcome` and `end` settle, `decisions` ends and the socket is closed. */
export class CameraLink {
  readonly decisions: Subject<DecisionMessage>;
  /** Told of every answer with the server's clock, and when it came. */
  onClock: ((message: ClockMessage, receivedAtMs: number) => void) | undefined;
  readonly welcome: Promise<Welcome>;
  readonly end: Promise<EndMessage>;
  readonly #drops: Subject<DropsMessage>;
  readonly #url: string;
  readonly #socket: ClientSocket;
  readonly #timer: ReturnType<typeof setTimeout>;
  /** When the first message was sent in this turn of the event loop. */
  #turnBeganAt: number | undefined;
  #welcomed = false;
  #over = false;
  #told = false;
  #failure: Error | undefined;
  #settleWelcome!: { resolve: (welcome: Welcome) => void; reject: (error: Error) => void };
  #settleEnd!: { resolve: (end: EndMessage) => void; reject: (error: Error) => void };

  /**
   * @param decisions who is told; it stays open where no connection comes about.
   * @param drops who is told of losses; it stays open.
   */
  constructor(
    { url, hello, createSocket, connectTimeoutMs }: CameraLinkOptions,
    decisions: Subject<DecisionMessage>,
    drops: Subject<DropsMessage>,
  ) {
    this.#drops = drops;
    this.#url = url;
    this.decisions = decisions;
    this.welcome = new Promise((resolve, reject) => (this.#settleWelcome = { resolve, reject }));
    this.end = new Promise((resolve, reject) => (this.#settleEnd = { resolve, reject }));
    // Who waits for them sees the failure; nobody needs to wait.
    this.welcome.catch(() => undefined);
    this.end.catch(() => undefined);
    this.#timer = setTimeout(() => {
      this.#fail(lostConnection(url, `no welcome within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
    const socket = createSocket(url, [SUBPROTOCOL]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify(hello));
    });
    socket.addEventListener('message', ({ data }) => {
      this.#receive(data);
    });
    socket.addEventListener('error', (event) => {
      this.#fail(errorOfSocket(url, event));
    });
    socket.addEventListener('close', (event) => {
      this.#fail(errorOfClose(url, event));
    });
  }

  /** Whether it ended, well or not. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether `decisions` ended: the next connection needs another. */
  get told(): boolean {
    return this.#told;
  }

  /** Hands a message to the socket once no more than `highWaterBytes` wait in it. @throws the failure. */
  async send(message: OwnedBytes, highWaterBytes: number): Promise<void> {
    while (!this.#over && this.#socket.bufferedAmount > highWaterBytes)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    await this.#yieldAfter(TURN_MS);
    if (this.#over) throw this.#failure ?? new ProtocolError('NOT_CONNECTED', null, 'The stream has ended.');
    this.#socket.send(message);
  }

  async #yieldAfter(ms: number): Promise<void> {
    if (this.#turnBeganAt === undefined) {
      this.#turnBeganAt = performance.now();
      setTimeout(() => (this.#turnBeganAt = undefined));
    } else if (performance.now() - this.#turnBeganAt > ms)
      await new Promise((resolve) => setTimeout(resolve));
  }

  /** Ends it from this side. */
  close(): void {
    if (this.#over) return;
    const closed = new ProtocolError('NOT_CONNECTED', null, 'The connection was closed on this side.');
    this.#finish(closed);
    this.#told = true;
    this.decisions.complete();
  }

  #receive(data: unknown): void {
    const receivedAtMs = performance.now();
    let message: CameraReply;
    try {
      message = JSON.parse(String(data)) as CameraReply;
    } catch (cause) {
      this.#fail(new ProtocolError('BAD_JSON', null, `${this.#url} answers no JSON.`, { cause }));
      return;
    }
    if (this.#over) return;
    if (message.type === 'welcome') {
      clearTimeout(this.#timer);
      this.#welcomed = true;
      this.#settleWelcome.resolve(message);
    } else if (message.type === 'decision') this.decisions.next(message);
    else if (message.type === 'clock') this.onClock?.(message, receivedAtMs);
    else if (message.type === 'drops') this.#drops.next(message);
    else if (message.type === 'error')
      this.#fail(new ProtocolError(message.code as ProtocolErrorCode, null, message.message));
    else if (message.type === 'end' && message.reason === 'shutdown') {
      const problem = `The server at ${this.#url} shuts down; it has taken ${message.events} events.`;
      this.#fail(new ProtocolError('SHUTTING_DOWN', null, problem));
    } else if (message.type === 'end') {
      this.#settleEnd.resolve(message);
      this.#finish(undefined);
      this.#told = true;
      this.decisions.complete();
    }
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#finish(error);
    if (!this.#welcomed) return;
    this.#told = true;
    this.decisions.error(error);
  }

  #finish(failure: Error | undefined): void {
    this.#over = true;
    this.#failure = failure;
    clearTimeout(this.#timer);
    if (failure !== undefined) {
      this.#settleWelcome.reject(failure);
      this.#settleEnd.reject(failure);
    }
    this.#socket.close(1000);
  }
}
