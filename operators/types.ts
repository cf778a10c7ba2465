/** What leaves the reactive graph. */

/** The classifier's answer after a time step, or after the last step of a window (`final`). */
export interface Decision {
  /** Number of the window since the start of the stream, from 0. */
  readonly window: number;
  readonly step: number;
  readonly steps: number;
  /** `true` for the last step of the window: the decision to act on. */
  readonly final: boolean;
  /** Time that the window's step covers, in microseconds of the recording. */
  readonly startMicros: number;
  readonly endMicros: number;
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
  /** Milliseconds the engine took for this step. */
  readonly computeMs: number;
}
