/** One camera's WebSocket: hello, messages, decisions, end. */
import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { SaccadeError } from '../events/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import { fitSensor, frameOptionsOf, sortReading } from '../pipeline/index.ts';
import { CameraFeed } from './camera-feed.ts';
import { closeCodeOf, decodingOf, describeError, toBytes } from './camera-messages.ts';
import { showsLife } from './heartbeat.ts';
import type { LiveLimits } from './limits.ts';
import {
  CameraMessageDecoder,
  CLOSE_CODES,
  parseHello,
  ProtocolError,
  SequenceCounter,
  type CameraMessage,
  type CameraMessageBody,
  type CameraReply,
  type DecisionMessage,
  type DisplayFrame,
  type Hello,
  type StatsMessage,
} from './protocol/index.ts';
import type { WorkTurns } from './turns.ts';

/** What the server wants to know of a camera. */
export interface CameraConnectionHooks {
  readonly engine: InferenceEngine;
  /** Which all cameras of a server share. */
  readonly turns: WorkTurns;
  readonly limits: LiveLimits;
  /** Claims the name; `false` if another camera has it. */
  readonly claim: (hello: Hello, connection: CameraConnection) => Promise<boolean>;
  readonly onSegment: (connection: CameraConnection) => void;
  readonly onDecision: (message: DecisionMessage) => void;
  readonly onClose: (connection: CameraConnection) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, fields: object) => void;
}

/** A message as it came. */
interface Received {
  readonly data: RawData;
  readonly isBinary: boolean;
  readonly receivedAt: number;
}

/** See the file comment. Nothing that a peer sends, and nothing that happens to its events, throws out of it. */
export class CameraConnection {
  /** Secret of this connection, which the camera is told. */
  readonly session: string = randomUUID();
  readonly #socket: WebSocket;
  readonly #hooks: CameraConnectionHooks;
  readonly #sequence = new SequenceCounter();
  readonly #helloTimer: NodeJS.Timeout;
  #idleTimer: NodeJS.Timeout;
  #hello: Hello | undefined;
  #decoder: CameraMessageDecoder | undefined;
  #feed: CameraFeed | undefined;
  /** Messages that came while the name was being claimed. */
  #early: Received[] | undefined;
  #messages = 0;
  /** After an end or a fault no more is taken. */
  #deaf = false;
  #failed = false;

