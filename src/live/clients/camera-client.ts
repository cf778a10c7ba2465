/** The camera's side of the protocol. */
import { Subject, type Observable } from 'rxjs';
import { sliceBatch, type EventBatch, type OwnedBytes } from '../../events/index.ts';
import { CameraLink } from './camera-link.ts';
import {
  encodeClock,
  encodeEnd,
  encodeEvents,
  encodeRaw,
  encodeSegment,
  EVENT_BYTES,
  HEADER_BYTES,
  messageEnd,
  ProtocolError,
  type DecisionMessage,
  type DropsMessage,
  type EndMessage,
  type Hello,
  type SegmentInfo,
} from '../protocol/index.ts';
import type { SocketFactory } from './socket.ts';

/** See {@link CameraClient}. */
export interface CameraClientOptions {
  /** `ws://host:port/ingest`. */
  readonly url: string;
  readonly hello: Omit<Hello, 'type'>;
  readonly createSocket: SocketFactory;
  /** Sending waits while more than this is buffered. Default 1 MiB. */
  readonly highWaterBytes?: number;
  /** The server must have said welcome within this. Default 10 s. */
  readonly connectTimeoutMs?: number;
}

/** A question for the server's clock and its answer, milliseconds, each of the clock of whoever says it. */
export interface ClockExchange {
  /** This side, `performance.now()`: not after the question left. */
  readonly askedAtMs: number;
  /** The server. */
  readonly receivedAtMs: number;
  readonly sentAtMs: number;
  /** This side. */
  readonly answeredAtMs: number;
}

/**
 * Streams events or raw bytes to a live server and receives decisions.
 *
 * @example
 * ```ts
 * import { batchFromTuples, createEngine, randomModel } from 'saccade';
 * import { CameraClient, createLiveServer, openNodeSocket } from 'saccade/live';
 * const sensor = { width: 8, height: 8 };
 * const server = await createLiveServer({ engine: await createEngine(randomModel(sensor)), port: 0 });
 * const camera = new CameraClient({
 *   url: `${server.url.replace('http', 'ws')}ingest`,
 *   hello: { camera: 'example', sensor, payload: 'events', policy: 'pause' },
 *   createSocket: openNodeSocket,
 * });
 * await camera.connect();
 * await camera.sendEvents(batchFromTuples([[0, 1, 1, 1], [4500, 2, 2, 0]], sensor));
 * console.log((await camera.end()).events); // 2
 * await server.close();
 * ```
 */
export class CameraClient {
  /** What was sent is in the message: a batch may be given back when `sendEvents` has resolved. */
  readonly copiesBatches = true;
  readonly #options: CameraClientOptions;
  #decisions = new Subject<DecisionMessage>();
  readonly #drops = new Subject<DropsMessage>();
  #link: CameraLink | undefined;
  #session: string | undefined;
  #maxMessageBytes = Infinity;
  #seq = 0;
  /** Time segment of the last batch in this recording. */
  #timeSegment: number | undefined;
  #sending: Promise<void> = Promise.resolve();
  readonly #clock = new Subject<ClockExchange>();
  /** When which question was asked. */
  readonly #askedAt = new Map<number, number>();

  constructor(options: CameraClientOptions) {
    this.#options = options;
    this.#session = options.hello.session;
  }

  /**
   * Decisions of each time step on the connection in hand. Completes at the end; errors where the server refuses what
   * was sent, or is lost. After another `connect` it is another stream.
   */
  get decisions$(): Observable<DecisionMessage> {
    return this.#decisions;
  }

  /** Answers to `askClock`. Never ends. */
  get clock$(): Observable<ClockExchange> {
    return this.#clock;
  }

  /**
   * What the server left out so far on the connection in hand, and how old data is when it is read: told while it
   * happens, at most once a second. Never ends.
   */
  get drops$(): Observable<DropsMessage> {
    return this.#drops;
  }

