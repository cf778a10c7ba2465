/** A camera client that comes back. */
import { BehaviorSubject, Subject, type Observable, type Subscription } from 'rxjs';
import type { EventBatch } from '../../events/index.ts';
import { ProtocolError, type DecisionMessage, type EndMessage, type SegmentInfo } from '../protocol/index.ts';
import { Backoff } from './backoff.ts';
import { CameraClient } from './camera-client.ts';
import type { CameraConnectionState, ReconnectingCameraOptions } from './reconnecting-options.ts';
import { ResendBuffer, type SentItem } from './resend-buffer.ts';

/** A connection that stood so long was progress. */
const STEADY_MS = 30_000;

/**
 * A {@link CameraClient} that connects again when its connection is lost, with full-jitter backoff, and goes on where it
 * was: recordings whose decisions have not all come are sent again from their beginning, and decisions that were told are
 * not told again. What `decisions$` gives is that of an unbroken connection, bit for bit, whatever the model's windows are;
 * the server makes some decisions twice. A recording too large to be kept goes on as a new one, and
 * `connection$` says how many events were lost.
 *
 * It does not try again where the server would refuse it again: see PROTOCOL.md. The first `connect` is tried once.
 *
 * @example
 * ```ts
 * import { batchFromTuples, createEngine, randomModel } from 'saccade';
 * import { createLiveServer, openNodeSocket, ReconnectingCamera } from 'saccade/live';
 * const sensor = { width: 8, height: 8 };
 * const server = await createLiveServer({ engine: await createEngine(randomModel(sensor)), port: 0 });
 * const camera = new ReconnectingCamera({
 *   url: `${server.url.replace('http', 'ws')}ingest`,
 *   hello: { camera: 'example', sensor, payload: 'events', policy: 'pause' },
 *   createSocket: openNodeSocket,
 * });
 * camera.connection$.subscribe(({ status }) => console.log(status));
 * await camera.connect();
 * await camera.sendEvents(batchFromTuples([[0, 1, 1, 1], [4500, 2, 2, 0]], sensor));
 * console.log((await camera.end()).events); // 2
 * await server.close();
 * ```
 */
