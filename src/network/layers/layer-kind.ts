/**
 * What a kind of layer provides: one object in one file says everything about it, from the JSON schema
 * to the training graph and the integer arithmetic. Adding a layer is one file and one line in `index.ts`.
 */
import type { z } from 'zod';
import type { NamedTensor, TensorArrays, TensorDtype, TensorSpec } from '../tensor.ts';
import type { TensorOps } from './tensor-ops.ts';

/** Fields that every node of a description has. */
export interface LayerSpec {
  /** Unique in the network; names the node's tensors in the model file. */
  readonly id: string;
  readonly kind: string;
  /** Ids of the nodes this one reads. Default: the node before it. */
  readonly inputs?: readonly string[] | undefined;
}

/** Height, width, channels. */
export type Shape = readonly [height: number, width: number, channels: number];

/** What flows along an edge: integers, known to be small enough. */
export interface SignalInfo {
  /** `counts` and `sums` are >= 0; `spikes` are 0 or 1; `currents` and `logits` have a sign. */
  readonly content: 'counts' | 'spikes' | 'sums' | 'currents' | 'logits';
  readonly shape: Shape;
  /** No integer on this edge is larger in magnitude, whatever the weights are. */
  readonly bound: number;
  /** The real value of the integer 1, apart from a weight scale: 1/4 after a 2 x 2 average pool. */
  readonly unit: number;
}

/** What a layer may know of its network. */
export interface NetworkContext {
  /** T. */
  readonly steps: number;
  /** Firing threshold V_th. */
  readonly thresholdVoltage: number;
}

/** A node with its edges worked out. */
export interface LayerNode<Spec extends LayerSpec = LayerSpec> {
  readonly spec: Spec;
  readonly input: SignalInfo;
  readonly output: SignalInfo;
  readonly context: NetworkContext;
}

/** How a trainable parameter starts. */
export type Initialiser =
  | { readonly kind: 'values'; readonly values: Float32Array }
  | { readonly kind: 'kaimingNormal'; readonly fan: number };

/** A parameter of the training graph, in float32. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Initialiser;
  /** `false` for running statistics. */
  readonly trainable: boolean;
}

/** A value in the training graph: integers and what one of them is worth. */
export interface Signal<Tensor> {
  readonly value: Tensor;
  /** Real value per integer, shape `[channels]` or `[1]`; not part of the gradient. */
  readonly scale: Tensor;
}

/** Trained parameters by name, float32, row-major. */
export type ParameterValues = Readonly<Record<string, Float32Array>>;

/** A layer with integer weights and thresholds: exactly what the model file holds for it. */
export interface PackedLayer<Spec extends LayerSpec = LayerSpec> extends LayerNode<Spec> {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
}

/** What folding hands from one layer to the next. */
export interface FoldedScale {
  /** Real value per integer and output channel (one entry: the same for all). */
  readonly scale: Float64Array;
  /** Largest magnitude that the actual weights allow, per output channel or one for all. */
  readonly bounds: Float64Array;
}

/** The result of folding one layer. */
export interface FoldedLayer extends FoldedScale {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
}

/** Integer values of one time step, `[height, width, channels]`. */
export type StepValues = Uint8Array | Int32Array;

/** How neurons decide; see `InferenceMode` in the inference room. */
export type NeuronMode = 'exact' | 'eq9';

/** The plain integer arithmetic of one layer: the oracle that faster engines are compared with. */
export interface LayerRunner {
  /** One time step of a stream; steps come in order and step 0 forgets the window before. */
  readonly step: (step: number, input: StepValues) => StepValues;
  /** A whole clip at once. Written apart from `step` wherever the layer has history. */
  readonly clip: (inputs: readonly StepValues[]) => StepValues[];
}

/** A kind of layer. */
export interface LayerKind<Spec extends LayerSpec = LayerSpec> {
  readonly kind: Spec['kind'];
  /** Whether the output are spikes to be counted and reported. */
  readonly spiking: boolean;
  readonly schema: z.ZodType<Spec>;
  /** @throws NetworkError if the layer cannot follow this input. */
  infer(spec: Spec, input: SignalInfo, context: NetworkContext): SignalInfo;
  parameters(node: LayerNode<Spec>): readonly ParameterSpec[];
  /** The differentiable forward pass over T*B frames. */
  train<Tensor>(
    ops: TensorOps<Tensor>,
    node: LayerNode<Spec>,
    parameters: Readonly<Record<string, Tensor>>,
    input: Signal<Tensor>,
  ): Signal<Tensor>;
  /** Parameters for which the arithmetic stays exact; applied after every optimiser step. */
  project?(node: LayerNode<Spec>, parameters: ParameterValues): ParameterValues;
  /** Quantises and folds trained parameters. @throws NetworkError */
  fold(node: LayerNode<Spec>, parameters: ParameterValues, input: FoldedScale): FoldedLayer;
  /** The evaluation forward pass in float32 tensors, from folded parameters but without thresholds. */
  evaluate<Tensor>(ops: TensorOps<Tensor>, layer: PackedLayer<Spec>, input: Tensor): Tensor;
  /** Names, types and shapes of the tensors in the model file. */
  tensorSpecs(node: LayerNode<Spec>): Readonly<Record<string, TensorSpec>>;
  createRunner(layer: PackedLayer<Spec>, mode: NeuronMode): LayerRunner;
}

/** A runner for layers without history: a clip is its steps. */
export function statelessRunner(run: (input: StepValues) => StepValues): LayerRunner {
  return { step: (_step, input) => run(input), clip: (inputs) => inputs.map(run) };
}

/** The data of a layer's tensor. The model reader has checked name, type and shape. */
export function tensorData<Dtype extends TensorDtype>(
  layer: PackedLayer,
  name: string,
  dtype: Dtype,
): TensorArrays[Dtype] {
  const tensor = layer.tensors[name];
  if (tensor?.dtype !== dtype) throw new TypeError(`Layer ${layer.spec.id} has no ${dtype} tensor ${name}.`);
  return tensor.data as TensorArrays[Dtype];
}
