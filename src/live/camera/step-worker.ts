/** One camera's time steps on their way through an engine: they wait, take turns, and become decisions in their order. */
import type { StepFrame } from '../../frames/index.ts';
import { countBytes } from '../../frames/counts.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import { inputLength } from '../../network/index.ts';
import { DecisionSession, type BufferPolicy, type Decision } from '../../pipeline/index.ts';
import type { DecisionTrace, SegmentInfo } from '../protocol/index.ts';
import { WindowQueue } from './window-queue.ts';
import { AT_ONCE, type WorkTurns } from './work-turns.ts';

/** When something was read, and when it left the camera at the earliest: `performance.now()`. */
export interface Arrival {
  readonly receivedAt: number;
  readonly sentAt: number;
}

/** Of what comes from nowhere. */
export const arrivalNow = (): Arrival => ({ receivedAt: performance.now(), sentAt: performance.now() });

/** A time step, its recording, and when the message that closed it came. */
export interface TimedFrame extends Arrival {
  readonly segment: SegmentInfo | null;
  readonly frame: StepFrame;
  /** When the step was closed. */
  readonly closedAt: number;
  readonly flushed: boolean;
}

/** A decision, and when what it is made from arrived. */
export interface TimedDecision {
  readonly segment: SegmentInfo | null;
  readonly decision: Decision;
  readonly latencyMs: number;
  /** Whether silence closed the step: it would have waited for events for as long as one likes. */
  readonly flushed: boolean;
  readonly trace: Omit<DecisionTrace, 'sentAtMs'>;
}

/** See {@link StepWorker}. */
export interface StepWorkerOptions {
  readonly engine: InferenceEngine;
  readonly policy: BufferPolicy;
  /** Time steps that may wait for the classifier, in whole windows; one window may always. */
  readonly maxQueuedSteps: number;
  /** Bytes of them, in whole windows; one window may always. Default: any. */
  readonly maxQueuedBytes?: number;
  /** Policies that drop leave out windows whose first step is older. Default: none is too old. */
  readonly maxAgeMs?: number;
  /** Other cameras that are worked for on this thread. Default: none. */
  readonly turns?: WorkTurns;
  /** @param engine that made it. */
  readonly onDecision: (decision: TimedDecision, engine: InferenceEngine) => void;
  /** Under which reason steps are counted that could not wait for their turn. Default: `overload`. */
  readonly dropReason?: (arrival: Arrival) => string;
  readonly onDrop: (step: TimedFrame, reason: string) => void;
  /** Told once; nothing is classified any more. */
  readonly onFault: (error: unknown) => void;
  /** No step needs this engine any more. */
  readonly onRetired?: (engine: InferenceEngine) => void;
  readonly onPause?: () => void;
  readonly onResume?: () => void;
}

/** An engine and this camera's state in it. */
interface EngineUse {
  readonly engine: InferenceEngine;
  readonly session: DecisionSession;
}

interface QueuedStep extends TimedFrame {
  readonly use: EngineUse;
}

/** Bytes of a time step that waits. */
function stepBytes({ model: { network, input } }: InferenceEngine): number {
  return inputLength(network.input) * countBytes(input.countType);
}

/**
 * Push class. Another engine may take over between two windows: what was pushed before is classified by the one before,
 * which is let go then.
 */
export class StepWorker {
  readonly #options: StepWorkerOptions;
  readonly #queue: WindowQueue<QueuedStep>;
  #use: EngineUse;
  /** Those before, for steps that still wait. */
  readonly #retiring: EngineUse[] = [];
  #work: Promise<void> | null = null;
  /** In place of what the options say. */
  #dropReason: string | undefined;
  #over = false;
  #disposed = false;

