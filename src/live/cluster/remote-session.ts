/** A camera's windows, decided by whichever worker has the camera. */
import { ClusterError, type BusMessage, type EventBus } from '../../cluster/index.ts';
import type { StepFrame } from '../../frames/index.ts';
import type { InferenceSession, StepResult } from '../../inference/index.ts';
import type { LiveLogger } from '../live-logger.ts';
import type { StandstillReason } from '../protocol/index.ts';
import type { CameraClaim } from './camera-claim.ts';
import { StandstillWatch } from './standstill-watch.ts';
import { sessionKey } from './live-worker.ts';
import { decodeAnswer, encodeStep, type StepAnswer } from './step-messages.ts';
import { answerSubject, closeSubject, stepSubject } from './subjects.ts';
import type { WorkerPool } from './worker-pool.ts';

/** See {@link RemoteSession}. */
export interface RemoteSessionOptions {
  readonly bus: EventBus;
  readonly pool: WorkerPool;
  readonly claim: CameraClaim;
  readonly gateway: string;
  /** Number of this session at its gateway. */
  readonly feed: number;
  /** Whether the gateway has its lease and a connection. */
  readonly isReady: () => boolean;
  readonly logger: LiveLogger | undefined;
}

/** A step without an answer is sent again after this long: answers are lost with a connection. */
const REPEAT_MS = 1000;
/** A worker that could not be reached, and is the only one, is tried again after this long. */
const RETRY_MS = 200;
/** A worker that has missed so many renewals of its lease may be lost. */
const SILENT_RENEWALS = 2;
/** Windows of a camera that left wait so long for somebody who decides them. */
const PATIENCE_MS = 10_000;

interface Pending {
  readonly step: number;
  readonly resolve: (result: StepResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends the steps of a window to a worker and keeps them until the window is decided. Where the worker dies, is cut off or gives up,
 * another gets the window from its first step under a new epoch; results of an earlier epoch are not taken, and those of steps that
 * were decided already are not told again. So each step has one result, whatever happens.
 */
export class RemoteSession implements InferenceSession {
  readonly #options: RemoteSessionOptions;
  /** Numbers windows for the worker: those of the stream begin anew with each recording. */
  #window = -1;
  #frames: StepFrame[] = [];
  #sent = 0;
  #pending: Pending | null = null;
  #assignment: { readonly worker: string; readonly epoch: number } | null = null;
  #isAssigning = false;
  #isOver = false;
  /** It could not be reached, or takes no more. */
  #avoid: string | null = null;
  /** Whether windows wait because of the cluster. */
  readonly standstill: StandstillWatch = new StandstillWatch(() => this.#silence);
  #timer: NodeJS.Timeout | undefined;
  #moves = 0;
  #epoch = 0;
  #computeMs = 0;

  constructor(options: RemoteSessionOptions) {
    this.#options = options;
  }

  /** Of the last result: under which lease it was made, and how long the worker took. */
  get epoch(): number {
    return this.#epoch;
  }

  get computeMs(): number {
    return this.#computeMs;
  }

  /** How often a worker was replaced by another before its time. */
  get moves(): number {
    return this.#moves;
  }

  step(frame: StepFrame): Promise<StepResult> {
    if (frame.step === 0) {
      this.#window++;
      this.#frames = [];
      this.#sent = 0;
      if (this.#assignment !== null && this.#options.pool.shouldMove(this.#assignment.worker)) this.#leave();
    }
    this.#frames.push(frame);
    return new Promise((resolve, reject) => {
      this.#pending = { step: frame.step, resolve, reject };
      this.standstill.asked();
      this.#advance();
    });
  }

  dispose(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#leave();
    this.#frames = [];
  }

  /** The gateway's lease, its connection or its workers are others than before. */
  look(): void {
    const { pool, isReady } = this.#options;
    if (!isReady()) this.#drop();
    else if (this.#assignment !== null && !pool.isThere(this.#assignment.worker)) {
      this.#moves++;
      this.standstill.begin('no-answer');
      this.#drop();
    } else if (this.#pending === null && this.#isBetweenWindows) {
      if (this.#assignment !== null && pool.isLeaving(this.#assignment.worker)) this.#leave();
    }
    this.#advance();
  }

  /** An answer to a step under `epoch`. */
  receive({ bytes, undelivered }: BusMessage, epoch: number): void {
    if (this.#assignment?.epoch !== epoch || !this.#options.isReady()) return;
    if (undelivered) {
      this.#giveUpOn(this.#assignment.worker);
      return;
    }
    let answer: StepAnswer;
    try {
      answer = decodeAnswer(bytes);
    } catch (error) {
      this.#options.logger?.warn({ error }, 'message left aside');
      return;
    }
    this.#take(answer, this.#assignment.worker);
  }

  get #isBetweenWindows(): boolean {
    const last = this.#frames.at(-1);
    return last === undefined || last.step === last.steps - 1;
  }

  #take(answer: StepAnswer, worker: string): void {
    const pending = this.#pending;
    if (pending === null || answer.window !== this.#window) return;
    switch (answer.type) {
      case 'refused':
        this.#giveUpOn(worker);
        break;
      case 'restart':
        this.#sent = 0;
        this.#advance();
        break;
      case 'fault':
        this.#settle(() => {
          pending.reject(new ClusterError('REFUSED', `A worker could not decide: ${answer.message}`));
        });
        break;
      case 'result':
        if (answer.step !== pending.step) return;
        this.#epoch = answer.epoch;
        this.#computeMs = answer.computeMs;
        this.#avoid = null;
        this.#settle(() => {
          pending.resolve(answer.result);
        });
    }
  }

  #settle(tell: () => void): void {
    this.#pending = null;
    this.standstill.answered();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    tell();
  }