  /**
   * Connects and says hello. May be called again after the connection was lost: the server then lets this camera in at
   * once, though the old connection may still look alive to it. Events of the window that was open are classified as
   * they are; a new window begins.
   *
   * @throws ProtocolError if the server refuses or cannot be reached.
   */
  async connect(): Promise<void> {
    const { url, hello, createSocket, connectTimeoutMs = 10_000 } = this.#options;
    this.#link?.close();
    if (this.#link?.told === true) this.#decisions = new Subject();
    const session = this.#session === undefined ? {} : { session: this.#session };
    const link = new CameraLink(
      { url, hello: { type: 'hello', ...hello, ...session }, createSocket, connectTimeoutMs },
      this.#decisions,
      this.#drops,
    );
    this.#link = link;
    link.onClock = ({ seq, receivedAtMs, sentAtMs }, answeredAtMs) => {
      const askedAtMs = this.#askedAt.get(seq);
      this.#askedAt.delete(seq);
      if (askedAtMs !== undefined) this.#clock.next({ askedAtMs, receivedAtMs, sentAtMs, answeredAtMs });
    };
    this.#askedAt.clear();
    this.#seq = 0;
    this.#timeSegment = undefined;
    this.#sending = Promise.resolve();
    const welcome = await link.welcome;
    this.#session = welcome.session;
    this.#maxMessageBytes = welcome.maxMessageBytes;
  }

  /** Begins a recording: time and network state start anew. @throws ProtocolError when the connection is gone. */
  startSegment(segment: SegmentInfo): Promise<void> {
    this.#timeSegment = undefined;
    return this.#send(() => [encodeSegment(this.#seq++, segment)]);
  }

  /**
   * Sends events, in as many messages as it takes. Where `batch.segment` is another than that of the batch before, the
   * server is told that the camera's clock began again.
   *
   * @throws ProtocolError for events that the protocol cannot hold, of which none is sent then, or when the connection
   * is gone.
   */
  sendEvents(batch: EventBatch): Promise<void> {
    return this.#send(() => {
      const maxEvents = Math.max(1, Math.floor((this.#maxMessageBytes - HEADER_BYTES) / EVENT_BYTES));
      const messages: OwnedBytes[] = [];
      let reset = this.#timeSegment !== undefined && this.#timeSegment !== batch.segment;
      let from = 0;
      do {
        const to = batch.length === 0 ? 0 : messageEnd(batch, from, maxEvents);
        messages.push(encodeEvents(this.#seq + messages.length, sliceBatch(batch, from, to), reset));
        reset = false;
        from = to;
      } while (from < batch.length);
      this.#seq += messages.length;
      this.#timeSegment = batch.segment;
      return messages;
    });
  }

  /** Sends raw bytes of a recording, in chunks of any size. @throws ProtocolError when the connection is gone. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#send(() => {
      const most = Math.max(1, this.#maxMessageBytes - HEADER_BYTES);
      const messages: OwnedBytes[] = [];
      for (let at = 0; at < bytes.length; at += most)
        messages.push(encodeRaw(this.#seq++, bytes.subarray(at, at + most)));
      return messages;
    });
  }

  /**
   * Asks for the server's clock; the answer comes in `clock$`. A camera that does not read gets none.
   *
   * @throws ProtocolError when the connection is gone.
   */
  askClock(): Promise<void> {
    return this.#send(() => {
      this.#askedAt.set(this.#seq >>> 0, performance.now());
      return [encodeClock(this.#seq++)];
    });
  }

  /**
   * Ends the stream, waits until everything was classified, and closes.
   *
   * @throws ProtocolError where the server refuses what was sent, or is lost.
   */
  async end(): Promise<EndMessage> {
    await this.#send(() => [encodeEnd(this.#seq++)]);
    return this.#link!.end;
  }

  /** Closes at once, whatever is still to be classified. */
  close(): void {
    this.#link?.close();
  }

  /** Messages are made now and leave in the order of calls. */
  async #send(encode: () => OwnedBytes[]): Promise<void> {
    const link = this.#link;
    if (link === undefined) throw new ProtocolError('NOT_CONNECTED', null, 'Call connect() first.');
    const messages = encode();
    const { highWaterBytes = 2 ** 20 } = this.#options;
    const sent = this.#sending.then(async () => {
      for (const message of messages) await link.send(message, highWaterBytes);
    });
    this.#sending = sent.catch(() => undefined);
    await sent;
  }
}
