/**
 * What every engine provides. Whoever calls it cannot tell which one runs, except by time: all
 * results are integers and equal bit for bit.
 */
import type { FrameClip, StepFrame } from '../frames/index.ts';
import type { AnyModel, EventInput, Model, ModelInput } from '../network/index.ts';
import type { MemoryUse } from './memory.ts';

/**
 * How the neurons decide. `exact` is Eq. 7 of the paper, with history where the model's M has any;
 * `eq9` is the paper's literal Eq. 9, where a time step's spikes depend on that step alone. The two
 * are equal only for a diagonal M. Resetting LIF neurons have no M and run the same in both.
 */
export type InferenceMode = 'exact' | 'eq9';

/** What one layer put out in one time step. */
export interface LayerActivity {
  /** The layer's id in the network description. */
  readonly layer: string;
  readonly kind: string;
  readonly step: number;
  /**
   * Shape `[height, width, channels]`. Spikes (0 or 1) of a neuron layer, sums of spikes of a pooling
   * layer, integer currents of a convolution, integer logits of a linear layer. Read it at once:
   * the engine may reuse the memory for the next step.
   */
  readonly values: Uint8Array | Int32Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** Gets a layer's output as soon as it exists. */
export type LayerTap = (activity: LayerActivity) => void;

/** Who listens to which layer. Layers that nobody listens to cost nothing. */
export type LayerTaps = ReadonlyMap<string, LayerTap>;

/**
 * One listener for every layer.
 *
 * @example
 * ```ts
 * import { randomModel, tapEveryLayer } from 'saccade';
 * console.log([...tapEveryLayer(randomModel(), () => undefined).keys()].slice(0, 2)); // ['conv1', 'mfp1']
 * ```
 */
export function tapEveryLayer({ layers }: AnyModel, tap: LayerTap): LayerTaps {
  return new Map(layers.map(({ spec }) => [spec.id, tap]));
}

/** The result of one time step. */
export interface StepResult {
  readonly step: number;
  /** Integer logits of this step, one per class. */
  readonly logits: Int32Array;
  /** Sum of the integer logits of steps 0 … step: what the decision so far is read from. */
  readonly accumulatedLogits: Int32Array;
  /** Spikes per neuron layer in this step, in the order of `Model.neuronLayers`. */
  readonly spikes: readonly number[];
  /** Exact synaptic operations in this step, for each of the {@link synapticLayers} of the model. */
  readonly synapticOperations: readonly number[];
}

/** The result of a whole clip: shape `[steps, classes]` for the logits. */
export interface ClipResult {
  readonly steps: readonly StepResult[];
  /** Index of the class with the largest accumulated logit after the last step; ties go to the lower index. */
  readonly classIndex: number;
}

/** Options of a run. */
export interface RunOptions {
  readonly mode?: InferenceMode;
  /** Called for every step of the layers that it names, in the engine's own order. */
  readonly taps?: LayerTaps | undefined;
  /**
   * Told how long each layer took, in milliseconds, in one or more pieces. An engine that computes several layers in
   * one go counts them as the last of these. Threads are not told apart: measure with one.
   */
  readonly onLayerTime?: (layer: string, millis: number) => void;
}

/** Options of a session. */
export type SessionOptions = Pick<RunOptions, 'mode' | 'onLayerTime'>;

/** The state of one stream: a camera, or one side of a comparison. Owned by whoever opened it. */
export interface InferenceSession {
  /**
   * Runs the next time step. Frames must come in order, `frame.step` from 0 to T − 1; step 0 starts a
   * new window and forgets the one before.
   *
   * @throws InferenceError for a frame of another geometry, step count or order.
   */
  step(frame: StepFrame, taps?: LayerTaps): Promise<StepResult>;
  /** Frees what the session holds. Using it afterwards throws. */
  dispose(): void;
}

/** A model made ready to run. */
export interface InferenceEngine<Input extends ModelInput = EventInput> {
  /** `wasm` or `oracle`. */
  readonly name: string;
  readonly model: Model<Input>;
  /** Whole clip, layer by layer. @throws InferenceError for a clip of another geometry or step count. */
  runClip(clip: FrameClip, options?: RunOptions): Promise<ClipResult>;
  /** Streaming, step by step; equal to {@link InferenceEngine.runClip} spike for spike. */
  openSession(options?: SessionOptions): InferenceSession;
  /** What the engine holds now, in bytes, if it keeps account. */
  memory?(): MemoryUse;
  dispose(): void;
}

/** An engine of a model of recordings or of images. */
export type AnyEngine = InferenceEngine<ModelInput>;
