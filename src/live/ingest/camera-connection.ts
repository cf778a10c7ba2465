/** One camera's WebSocket: hello, messages, decisions, end. */
import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { SaccadeError } from '../../events/index.ts';
import type { TransportCounts } from '../camera/camera-feed.ts';
import type { Feed } from '../camera/feed-host.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import type { CameraHooks } from './camera-hooks.ts';
import { DataAge } from './data-age.ts';
import { DropReport } from './drop-report.ts';
import {
  cameraNotAllowed,
  cameraTaken,
  closeCodeOf,
  describeError,
  dropsOf,
  endOf,
  feedOptionsOf,
  requireFit,
  requirePayload,
  textNotAllowed,
  toBytes,
} from './camera-messages.ts';
import { ConnectionDeadlines } from './connection-deadlines.ts';
import { DecisionOutbox } from './decision-outbox.ts';
import { isQuiet, showsLife } from './heartbeat.ts';
import {
  CameraMessageDecoder,
  CLOSE_CODES,
  parseHello,
  ProtocolError,
  type CameraMessage,
  type CameraReply,
  type DisplayFrame,
  type EndMessage,
  type Hello,
  type StatsMessage,
} from '../protocol/index.ts';
import { InputSlice } from './input-slice.ts';
import { ReadingPauses } from './reading-pauses.ts';
import { withinTime } from './within-time.ts';
import { TransportAccount } from './transport-account.ts';

/** A message as it came. */
interface Received {
  readonly data: RawData;
  readonly isBinary: boolean;
  readonly receivedAt: number;
}

/** Nothing that a peer sends, and nothing that happens to its events, throws out of it. */
export class CameraConnection implements LiveCamera {
  readonly session: string = randomUUID();
  readonly #socket: WebSocket;
  readonly #hooks: CameraHooks;
  readonly #transport = new TransportAccount();
  readonly #pauses: ReadingPauses;
  readonly #deadlines: ConnectionDeadlines;
  #hello: Hello | undefined;
  #decoder: CameraMessageDecoder | undefined;
  #feed: Feed | undefined;
  #outbox: DecisionOutbox | undefined;
  #age: DataAge | undefined;
  readonly #timers: { stop(): void }[];
  /** Messages that came while the name was being claimed. */
  #early: Received[] | undefined;
  /** After an end or a fault no more is taken. */
  #deaf = false;
  #failed = false;

