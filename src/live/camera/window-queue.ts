/** Time steps that wait for the classifier, kept or dropped by whole windows. */
import type { StepFrame } from '../../frames/index.ts';
import { BoundedQueue, type BoundedQueueOptions } from '../../pipeline/index.ts';

/** A time step that waits. */
export interface WaitingStep {
  readonly frame: StepFrame;
}

/** See {@link WindowQueue}. */
export interface WindowQueueOptions<Step> extends Pick<
  BoundedQueueOptions<unknown>,
  'policy' | 'onPause' | 'onResume'
> {
  /** Time steps of whole windows that may wait, beside the window in work; room for one window is always there. */
  readonly maxSteps: number;
  readonly stepsPerWindow: number;
  readonly onDrop: (step: Step) => void;
}

interface Window<Step> {
  /** In order, those that were taken are gone. */
  readonly steps: Step[];
  /** One of its steps was taken. */
  begun: boolean;
  /** Its last step came. */
  complete: boolean;
  dropped: boolean;
}

function windowsOf(maxSteps: number, stepsPerWindow: number): number {
  return Math.max(1, Math.floor(maxSteps / stepsPerWindow));
}

/**
 * First in, first out. A window is worth nothing without one of its steps: what is too much is dropped by windows, and never
 * a window whose first step was taken.
 */
export class WindowQueue<Step extends WaitingStep> {
  readonly #queue: BoundedQueue<Window<Step>>;
  readonly #onDrop: (step: Step) => void;
  /** Which gets the steps that come. */
  #filling: Window<Step> | undefined;
  #inWork: Window<Step> | undefined;
  #waiting = 0;

  constructor({ maxSteps, stepsPerWindow, onDrop, ...options }: WindowQueueOptions<Step>) {
    this.#onDrop = onDrop;
    this.#queue = new BoundedQueue({
      ...options,
      maxItems: windowsOf(maxSteps, stepsPerWindow),
      onDrop: (window) => {
        this.#drop(window);
      },
    });
  }

  /** Steps that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether more steps are to come of a window of which some were taken. */
  get isMidWindow(): boolean {
    const filling = this.#filling;
    return filling !== undefined && filling.begun && !filling.complete && !filling.dropped;
  }

  /** The windows that come now are of so many steps. */
  resize(maxSteps: number, stepsPerWindow: number): void {
    this.#queue.maxItems = windowsOf(maxSteps, stepsPerWindow);
  }

  push(step: Step): void {
    if (step.frame.step === 0 || this.#filling === undefined) {
      this.#filling = { steps: [], begun: false, complete: false, dropped: false };
      // At once: the window in work takes no place.
      if (this.#inWork === undefined) this.#inWork = this.#filling;
      else this.#queue.push(this.#filling);
    }
    this.#filling.complete = step.frame.step === step.frame.steps - 1;
    if (this.#filling.dropped) {
      this.#onDrop(step);
      return;
    }
    this.#filling.steps.push(step);
    this.#waiting++;
  }

  /** Takes the oldest step, `undefined` if none waits. */
  shift(): Step | undefined {
    for (;;) {
      const step = this.#inWork?.steps.shift();
      if (step !== undefined) {
        this.#inWork!.begun = true;
        this.#waiting--;
        return step;
      }
      if (this.#inWork !== undefined && this.#inWork === this.#filling) return undefined;
      this.#inWork = this.#queue.shift();
      if (this.#inWork === undefined) return undefined;
    }
  }

  /** Lets the rest of the window in work go, as dropped; what comes of it still, too. */
  dropInWork(): void {
    if (this.#inWork !== undefined) this.#drop(this.#inWork);
  }

  /** Lets the window go of which steps are still to come, as dropped. */
  dropIncomplete(): void {
    if (this.#filling?.complete === false) this.#drop(this.#filling);
  }

  /** Lets all go, as dropped. */
  clear(): void {
    this.dropInWork();
    this.#queue.clear();
  }

  #drop(window: Window<Step>): void {
    window.dropped = true;
    for (const step of window.steps.splice(0)) {
      this.#waiting--;
      this.#onDrop(step);
    }
  }
}
