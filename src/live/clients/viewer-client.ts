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
import { Backoff, type BackoffOptions } from './backoff.ts';
import { errorOfClose, errorOfSocket, lostConnection } from './connection-error.ts';
import type { ConnectionState } from './connection-state.ts';
import type { ClientSocket, SocketFactory } from './socket.ts';

/** See {@link ViewerClient}. */
export interface ViewerClientOptions extends BackoffOptions {
  /** `ws://host:port/view`. */
  readonly url: string;
  readonly createSocket: SocketFactory;
}

/**
 * Follows a live server. Comes back with full-jitter backoff until it is closed, or the server closes it in a way that says
 * that it would do so again: see the close codes in PROTOCOL.md.
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
  readonly #state = new BehaviorSubject<ConnectionState>({
    status: 'connecting',
    retryMs: null,
    error: null,
  });
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
  readonly #backoff: Backoff;
  #closed = false;

  constructor(options: ViewerClientOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options);
  }

  /** The state, now and whenever it changes. */
  get connection$(): Observable<ConnectionState> {
    return this.#state;
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
    if (this.#state.value.status === 'open') this.#socket?.send(this.#watch);
  }

  /** Connects, and keeps connecting. */
  connect(): void {
    const { url, createSocket } = this.#options;
    this.#tell({ status: 'connecting', retryMs: null });
    const socket = createSocket(url, [SUBPROTOCOL]);
    /** What is known of its end before it is closed. */
    let failure: Error | undefined;
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (this.#watch !== undefined) socket.send(this.#watch);
      this.#tell({ status: 'open', error: null });
    });
    socket.addEventListener('message', ({ data }) => {
      try {
        this.#receive(data);
        this.#backoff.progress();
      } catch {
        failure ??= lostConnection(url, 'whoever answers does not speak the protocol');
        socket.close(1000);
      }
    });
    // An error is always followed by a close.
    socket.addEventListener('error', (event) => {
      failure ??= errorOfSocket(url, event);
    });
    socket.addEventListener('close', (event) => {
      if (!this.#closed) this.#lose(failure ?? errorOfClose(url, event));
    });
  }

  /** Disconnects for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#tell({ status: 'closed', retryMs: null });
  }

  #lose(error: Error): void {
    const retryMs = this.#backoff.waitMs(error);
    if (retryMs === null) {
      this.#closed = true;
      this.#tell({ status: 'closed', retryMs, error });
      return;
    }
    this.#tell({ status: 'waiting', retryMs, error });
    this.#timer = setTimeout(() => {
      this.connect();
    }, retryMs);
  }

  #tell(change: Partial<ConnectionState>): void {
    this.#state.next({ ...this.#state.value, ...change });
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
