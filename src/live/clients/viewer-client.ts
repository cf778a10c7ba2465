/** The dashboard's side of the protocol. */
import { BehaviorSubject, Subject, type Observable } from 'rxjs';
import {
  decodeDisplay,
  SUBPROTOCOL,
  type CameraMessage,
  type DecisionMessage,
  type DisplayFrame,
  type StatsMessage,
  type ViewerMessage,
  type ViewerWelcome,
} from '../protocol/index.ts';
import type { ClientSocket, SocketFactory } from './socket.ts';

/** State of the connection. */
export type ConnectionStatus = 'connecting' | 'open' | 'closed';

/** See {@link ViewerClient}. */
export interface ViewerClientOptions {
  /** `ws://host:port/view`. */
  readonly url: string;
  readonly createSocket: SocketFactory;
  /** Longest wait between attempts. Default 30 s. */
  readonly maxBackoffMs?: number;
}

const FIRST_BACKOFF_MS = 500;

/**
 * Follows a live server. Reconnects with full-jitter back-off until it is closed.
 *
 * @example
 * ```ts no-run
 * import { ViewerClient } from 'saccade/live/client';
 * const viewer = new ViewerClient({ url: 'ws://127.0.0.1:8765/view', createSocket: (url, protocols) => new WebSocket(url, [...protocols]) as never });
 * viewer.decisions$.subscribe(({ label, final }) => { if (final) console.log(label); });
 * viewer.connect();
 * ```
 */
export class ViewerClient {
  readonly #options: ViewerClientOptions;
  readonly #status = new BehaviorSubject<ConnectionStatus>('connecting');
  readonly #welcome = new Subject<ViewerWelcome>();
  readonly #cameras = new Subject<CameraMessage>();
  readonly #decisions = new Subject<DecisionMessage>();
  readonly #stats = new Subject<StatsMessage>();
  readonly #frames = new Subject<DisplayFrame>();
  #socket: ClientSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #closed = false;

  constructor(options: ViewerClientOptions) {
    this.#options = options;
  }

  get status$(): Observable<ConnectionStatus> {
    return this.#status;
  }
  /** The model, again after every connection. */
  get welcome$(): Observable<ViewerWelcome> {
    return this.#welcome;
  }
  get cameras$(): Observable<CameraMessage> {
    return this.#cameras;
  }
  get decisions$(): Observable<DecisionMessage> {
    return this.#decisions;
  }
  get stats$(): Observable<StatsMessage> {
    return this.#stats;
  }
  get frames$(): Observable<DisplayFrame> {
    return this.#frames;
  }

  /** Connects, and keeps connecting. */
  connect(): void {
    this.#status.next('connecting');
    const socket = this.#options.createSocket(this.#options.url, [SUBPROTOCOL]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#status.next('open');
    });
    socket.addEventListener('message', ({ data }) => {
      try {
        this.#receive(data);
        this.#attempt = 0;
      } catch {
        // Whoever answers there does not speak the protocol.
        socket.close(1000);
      }
    });
    // An error is always followed by a close.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', () => {
      this.#status.next('closed');
      if (!this.#closed) this.#reconnect();
    });
  }

  /** Disconnects for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  #reconnect(): void {
    const longest = Math.min(this.#options.maxBackoffMs ?? 30_000, FIRST_BACKOFF_MS * 2 ** this.#attempt++);
    this.#timer = setTimeout(() => {
      this.connect();
    }, Math.random() * longest);
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') {
      this.#frames.next(decodeDisplay(new Uint8Array(data as ArrayBuffer)));
      return;
    }
    const message = JSON.parse(data) as ViewerMessage;
    if (message.type === 'viewer-welcome') this.#welcome.next(message);
    else if (message.type === 'camera') this.#cameras.next(message);
    else if (message.type === 'decision') this.#decisions.next(message);
    else if (message.type === 'stats') this.#stats.next(message);
  }
}
