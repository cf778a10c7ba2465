/** The dashboard's side of the protocol. */
import { BehaviorSubject, Subject, type Observable } from 'rxjs';
import {
  decodeDisplay,
  decodeThumbnails,
  isThumbnails,
  SUBPROTOCOL,
  type CameraMessage,
  type CameraSummary,
  type DecisionMessage,
  type DisplayFrame,
  type StatsMessage,
  type ViewerMessage,
  type ViewerWelcome,
  type Watch,
} from '../protocol/index.ts';
import { FIRST_BACKOFF_MS, fullJitterMs } from './backoff.ts';
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
  readonly #summaries = new Subject<CameraSummary>();
  readonly #thumbnails = new Subject<DisplayFrame>();
  #watch: string | undefined;
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
  /** The model, again after every connection and when another one is served. */
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
  /** Cameras in few words, about twice a second each, for who has said what it looks at. */
  get summaries$(): Observable<CameraSummary> {
    return this.#summaries;
  }
  /** Small pictures, about four times a second of each camera, for who wants them. */
  get thumbnails$(): Observable<DisplayFrame> {
    return this.#thumbnails;
  }

  /**
   * Says what is looked at, now and after every connection. Before that everything of all cameras comes; after it decisions,
   * statistics and frames only of `camera` (`null`: of none), and summaries of all.
   */
  watch({ camera, thumbnails }: Omit<Watch, 'type'>): void {
    const watch: Watch = { type: 'watch', camera, thumbnails };
    this.#watch = JSON.stringify(watch);
    if (this.#status.value === 'open') this.#socket?.send(this.#watch);
  }

  /** Connects, and keeps connecting. */
  connect(): void {
    this.#status.next('connecting');
    const socket = this.#options.createSocket(this.#options.url, [SUBPROTOCOL]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (this.#watch !== undefined) socket.send(this.#watch);
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
    const waitMs = fullJitterMs(this.#attempt++, FIRST_BACKOFF_MS, this.#options.maxBackoffMs);
    this.#timer = setTimeout(() => {
      this.connect();
    }, waitMs);
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') {
      const bytes = new Uint8Array(data as ArrayBuffer);
      if (isThumbnails(bytes)) for (const frame of decodeThumbnails(bytes)) this.#thumbnails.next(frame);
      else this.#frames.next(decodeDisplay(bytes));
      return;
    }
    const message = JSON.parse(data) as ViewerMessage;
    if (message.type === 'viewer-welcome') this.#welcome.next(message);
    else if (message.type === 'camera') this.#cameras.next(message);
    else if (message.type === 'decision') this.#decisions.next(message);
    else if (message.type === 'stats') this.#stats.next(message);
    else if (message.type === 'summaries')
      for (const summary of message.summaries) this.#summaries.next(summary);
  }
}
