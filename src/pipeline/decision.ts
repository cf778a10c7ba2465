/** The classifier's answer. */
import type { StepFrame } from '../frames/index.ts';
import { argmax, softmax, type StepResult } from '../inference/index.ts';
import { logitScale, type Model } from '../network/index.ts';

/** The answer after a time step, or after the last step of a window (`final`). */
export interface Decision {
  /** Number of the window since the start of the stream, from 0. */
  readonly window: number;
  readonly step: number;
  readonly steps: number;
  /** `true` for the last step of the window: the decision to act on. */
  readonly final: boolean;
  /** Number of the time segment, from 0: times are comparable only inside one. */
  readonly clockSegment: number;
  /** Time that the step covers, in microseconds of the recording. */
  readonly startMicros: number;
  readonly endMicros: number;
  /** Where its window begins; it has come to `endMicros` so far. */
  readonly windowStartMicros: number;
  readonly classIndex: number;
  readonly label: string;
  /** Softmax over the mean logits so far, one per class. */
  readonly scores: readonly number[];
  /** Accumulated integer logits: what is exact and comparable between engines. */
  readonly accumulatedLogits: Int32Array;
  /** Spikes of this step per neuron layer, in the model's order. */
  readonly spikes: readonly number[];
  /** Events in this step. */
  readonly events: number;
  /** Events in the window so far. */
  readonly windowEvents: number;
  /**
   * Events of the window so far, those left out of its frames among them, that a window or a step in front of them has too, where windows
   * or steps overlap and there are any.
   */
  readonly windowRepeatedEvents?: number;
  /** Milliseconds the engine took for this step. */
  readonly computeMs: number;
}

/** Makes decisions of the results of one stream, in order. */
export class DecisionMaker {
  readonly #classes: readonly string[];
  readonly #scale: number;
  #windowStartMicros = 0;
  #windowEvents = 0;
  #windowRepeatedEvents = 0;

  constructor(model: Model) {
    this.#classes = model.network.classes;
    this.#scale = logitScale(model);
  }

  decide(frame: StepFrame, { accumulatedLogits, spikes }: StepResult, computeMs: number): Decision {
    const { window, step, steps, segment, startMicros, endMicros, events, repeatedEvents = 0 } = frame;
    if (step === 0) {
      this.#windowStartMicros = startMicros;
      this.#windowEvents = 0;
      this.#windowRepeatedEvents = 0;
    }
    this.#windowEvents += events;
    this.#windowRepeatedEvents += repeatedEvents;
    const classIndex = argmax(accumulatedLogits);
    const decision = {
      window,
      step,
      steps,
      final: step === steps - 1,
      clockSegment: segment,
      startMicros,
      endMicros,
      windowStartMicros: this.#windowStartMicros,
      classIndex,
      label: this.#classes[classIndex]!,
      scores: softmax(accumulatedLogits, this.#scale / (step + 1)),
      accumulatedLogits,
      spikes,
      events,
      windowEvents: this.#windowEvents,
      computeMs,
    };
    const windowRepeatedEvents = this.#windowRepeatedEvents;
    return windowRepeatedEvents === 0 ? decision : { ...decision, windowRepeatedEvents };
  }
}