  constructor(socket: WebSocket, hooks: CameraHooks) {
    this.#socket = socket;
    this.#hooks = hooks;
    this.#pauses = new ReadingPauses(socket);
    this.#deadlines = new ConnectionDeadlines({
      helloMs: hooks.limits.helloDeadlineMs,
      onNoHello: () => {
        this.#refuse(new ProtocolError('BAD_HELLO', null, 'No hello came in time.'));
      },
      idleMs: hooks.limits.idleTimeoutMs,
      onIdle: () => socket.close(CLOSE_CODES.idle, 'idle'),
    });
    this.#timers = [this.#deadlines];
    const slice = new InputSlice((paused) => this.#pauses.set('others', paused));
    socket.on('message', (data, isBinary) => {
      const receivedAt = performance.now();
      this.#receive({ data, isBinary, receivedAt });
      slice.spent(performance.now() - receivedAt);
    });
    socket.on('error', (error) => {
      const { code, message } = error as NodeJS.ErrnoException;
      hooks.log('warn', 'camera socket error', { camera: this.name, code, problem: message });
    });
    socket.on('close', (code) => {
      const { events = 0, decisions = 0 } = this.#feed ?? {};
      hooks.log('info', 'camera disconnected', { camera: this.name, code, events, decisions });
      for (const timer of this.#timers) timer.stop();
      this.#deaf = true;
      void this.#drain();
      hooks.onClose(this);
    });
  }

  get name(): string {
    return this.#hello?.camera ?? '';
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  describe(connected: boolean): CameraMessage {
    return this.#feed?.describe(connected) ?? { type: 'camera', camera: this.name, connected, segment: null };
  }

  takeDisplay(): DisplayFrame | null {
    return this.#feed?.takeDisplay() ?? null;
  }

  stats(): StatsMessage | null {
    return this.#feed?.stats(this.#transportCounts) ?? null;
  }

  takeStats(): StatsMessage | null {
    return this.#feed?.takeStats(this.#transportCounts) ?? null;
  }

  showsLife(withinMs: number): Promise<boolean> {
    return showsLife(this.#socket, withinMs);
  }

  async finish(withinMs: number): Promise<void> {
    const feed = this.#feed;
    const asked = this.#deaf;
    this.#deaf = true;
    if (feed === undefined) return;
    this.#pauses.set('shutdown', true);
    // The rest is for the step that is in work then.
    const decided = feed.end(0.8 * withinMs).catch((error: unknown) => {
      this.#fail(error);
    });
    await withinTime(decided, withinMs);
    if (!asked && !this.#failed) this.#sayEnd(feed, 'shutdown');
  }

  terminate(): void {
    this.#socket.terminate();
  }

  get #transportCounts(): TransportCounts {
    return { ...this.#transport.counts(this.#outbox?.unread ?? 0), ageMs: this.#age?.ageMs ?? null };
  }

  #send(message: CameraReply): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** Tells the camera what is wrong, and closes. */
  #refuse(error: unknown): void {
    this.#deaf = true;
    const { code, message } = describeError(error);
    const level = error instanceof SaccadeError ? 'warn' : 'error';
    this.#hooks.log(level, 'camera refused', { camera: this.name, code, error });
    this.#send({ type: 'error', code, message });
    this.#pauses.end();
    this.#socket.close(closeCodeOf(error), code);
  }

  /** A fault in what was sent: what came before it is good, so it is classified before the fault is told. */
  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#deaf = true;
    void withinTime(this.#drain(), this.#hooks.limits.closeTimeoutMs).then(() => {
      this.#refuse(error);
    });
  }

  async #drain(): Promise<void> {
    try {
      await this.#feed?.end();
    } catch (error) {
      this.#fail(error);
    }
  }

  #receive(received: Received): void {
    if (this.#deaf) return;
    this.#deadlines.heard();
    if (this.#early !== undefined) {
      this.#early.push(received);
      return;
    }
    const { data, isBinary, receivedAt } = received;
    try {
      const bytes = toBytes(data);
      if (this.#feed === undefined) this.#greet(bytes, isBinary);
      else if (isBinary) this.#take(bytes, receivedAt, this.#feed);
      else throw textNotAllowed();
    } catch (error) {
      this.#fail(error);
    }
  }

  #greet(bytes: Uint8Array, isBinary: boolean): void {
    if (isBinary) throw new ProtocolError('BAD_HELLO', null, 'The first message must be the hello, as text.');
    const hello = parseHello(new TextDecoder().decode(bytes));
    if (!this.#hooks.allows(hello.camera)) throw cameraNotAllowed(hello.camera);
    requireFit(hello, this.#hooks.feeds.model);
    this.#deadlines.greeted();
    this.#hello = hello;
    this.#early = [];
    this.#pauses.set('claim', true);
    this.#hooks.claim(this, hello.session).then(
      (claimed) => {
        this.#pauses.set('claim', false);
        if (claimed) this.#welcome(hello);
        // One that left meanwhile gets no name either, and that is nothing to say of another camera.
        else if (this.isOpen) this.#refuse(cameraTaken(hello.camera));
      },
      (error: unknown) => {
        this.#refuse(error);
      },
    );
  }

  #welcome(hello: Hello): void {
    const { feeds, limits, log, onSegment } = this.#hooks;
    const { camera, sensor, payload, policy } = hello;
    const outbox = new DecisionOutbox(this.#socket, {
      policy,
      highWaterBytes: limits.cameraHighWaterBytes,
      onFull: (full) => this.#pauses.set('replies', full),
    });
    this.#outbox = outbox;
    this.#decoder = new CameraMessageDecoder(hello.sensor);
    this.#feed = feeds.open({
      ...feedOptionsOf(hello, limits),
      isSilent: () => isQuiet(this.#socket, () => this.#transport.messages),
      ownsBatches: true,
      onDecision: (message, model) => {
        // Who is let in elsewhere sends the window again.
        outbox.send(this.#deaf && message.flushed ? { ...message, cut: true } : message);
        this.#hooks.onDecision(message, model);
      },
      onError: (error) => this.#fail(error),
      onPause: () => this.#pauses.set('queue', true),
      onResume: () => this.#pauses.set('queue', false),
    });
    log('info', 'camera connected', { camera, sensor, payload, policy });
    this.#send({ type: 'welcome', session: this.session, maxMessageBytes: limits.maxMessageBytes });
    this.#age = new DataAge(this.#socket);
    this.#timers.push(this.#age, this.#reportDrops(this.#feed));
    onSegment(this);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const received of early) this.#receive(received);
  }

  #take(bytes: Uint8Array, receivedAt: number, feed: Feed): void {
    const message = this.#decoder!.push(bytes);
    this.#transport.take(message.seq, bytes.length);
    requirePayload(this.#hello!, message);
    this.#age!.heard(receivedAt);
    const sentAt = receivedAt - this.#age!.atMost(receivedAt);
    switch (message.kind) {
      case 'events':
        for (const batch of message.batches) feed.pushEvents(batch, receivedAt, sentAt);
        break;
      case 'raw':
        feed.pushBytes(message.bytes, receivedAt, sentAt);
        break;
      case 'segment':
        feed.startSegment(message.segment);
        this.#hooks.onSegment(this);
        break;
      case 'clock':
        this.#outbox!.sayClock(message.seq, receivedAt);
        break;
      case 'end':
        this.#deaf = true;
        void this.#drain().then(() => {
          if (!this.#failed) this.#sayEnd(feed, 'asked');
        });
    }
  }

  #reportDrops(feed: Feed): DropReport {
    return new DropReport({
      look: () => dropsOf(feed, this.#transportCounts),
      send: (message) => {
        if (this.#socket.bufferedAmount <= this.#hooks.limits.cameraHighWaterBytes) this.#send(message);
      },
    });
  }

  #sayEnd(feed: Feed, reason: EndMessage['reason']): void {
    this.#send(endOf(feed, reason, this.#transportCounts));
  }
}