export class ReconnectingCamera {
  /** What was sent is kept: a batch may be given back when `sendEvents` has resolved. */
  readonly copiesBatches = true;
  readonly #options: ReconnectingCameraOptions;
  readonly #client: CameraClient;
  readonly #decisions = new Subject<DecisionMessage>();
  readonly #state = new BehaviorSubject<CameraConnectionState>({
    status: 'connecting',
    losses: 0,
    retryMs: null,
    error: null,
    lostEvents: 0,
  });
  readonly #sent: ResendBuffer;
  #subscription: Subscription | undefined;
  /** What the connection in hand was lost with. */
  #lost: Error | null = null;
  #lostAt: number | null = null;
  #openedAt = 0;
  readonly #backoff: Backoff;
  #events = 0;
  #told = 0;
  #ending = false;
  #over = false;
  #tasks: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(options: ReconnectingCameraOptions) {
    this.#options = options;
    this.#client = new CameraClient(options);
    this.#backoff = new Backoff(options);
    this.#sent = new ResendBuffer(options.resendBytes ?? 64 * 2 ** 20);
  }

  /** Decisions of each time step, each once. Completes at the end; errors where it gives up or is refused. */
  get decisions$(): Observable<DecisionMessage> {
    return this.#decisions;
  }

  /** The state, now and whenever it changes. */
  get connection$(): Observable<CameraConnectionState> {
    return this.#state;
  }

  /** Connects and says hello. @throws ProtocolError if the server refuses or cannot be reached. */
  connect(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#open();
      } catch (error) {
        this.#tell({ status: 'closed', error: error as Error });
        throw error;
      }
    });
  }

  /** Begins a recording. @throws ProtocolError where it has given up. */
  startSegment(segment: SegmentInfo): Promise<void> {
    return this.#inTurn(async () => {
      const numbered = this.#sent.startSegment(segment);
      await this.#send(() => this.#client.startSegment(numbered));
    });
  }

  /** Sends events; while there is no connection, waits. @throws ProtocolError as {@link CameraClient}'s. */
  sendEvents(batch: EventBatch): Promise<void> {
    return this.#sendItem({ kind: 'events', batch });
  }

  /** Sends raw bytes; while there is no connection, waits. @throws ProtocolError where it has given up. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return this.#sendItem({ kind: 'bytes', bytes });
  }

  /**
   * Ends the stream and waits until everything was classified. Where a connection was lost, the counts of events (where
   * events were sent) and decisions are this side's; the others are the last connection's.
   *
   * @throws ProtocolError where the server refuses what was sent, or it has given up.
   */
  async end(): Promise<EndMessage> {
    const end = await this.#inTurn(async () => {
      this.#ending = true;
      for (;;) {
        if (this.#lost !== null) await this.#reconnect(this.#lost);
        try {
          return await this.#client.end();
        } catch (error) {
          await this.#reconnect(error as Error);
        }
      }
    });
    this.#over = true;
    this.#decisions.complete();
    this.#tell({ status: 'closed', error: null });
    if (this.#state.value.losses === 0) return end;
    const events = this.#options.hello.payload === 'events' ? this.#events : end.events;
    return { ...end, events, decisions: this.#told };
  }

  /** Closes at once, whatever is still to be classified. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#subscription?.unsubscribe();
    this.#client.close();
    this.#wake?.();
    this.#decisions.complete();
    this.#tell({ status: 'closed' });
  }

  #sendItem(item: SentItem): Promise<void> {
    const send = (): Promise<void> =>
      item.kind === 'events' ? this.#client.sendEvents(item.batch) : this.#client.sendBytes(item.bytes);
    return this.#inTurn(async () => {
      for (;;) {
        const kept = this.#sent.add(item);
        const sent = await this.#send(send);
        if (sent && !kept) this.#sent.noteUnkept(item);
        if (sent || kept) break;
      }
      if (item.kind === 'events') this.#events += item.batch.length;
    });
  }

  /**
   * Sends. `false`: the connection was lost, and what was kept was sent on the next one.
   *
   * @throws ProtocolError for what cannot be sent at all, and where it gives up.
   */
  async #send(send: () => Promise<void>): Promise<boolean> {
    let error = this.#lost;
    try {
      if (error === null) {
        await send();
        return true;
      }
    } catch (failure) {
      error = failure as Error;
      if (error instanceof ProtocolError && error.code === 'UNENCODABLE_BATCH') {
        this.#sent.takeBack();
        throw error;
      }
    }
    await this.#reconnect(error);
    return false;
  }

  /** One after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tasks.then(() => {
      if (this.#over) throw new ProtocolError('NOT_CONNECTED', null, 'The camera was closed.');
      return work();
    });
    this.#tasks = result.catch(() => undefined);
    return result;
  }

  async #open(): Promise<void> {
    this.#subscription?.unsubscribe();
    this.#tell({ status: 'connecting', retryMs: null });
    await this.#client.connect();
    this.#lost = null;
    this.#openedAt = performance.now();
    this.#subscription = this.#client.decisions$.subscribe({
      next: (message) => {
        this.#take(message);
      },
      error: (error: unknown) => {
        this.#lose(error as Error);
      },
    });
    this.#tell({ status: 'open', error: null });
  }

  #take(message: DecisionMessage): void {
    // Its window is sent again.
    if (message.cut === true) return;
    const decision = this.#sent.take(message);
    if (decision === null) return;
    this.#lostAt = null;
    this.#backoff.progress();
    if (decision.final) this.#told++;
    this.#decisions.next(decision);
  }

  /** The connection is gone. Whoever sends next brings it back; if nobody does, this does. */
  #lose(error: Error): void {
    this.#lost = error;
    if (this.#over || this.#ending) return;
    this.#inTurn(async () => {
      if (this.#lost !== null) await this.#reconnect(this.#lost);
    }).catch(() => undefined);
  }

  /** @throws the cause where it makes no sense to go on. */
  async #reconnect(cause: Error): Promise<void> {
    const { giveUpAfterMs = 300_000 } = this.#options;
    const now = performance.now();
    if (this.#lostAt === null || now - this.#openedAt > STEADY_MS) {
      this.#lostAt = now;
      this.#backoff.progress();
    }
    this.#tell({ losses: this.#state.value.losses + 1 });
    for (let error = cause; ;) {
      const retryMs = this.#backoff.waitMs(error);
      if (retryMs === null || performance.now() - this.#lostAt >= giveUpAfterMs) this.#giveUp(error);
      this.#tell({ status: 'waiting', retryMs, error });
      await this.#sleep(retryMs);
      if (this.#over) throw new ProtocolError('NOT_CONNECTED', null, 'The camera was closed.');
      try {
        await this.#open();
        await this.#resend();
        return;
      } catch (failure) {
        error = failure as Error;
      }
    }
  }

  async #resend(): Promise<void> {
    const { segments, lostEvents } = this.#sent.resend();
    if (lostEvents > 0) this.#tell({ lostEvents: this.#state.value.lostEvents + lostEvents });
    for (const { info, items } of segments) {
      if (info !== null) await this.#client.startSegment(info);
      for (const item of items) {
        if (item.kind === 'events') await this.#client.sendEvents(item.batch);
        else await this.#client.sendBytes(item.bytes);
      }
    }
  }

  #giveUp(error: Error): never {
    this.#over = true;
    this.#subscription?.unsubscribe();
    this.#client.close();
    this.#decisions.error(error);
    this.#tell({ status: 'closed', error });
    throw error;
  }

  #tell(change: Partial<CameraConnectionState>): void {
    this.#state.next({ ...this.#state.value, ...change });
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
