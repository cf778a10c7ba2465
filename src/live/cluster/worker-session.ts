/** A worker's side of one camera under one lease: its steps in order, each answered once it was decided. */
import type { InferenceEngine, InferenceSession } from '../../inference/index.ts';
import type { WorkTurns } from '../camera/work-turns.ts';
import {
  decodeFrame,
  StepAssembler,
  type StepAnswer,
  type StepName,
  type StepPart,
} from './step-messages.ts';

/** See {@link WorkerSession}. */
export interface WorkerSessionOptions {
  readonly engine: InferenceEngine;
  readonly turns: WorkTurns;
  /** Whether this worker has its lease: without it, it decides nothing. */
  readonly isHeld: () => boolean;
  readonly onAnswer: (answer: StepAnswer, replyTo: string) => void;
  /** It cannot go on. */
  readonly onFault: (error: unknown) => void;
}

interface WaitingStep {
  readonly name: StepName;
  readonly packed: Uint8Array;
  replyTo: string;
}

/**
 * Steps that come again are answered again, and not decided again. A step whose predecessor is not known is answered with
 * `restart`.
 */
export class WorkerSession {
  readonly #options: WorkerSessionOptions;
  readonly #session: InferenceSession;
  readonly #assembler = new StepAssembler();
  readonly #waiting: WaitingStep[] = [];
  #window = -1;
  /** The step that must come next. */
  #next = 0;
  #last: StepAnswer | undefined;
  #isBusy = false;
  #isOver = false;
  #heardAt = performance.now();

  constructor(options: WorkerSessionOptions) {
    this.#options = options;
    this.#session = options.engine.openSession({ mode: 'exact' });
  }

  /** Since it heard of its camera. */
  get silentMs(): number {
    return this.#isBusy ? 0 : performance.now() - this.#heardAt;
  }

  receive(part: StepPart, replyTo: string): void {
    this.#heardAt = performance.now();
    const { camera, epoch, window, step } = part;
    const packed = this.#assembler.push(part);
    if (packed === null || this.#isOver) return;
    const name = { camera, epoch, window, step };
    if (window === this.#window && step < this.#next) this.#repeat(name, replyTo);
    else if (step === 0 && window > this.#window) {
      this.#window = window;
      // What is left of the window before, nobody waits for.
      this.#waiting.length = 0;
      this.#take({ name, packed, replyTo });
    } else if (window === this.#window && step === this.#next) this.#take({ name, packed, replyTo });
    else if (window >= this.#window) this.#options.onAnswer({ type: 'restart', ...name }, replyTo);
  }

  dispose(): void {
    this.#isOver = true;
    this.#waiting.length = 0;
    if (!this.#isBusy) this.#session.dispose();
  }

  #repeat(name: StepName, replyTo: string): void {
    const last = this.#last;
    if (last !== undefined && last.window === name.window && last.step === name.step)
      this.#options.onAnswer(last, replyTo);
  }

  #take(step: WaitingStep): void {
    this.#next = step.name.step + 1;
    this.#waiting.push(step);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    const { engine, turns, isHeld, onAnswer, onFault } = this.#options;
    this.#isBusy = true;
    try {
      for (let step = this.#waiting.shift(); step !== undefined; step = this.#waiting.shift()) {
        const { name, packed, replyTo } = step;
        const frame = decodeFrame(engine.model, name.step, packed);
        let computeMs = 0;
        const result = await turns.run(async () => {
          if (!isHeld()) return null;
          const started = performance.now();
          const made = await this.#session.step(frame);
          computeMs = performance.now() - started;
          return made;
        });
        if (result === null || !isHeld()) return;
        this.#last = { type: 'result', ...name, result, computeMs };
        onAnswer(this.#last, replyTo);
      }
    } catch (error) {
      if (!this.#isOver) onFault(error);
    } finally {
      this.#isBusy = false;
      if (this.#isOver) this.#session.dispose();
    }
  }
}