  constructor(options: StepWorkerOptions) {
    this.#options = options;
    const { engine, policy, onPause, onResume } = options;
    this.#use = { engine, session: new DecisionSession(engine) };
    this.#queue = new WindowQueue({
      maxSteps: this.#maxSteps(engine),
      stepsPerWindow: engine.model.network.steps,
      policy,
      onDrop: (step) => {
        this.#drop(step);
      },
      ...(onPause && { onPause }),
      ...(onResume && { onResume }),
    });
  }

  /** Time steps that wait. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Whether a step is in work or waits. */
  get isBusy(): boolean {
    return this.#work !== null;
  }

  /** Whether what came is to be left out. A window that was begun is worth finishing. */
  isTooOld(arrival: Arrival): boolean {
    return this.#isLate(arrival) && !this.#queue.isMidWindow;
  }

  /** Why what came then could not wait. */
  dropReason(arrival: Arrival): string {
    return this.#options.dropReason?.(arrival) ?? 'overload';
  }

  push(step: TimedFrame): void {
    this.#queue.push({ ...step, use: this.#use });
    // A step of a window that was dropped does not wait, and work that ends before it is noted here would never end.
    const isIdle = this.#work === null && !this.#over;
    if (isIdle && this.#queue.waiting > 0) this.#work = this.#classifyWaiting();
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** The steps that come now are for another engine: the first of them begins a window. */
  useEngine(engine: InferenceEngine): void {
    this.#retiring.push(this.#use);
    this.#use = { engine, session: new DecisionSession(engine) };
    this.#queue.resize(this.#maxSteps(engine), engine.model.network.steps);
    if (this.#work === null) this.#retire();
  }

  /** Lets the window go of which steps are still to come. */
  dropIncomplete(): void {
    this.#queue.dropIncomplete();
  }

  /** Lets all go that waits. @param reason under which it is counted. */
  dropAll(reason: string): void {
    this.#dropReason = reason;
    this.#queue.clear();
  }

  /** Frees what engines hold for this camera. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#over = true;
    this.#retiring.push(this.#use);
    this.#retire();
  }

  #maxSteps(engine: InferenceEngine): number {
    const { maxQueuedSteps, maxQueuedBytes = Infinity } = this.#options;
    return Math.min(maxQueuedSteps, Math.floor(maxQueuedBytes / stepBytes(engine)));
  }

  async #classifyWaiting(): Promise<void> {
    let step = this.#queue.shift();
    try {
      for (; step !== undefined; step = this.#queue.shift()) {
        this.#retire(step.use);
        await this.#classify(step);
      }
      this.#work = null;
      this.#retire(this.#use);
    } catch (error) {
      this.#over = true;
      this.#dropReason ??= 'undecided';
      if (step !== undefined) this.#drop(step);
      this.#queue.clear();
      this.#options.onFault(error);
    }
  }

  #isLate({ sentAt }: Arrival): boolean {
    const { policy, maxAgeMs = Infinity } = this.#options;
    return policy !== 'pause' && performance.now() - sentAt > maxAgeMs;
  }

  async #classify(step: QueuedStep): Promise<void> {
    const { turns = AT_ONCE, onDecision } = this.#options;
    const { segment, frame, receivedAt, closedAt, flushed, use } = step;
    if (frame.step === 0 && this.#isLate(step)) {
      this.#drop(step);
      this.#queue.dropInWork();
      return;
    }
    let startedAt = closedAt;
    const decision = await turns.run(() => {
      startedAt = performance.now();
      return use.session.step(frame);
    });
    const decidedAt = performance.now();
    const trace = {
      receivedAtMs: receivedAt,
      decodeMs: closedAt - receivedAt,
      queueMs: startedAt - closedAt,
      engineMs: decidedAt - startedAt,
    };
    onDecision({ segment, decision, latencyMs: decidedAt - receivedAt, flushed, trace }, use.engine);
  }

  #drop(step: TimedFrame): void {
    this.#options.onDrop(step, this.#dropReason ?? this.dropReason(step));
  }

  /** Lets those go that were there before `use`. */
  #retire(use?: EngineUse): void {
    while (this.#retiring.length > 0 && this.#retiring[0] !== use) {
      const { engine, session } = this.#retiring.shift()!;
      session.dispose();
      this.#options.onRetired?.(engine);
    }
  }
}
