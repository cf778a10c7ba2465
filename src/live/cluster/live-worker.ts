/** A worker: runs the model for cameras of gateways. */
import { randomUUID } from 'node:crypto';
import {
  LEASE_TIMES,
  Membership,
  type BusMessage,
  type EventBus,
  type KeyValueStore,
  type LeaseTimes,
} from '../../cluster/index.ts';
import { SaccadeError } from '../../events/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import { Turns } from '../camera/turns.ts';
import type { LiveLogger } from '../live-logger.ts';
import { decodeStepPart, encodeAnswer, type StepAnswer, type StepPart } from './step-messages.ts';
import { closeSubject, memberBucket, stepSubject, WORKER } from './subjects.ts';
import type { WorkerInfo } from './worker-info.ts';
import { WorkerSession } from './worker-session.ts';

/** See {@link LiveWorker.open}. */
export interface LiveWorkerOptions {
  readonly engine: InferenceEngine;
  /** Names the model: gateways use workers of theirs. */
  readonly modelDigest: string;
  readonly bus: EventBus;
  readonly store: KeyValueStore;
  readonly times?: LeaseTimes;
  /** Most cameras. Default 64. */
  readonly maxCameras?: number;
  /** Default 10 s. */
  readonly drainTimeoutMs?: number;
  readonly logger?: LiveLogger;
}

const MAX_CAMERAS = 64;
const DRAIN_TIMEOUT_MS = 10_000;
/** A camera that nobody speaks of for so long is forgotten: its gateway may have died. */
const FORGET_MS = 30_000;
const LOOK_MS = 1000;

/**
 * Decides the windows that gateways send, while it has its lease. Each camera has a session of the engine's; all share this
 * thread's `Turns`.
 */
export class LiveWorker {
  readonly id: string = randomUUID();
  readonly #options: LiveWorkerOptions;
  readonly #sessions = new Map<string, WorkerSession>();
  readonly #turns = new Turns();
  readonly #membership: Membership;
  readonly #stops: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #isLeaving = false;
  #onIdle: (() => void) | undefined;

  /** Joins the others. @throws ClusterError where nobody keeps leases. */
  static async open(options: LiveWorkerOptions): Promise<LiveWorker> {
    const { store, times = LEASE_TIMES } = options;
    const worker = new LiveWorker(options, await store.open(memberBucket(times), times.ttlMs));
    await worker.#membership.joined;
    return worker;
  }

  private constructor(options: LiveWorkerOptions, leases: Awaited<ReturnType<KeyValueStore['open']>>) {
    this.#options = options;
    const { bus, times = LEASE_TIMES, logger } = options;
    this.#stops.push(
      bus.subscribe(stepSubject(this.id), (message) => {
        this.#receive(message);
      }),
      bus.subscribe(closeSubject(this.id), ({ bytes }) => {
        this.#close(new TextDecoder().decode(bytes));
      }),
    );
    this.#membership = new Membership({
      bus,
      leases,
      kind: WORKER,
      id: this.id,
      times,
      info: () => this.#info,
      onChange: (isHeld) => {
        logger?.[isHeld ? 'info' : 'warn']({ worker: this.id }, isHeld ? 'lease taken' : 'lease lost');
        // Others may decide now what these had begun.
        if (!isHeld) this.#closeAll();
      },
    });
    this.#timer = setInterval(() => {
      for (const [key, session] of this.#sessions) if (session.silentMs > FORGET_MS) this.#close(key);
    }, LOOK_MS);
  }

  /** Whether gateways can reach it. */
  get isReady(): boolean {
    return this.#membership.isHeld && this.#options.bus.isConnected && !this.#isLeaving;
  }

  get cameras(): number {
    return this.#sessions.size;
  }

  /** Takes no more cameras, decides the windows that were begun, gives the lease up. */
  async close(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#membership.announce();
    if (this.#sessions.size > 0 && this.#membership.isHeld) {
      const { drainTimeoutMs = DRAIN_TIMEOUT_MS } = this.#options;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, drainTimeoutMs);
        this.#onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    clearInterval(this.#timer);
    for (const stop of this.#stops) stop();
    await this.#membership.leave();
    this.#closeAll();
  }

  get #info(): WorkerInfo {
    const { modelDigest, maxCameras = MAX_CAMERAS } = this.#options;
    return {
      model: modelDigest,
      cameras: this.#sessions.size,
      capacity: maxCameras,
      isLeaving: this.#isLeaving,
    };
  }

  #receive({ bytes, replyTo }: BusMessage): void {
    if (replyTo === null || !this.#membership.isHeld) return;
    let part: StepPart;
    try {
      part = decodeStepPart(bytes);
    } catch (error) {
      this.#options.logger?.warn({ error }, 'message left aside');
      return;
    }
    const session = this.#sessionOf(part, replyTo);
    session?.receive(part, replyTo);
  }

  #sessionOf({ camera, epoch, window, step }: StepPart, replyTo: string): WorkerSession | undefined {
    const key = sessionKey(camera, epoch);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const name = { camera, epoch, window, step };
    const { maxCameras = MAX_CAMERAS, engine } = this.#options;
    if (this.#isLeaving || this.#sessions.size >= maxCameras) {
      this.#answer({ type: 'refused', ...name }, replyTo);
      return undefined;
    }
    if (step > 0) {
      this.#answer({ type: 'restart', ...name }, replyTo);
      return undefined;
    }
    const session = new WorkerSession({
      engine,
      turns: this.#turns,
      isHeld: () => this.#membership.isHeld,
      onAnswer: (answer, to) => {
        this.#answer(answer, to);
      },
      onFault: (error) => {
        this.#options.logger?.error({ error, camera }, 'step failed');
        this.#answer({ type: 'fault', ...name, message: faultOf(error) }, replyTo);
        this.#close(key);
      },
    });
    this.#sessions.set(key, session);
    return session;
  }

  #answer(answer: StepAnswer, replyTo: string): void {
    this.#options.bus.publish(replyTo, encodeAnswer(answer));
  }

  #close(key: string): void {
    this.#sessions.get(key)?.dispose();
    if (this.#sessions.delete(key) && this.#sessions.size === 0) this.#onIdle?.();
  }

  #closeAll(): void {
    for (const key of [...this.#sessions.keys()]) this.#close(key);
  }
}

/** A session's name among those of a worker. */
export function sessionKey(camera: string, epoch: number): string {
  return `${epoch} ${camera}`;
}

/** Faults of the worker itself stay in its log. */
function faultOf(error: unknown): string {
  return error instanceof SaccadeError ? error.message : 'The worker failed; its log says why.';
}
