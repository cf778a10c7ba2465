/** One camera's WebSocket: hello, messages, decisions, end. */
import type { RawData, WebSocket } from 'ws';
import { SaccadeError } from '../events/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import { CameraFeed } from './camera-feed.ts';
import { closeCodeOf, decodingOf, describeError, toBytes } from './camera-messages.ts';
import type { LiveLimits } from './limits.ts';
import {
  CLOSE_CODES,
  decodeCameraMessage,
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

/** What the server wants to know of a camera. */
export interface CameraConnectionHooks {
  readonly engine: InferenceEngine;
  readonly limits: LiveLimits;
  /** Claims the name; `false` if another camera has it. */
  readonly register: (name: string, connection: CameraConnection) => boolean;
  readonly onSegment: (connection: CameraConnection) => void;
  readonly onDecision: (message: DecisionMessage) => void;
  readonly onClose: (connection: CameraConnection) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, fields: object) => void;
}

/** See the file comment. */
export class CameraConnection {
  readonly #socket: WebSocket;
  readonly #hooks: CameraConnectionHooks;
  readonly #sequence = new SequenceCounter();
  readonly #helloTimer: NodeJS.Timeout;
  #idleTimer: NodeJS.Timeout;
  #hello: Hello | undefined;
  #feed: CameraFeed | undefined;
  #messages = 0;
  #ended = false;

  constructor(socket: WebSocket, hooks: CameraConnectionHooks) {
    this.#socket = socket;
    this.#hooks = hooks;
    this.#helloTimer = setTimeout(() => {
      this.#refuse(new ProtocolError('BAD_HELLO', 0, 'No hello came in time.'), CLOSE_CODES.badHello);
    }, hooks.limits.helloDeadlineMs);
    this.#idleTimer = this.#startIdleTimer();
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary);
    });
    socket.on('error', (error) => {
      hooks.log('warn', 'camera socket error', { camera: this.name, error: error.message });
    });
    socket.on('close', () => {
      clearTimeout(this.#helloTimer);
      clearTimeout(this.#idleTimer);
      void this.#feed?.end();
      hooks.onClose(this);
    });
  }

  get name(): string {
    return this.#hello?.camera ?? '';
  }

  get paused(): boolean {
    return this.#socket.isPaused;
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

  #startIdleTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#socket.close(CLOSE_CODES.idle, 'idle');
    }, this.#hooks.limits.idleTimeoutMs);
  }

  #send(message: CameraReply): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #refuse(error: unknown, closeCode: number): void {
    const { code, message } = describeError(error);
    this.#hooks.log(error instanceof SaccadeError ? 'warn' : 'error', 'camera refused', {
      camera: this.name,
      error,
    });
    this.#send({ type: 'error', code, message });
    this.#socket.close(closeCode, code);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#ended) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = this.#startIdleTimer();
    const receivedAt = performance.now();
    try {
      const bytes = toBytes(data);
      if (this.#feed === undefined) this.#greet(bytes, isBinary);
      else if (isBinary) this.#take(bytes, receivedAt, this.#feed);
      else
        throw new ProtocolError('TEXT_NOT_ALLOWED', 0, 'After the hello only binary messages are allowed.');
    } catch (error) {
      this.#refuse(error, closeCodeOf(error));
    }
  }

  #greet(bytes: Uint8Array, isBinary: boolean): void {
    if (isBinary) throw new ProtocolError('BAD_HELLO', 0, 'The first message must be the hello, as text.');
    const hello = parseHello(new TextDecoder().decode(bytes));
    const { engine, limits, log } = this.#hooks;
    const { input } = engine.model;
    if (hello.payload === 'events' && hello.sensor === null) {
      throw new ProtocolError(
        'BAD_HELLO',
        0,
        'A camera that sends event batches must state its sensor size.',
      );
    }
    const sensor = hello.sensor ?? input.sensor;
    if (
      sensor.width < engine.model.network.input.width ||
      sensor.height < engine.model.network.input.height
    ) {
      throw new ProtocolError(
        'BAD_HELLO',
        0,
        `The sensor (${sensor.width}x${sensor.height}) is smaller than the model's input.`,
      );
    }
    clearTimeout(this.#helloTimer);
    this.#hello = hello;
    if (!this.#hooks.register(hello.camera, this)) {
      this.#hello = undefined;
      this.#refuse(
        new ProtocolError('BAD_HELLO', 0, `A camera "${hello.camera}" is connected already.`),
        CLOSE_CODES.cameraTaken,
      );
      return;
    }
    this.#feed = new CameraFeed({
      name: hello.camera,
      engine,
      sensor,
      payload: hello.payload,
      decoding: decodingOf(hello, sensor),
      policy: hello.policy,
      maxQueuedSteps: limits.maxQueuedSteps,
      flushAfterMs: limits.flushAfterMs,
      onDecision: (message) => {
        this.#send(message);
        this.#hooks.onDecision(message);
      },
      onError: (error) => {
        this.#refuse(error, closeCodeOf(error));
      },
      onPause: () => {
        this.#socket.pause();
      },
      onResume: () => {
        this.#socket.resume();
      },
    });
    log('info', 'camera connected', { ...hello });
    this.#send({ type: 'welcome', session: hello.camera, maxMessageBytes: limits.maxMessageBytes });
    this.#hooks.onSegment(this);
  }

  #take(bytes: Uint8Array, receivedAt: number, feed: CameraFeed): void {
    const message = decodeCameraMessage(bytes, this.#hello!.sensor);
    this.#messages++;
    this.#sequence.push(message.seq);
    this.#requirePayload(message);
    switch (message.kind) {
      case 'events':
        feed.pushEvents(message.batch, receivedAt);
        break;
      case 'raw':
        feed.pushBytes(message.bytes, receivedAt);
        break;
      case 'segment':
        feed.startSegment(message.segment);
        this.#hooks.onSegment(this);
        break;
      case 'end':
        this.#ended = true;
        void feed.end().then(() => {
          this.#sayEnd(feed);
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

  #sayEnd({ events, decisions, dropped }: CameraFeed): void {
    this.#send({ type: 'end', events, decisions, dropped, sequenceGaps: this.#sequence.gaps });
  }
}