  #giveUpOn(worker: string): void {
    this.#avoid = worker;
    this.#moves++;
    this.#drop();
    this.#advance();
  }

  /** Sends what is not sent yet, to whoever has the camera, or finds one. */
  #advance(): void {
    if (this.#pending === null || this.#isOver) return;
    // Not anew where one runs: members say that they are there more often than that, and each time somebody looks here.
    if (this.#timer === undefined) this.#wake(REPEAT_MS);
    if (!this.#options.isReady()) this.standstill.begin('cut-off');
    else if (this.#assignment === null) void this.#assign();
    else this.#send(this.#assignment);
  }

  #send({ worker, epoch }: { readonly worker: string; readonly epoch: number }): void {
    const { bus, claim, gateway, feed } = this.#options;
    for (; this.#sent < this.#frames.length; this.#sent++) {
      const frame = this.#frames[this.#sent]!;
      const name = { camera: claim.camera, epoch, window: this.#window, step: frame.step };
      for (const message of encodeStep(name, frame, bus.maxMessageBytes))
        bus.publish(stepSubject(worker), message, answerSubject(gateway, feed, epoch));
    }
  }

  async #assign(): Promise<void> {
    if (this.#isAssigning) return;
    this.#isAssigning = true;
    const { pool, claim } = this.#options;
    try {
      const worker = pool.choose(claim.camera, this.#avoid);
      if (worker === null || worker === this.#avoid) {
        // The only one: not at once.
        this.standstill.begin('no-worker');
        this.#avoid = null;
        this.#wake(RETRY_MS);
        return;
      }
      // Counted now, so that others who choose meanwhile see it.
      pool.count(worker, 1);
      this.#assignment = await this.#named(worker);
      this.#sent = 0;
    } catch {
      this.standstill.begin('cut-off');
      this.#wake(RETRY_MS);
      return;
    } finally {
      this.#isAssigning = false;
    }
    if (this.#assignment === null) this.#fail('Another camera has this name now.');
    else if (this.#isOver) this.#leave();
    else this.#advance();
  }

  /** @throws ClusterError where the server does not answer. */
  async #named(worker: string): Promise<{ worker: string; epoch: number } | null> {
    const { pool, claim } = this.#options;
    let epoch: number | null = null;
    try {
      epoch = await claim.assign(worker);
    } finally {
      if (epoch === null) pool.count(worker, -1);
    }
    return epoch === null ? null : { worker, epoch };
  }

  /** What nobody was told of yet. */
  get #silence(): StandstillReason | null {
    const { pool } = this.#options;
    if (this.#assignment === null) return null;
    return pool.silentMs(this.#assignment.worker) > SILENT_RENEWALS * pool.renewMs ? 'no-answer' : null;
  }

  #wake(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const overForMs = this.#options.claim.overForMs;
      if (overForMs !== null && overForMs > PATIENCE_MS) {
        this.#fail('The camera left, and nobody could decide what it had sent.');
        return;
      }
      // The newest step: a worker that has not got those before it says so.
      this.#sent = Math.min(this.#sent, Math.max(0, this.#frames.length - 1));
      this.#advance();
    }, ms);
  }

  #fail(problem: string): void {
    const pending = this.#pending;
    if (pending === null) return;
    const { claim, logger } = this.#options;
    logger?.warn({ camera: claim.camera, steps: this.#frames.length }, 'window lost');
    this.#settle(() => {
      pending.reject(new ClusterError('CLOSED', problem));
    });
  }

  /** Tells the worker that it need not wait for more. */
  #leave(): void {
    if (this.#assignment === null) return;
    const { bus, claim } = this.#options;
    const { worker, epoch } = this.#assignment;
    bus.publish(closeSubject(worker), new TextEncoder().encode(sessionKey(claim.camera, epoch)));
    this.#drop();
  }

  #drop(): void {
    if (this.#assignment === null) return;
    this.#options.pool.count(this.#assignment.worker, -1);
    this.#assignment = null;
    this.#sent = 0;
  }
}