  constructor(socket: WebSocket, hooks: CameraConnectionHooks) {
    this.#socket = socket;
    this.#hooks = hooks;
    this.#helloTimer = setTimeout(() => {
      this.#refuse(new ProtocolError('BAD_HELLO', null, 'No hello came in time.'));
    }, hooks.limits.helloDeadlineMs);
    this.#idleTimer = this.#startIdleTimer();
    socket.on('message', (data, isBinary) => {
      this.#receive({ data, isBinary, receivedAt: performance.now() });
    });
    socket.on('error', (error) => {
      hooks.log('warn', 'camera socket error', { camera: this.name, error: error.message });
    });
    socket.on('close', () => {
      clearTimeout(this.#helloTimer);
      clearTimeout(this.#idleTimer);
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

  /** What dashboards are told of it. */
  describe(connected: boolean): CameraMessage {
    return this.#feed?.describe(connected) ?? { type: 'camera', camera: this.name, connected, segment: null };
  }

  /** Events since the last call, for dashboards. */
  takeDisplay(): DisplayFrame | null {
    return this.#feed?.takeDisplay() ?? null;
  }

  /** The state since the last call, `null` before the hello. */
  takeStats(): StatsMessage | null {
    const transport = { messages: this.#messages, sequenceGaps: this.#sequence.gaps };
    return this.#feed?.takeStats(transport) ?? null;
  }

  /** Whether the camera is still there. */
  showsLife(withinMs: number): Promise<boolean> {
    return showsLife(this.#socket, withinMs);
  }

  /** Ends it without a goodbye; what came is classified. */
  terminate(): void {
    this.#socket.terminate();
  }

  #startIdleTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#socket.close(CLOSE_CODES.idle, 'idle');
    }, this.#hooks.limits.idleTimeoutMs);
  }

  #send(message: CameraReply): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** Tells the camera what is wrong, and closes. */
  #refuse(error: unknown): void {
    this.#deaf = true;
    const { code, message } = describeError(error);
    const level = error instanceof SaccadeError ? 'warn' : 'error';
    this.#hooks.log(level, 'camera refused', { camera: this.name, error });
    this.#send({ type: 'error', code, message });
    // A paused socket would not see the answer to its goodbye.
    this.#socket.resume();
    this.#socket.close(closeCodeOf(error), code);
  }

  /** A fault in what was sent: what came before it is good, so it is classified before the fault is told. */
  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#deaf = true;
    const patience = new Promise((resolve) => setTimeout(resolve, this.#hooks.limits.closeTimeoutMs).unref());
    void Promise.race([this.#drain(), patience]).then(() => {
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
    clearTimeout(this.#idleTimer);
    this.#idleTimer = this.#startIdleTimer();
    if (this.#early !== undefined) {
      this.#early.push(received);
      return;
    }
    const { data, isBinary, receivedAt } = received;
    try {
      const bytes = toBytes(data);
      if (this.#feed === undefined) this.#greet(bytes, isBinary);
      else if (isBinary) this.#take(bytes, receivedAt, this.#feed);
      else
        throw new ProtocolError(
          'TEXT_NOT_ALLOWED',
          null,
          'After the hello only binary messages are allowed.',
        );
    } catch (error) {
      this.#fail(error);
    }
  }

  #greet(bytes: Uint8Array, isBinary: boolean): void {
    if (isBinary) throw new ProtocolError('BAD_HELLO', null, 'The first message must be the hello, as text.');
    const hello = parseHello(new TextDecoder().decode(bytes));
    if (hello.sensor !== null) {
      // What can never fit is said now, not with the first events.
      const { rule, output } = frameOptionsOf(this.#hooks.engine, sortReading(decodingOf(hello)).rule);
      fitSensor(rule, hello.sensor, output);
    }
    clearTimeout(this.#helloTimer);
    this.#hello = hello;
    this.#early = [];
    this.#socket.pause();
    this.#hooks.claim(hello, this).then(
      (claimed) => {
        this.#socket.resume();
        if (claimed) this.#welcome(hello);
        else this.#refuse(new ProtocolError('CAMERA_TAKEN', null, taken(hello.camera)));
      },
      (error: unknown) => {
        this.#refuse(error);
      },
    );
  }

  #welcome(hello: Hello): void {
    const { engine, turns, limits, log, onSegment } = this.#hooks;
    this.#decoder = new CameraMessageDecoder(hello.sensor);
    this.#feed = new CameraFeed({
      name: hello.camera,
      engine,
      turns,
      sensor: hello.sensor,
      payload: hello.payload,
      decoding: decodingOf(hello),
      policy: hello.policy,
      maxQueuedSteps: limits.maxQueuedSteps,
      flushAfterMs: limits.flushAfterMs,
      ownsBatches: true,
      onDecision: (message) => {
        this.#send(message);
        this.#hooks.onDecision(message);
      },
      onError: (error) => {
        this.#fail(error);
      },
      onPause: () => {
        this.#socket.pause();
      },
      onResume: () => {
        this.#socket.resume();
      },
    });
    const { camera, sensor, payload, policy } = hello;
    log('info', 'camera connected', { camera, sensor, payload, policy });
    this.#send({ type: 'welcome', session: this.session, maxMessageBytes: limits.maxMessageBytes });
    onSegment(this);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const received of early) this.#receive(received);
  }

  #take(bytes: Uint8Array, receivedAt: number, feed: CameraFeed): void {
    const message = this.#decoder!.push(bytes);
    this.#messages++;
    this.#sequence.push(message.seq);
    this.#requirePayload(message);
    switch (message.kind) {
      case 'events':
        for (const batch of message.batches) feed.pushEvents(batch, receivedAt);
        break;
      case 'raw':
        feed.pushBytes(message.bytes, receivedAt);
        break;
      case 'segment':
        feed.startSegment(message.segment);
        this.#hooks.onSegment(this);
        break;
      case 'end':
        this.#deaf = true;
        void this.#drain().then(() => {
          if (!this.#failed) this.#sayEnd(feed);
        });
    }
  }

  #requirePayload({ kind }: CameraMessageBody): void {
    const { payload } = this.#hello!;
    if ((kind === 'events' || kind === 'raw') && kind !== payload) {
      throw new ProtocolError(
        'UNKNOWN_KIND',
        3,
        `The hello announced ${payload}, this message holds ${kind}.`,
      );
    }
  }

  #sayEnd({ events, decisions, dropped, notes }: CameraFeed): void {
    this.#send({ type: 'end', events, decisions, dropped, notes, sequenceGaps: this.#sequence.gaps });
  }
}

function taken(name: string): string {
  return `A camera "${name}" is connected already. Give this one another name, or end that one.`;
}
