/** The camera's side of the protocol. */
import { Subject, type Observable } from 'rxjs';
import type { EventBatch } from '../events/index.ts';
import {
  encodeEnd,
  encodeEvents,
  encodeRaw,
  encodeSegment,
  ProtocolError,
  SUBPROTOCOL,
  type CameraReply,
  type DecisionMessage,
  type EndMessage,
  type Hello,
  type SegmentInfo,
} from './protocol/index.ts';
import type { ClientSocket, SocketFactory } from './socket.ts';

/** See {@link CameraClient}. */
export interface CameraClientOptions {
  /** `ws://host:port/ingest`. */
  readonly url: string;
  readonly hello: Omit<Hello, 'type'>;
  readonly createSocket: SocketFactory;
  /** Sending waits while more than this is buffered. Default 1 MiB. */
  readonly highWaterBytes?: number;
}

const POLL_MS = 2;

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
  readonly #options: CameraClientOptions;
  readonly #decisions = new Subject<DecisionMessage>();
  #socket: ClientSocket | undefined;
  #seq = 0;
  #failure: Error | undefined;
  #ended: ((end: EndMessage) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor(options: CameraClientOptions) {
    this.#options = options;
  }

  /** Decisions of each time step. Errors if the server refuses what was sent, completes when it closes. */
  get decisions$(): Observable<DecisionMessage> {
    return this.#decisions;
  }

  /** Connects and says hello. @throws ProtocolError if the server refuses. */
  async connect(): Promise<void> {
    const { url, hello, createSocket } = this.#options;
    const socket = createSocket(url, [SUBPROTOCOL]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      this.#failed = reject;
      socket.addEventListener('open', () => {
        socket.send(JSON.stringify({ type: 'hello', ...hello }));
      });
      socket.addEventListener('error', ({ message }) => {
        this.#fail(
          new ProtocolError('NOT_CONNECTED', 0, `No connection to ${url}: ${message ?? 'refused'}.`),
        );
      });
      socket.addEventListener('message', ({ data }) => {
        this.#receive(JSON.parse(String(data)) as CameraReply, resolve);
      });
      socket.addEventListener('close', ({ code, reason }) => {
        this.#fail(
          new ProtocolError(
            'NOT_CONNECTED',
            0,
            `The server closed the connection (${code ?? 0} ${reason ?? ''}).`,
          ),
        );
        this.#decisions.complete();
      });
    });
  }

  /** Begins a recording: time and network state start anew. */
  startSegment(segment: SegmentInfo): Promise<void> {
    return this.#send(encodeSegment(this.#seq++, segment));
  }

  /** @throws ProtocolError for a batch that the protocol cannot hold, or when the connection is gone. */
  sendEvents(batch: EventBatch): Promise<void> {
    return this.#send(encodeEvents(this.#seq++, batch));
  }

  /** Sends raw bytes of a recording, in chunks of any size. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#send(encodeRaw(this.#seq++, bytes));
  }

  /** Ends the stream, waits until everything was classified, and closes. */
  async end(): Promise<EndMessage> {
    const ended = new Promise<EndMessage>((resolve, reject) => {
      this.#ended = resolve;
      this.#failed = reject;
    });
    await this.#send(encodeEnd(this.#seq++));
    const message = await ended;
    this.#socket?.close(1000);
    return message;
  }

  /** Closes at once. */
  close(): void {
    this.#socket?.close(1000);
  }

  async #send(message: Uint8Array<ArrayBuffer>): Promise<void> {
    const socket = this.#socket;
    const highWater = this.#options.highWaterBytes ?? 2 ** 20;
    while (this.#failure === undefined && socket !== undefined && socket.bufferedAmount > highWater) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (socket === undefined) throw new ProtocolError('NOT_CONNECTED', 0, 'Call connect() first.');
    socket.send(message);
  }

  #receive(message: CameraReply, welcomed: () => void): void {
    if (message.type === 'welcome') welcomed();
    else if (message.type === 'decision') this.#decisions.next(message);
    else if (message.type === 'end') this.#ended?.(message);
    else this.#fail(new ProtocolError(message.code as never, null, message.message));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#failed?.(this.#failure);
  }
}
