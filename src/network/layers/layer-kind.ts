/**
 * What a kind of layer provides: one object in one file says everything about it, from the JSON schema
 * to the training graph and the integer arithmetic. Adding a layer is one file and one line in `index.ts`.
 */
import type * as v from 'valibot';
import type { NamedTensor, TensorArrays, TensorDtype, TensorSpec } from '../tensor.ts';
import type { NeuronCosts } from './neuron-costs.ts';
import type { TensorOps } from './tensor-ops.ts';

/** Fields that every node of a description has. */
export interface LayerSpec {
  /** Unique in the network; names the node's tensors in the model file. */
  readonly id: string;
  readonly kind: string;
  /**
   * Ids of the nodes this one reads, in the order that its kind gives them a meaning; {@link INPUT_ID} is the
   * network's input. Default: the node before it.
   */
  readonly inputs?: readonly string[] | undefined;
}

/** What the network's input is called among the ids of nodes. */
export const INPUT_ID = 'input';

/** One entry for each node that a node reads: at least one. */
export type Inputs<T> = readonly [first: T, ...others: T[]];

/** `map` that keeps the knowledge that there is a first entry. */
export function mapInputs<T, U>(inputs: Inputs<T>, map: (value: T) => U): Inputs<U> {
  const [first, ...others] = inputs;
  return [map(first), ...others.map(map)];
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
  /** Ids of the nodes it reads, {@link INPUT_ID} for the network's input. As many as the kind's `arity`. */
  readonly sources: Inputs<string>;
  /** What comes from each of the sources. */
  readonly inputs: Inputs<SignalInfo>;
  /** The first of `inputs`, and for most kinds the only one. */
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

/**
 * The plain integer arithmetic of one layer: the oracle that faster engines are compared with. Inputs are read only:
 * other layers may read them too.
 */
export interface LayerRunner {
  /** One time step of a stream; steps come in order and step 0 forgets the window before. */
  readonly step: (step: number, inputs: Inputs<StepValues>) => StepValues;
  /** A whole clip at once, T values of each input. Written apart from `step` wherever the layer has history. */
  readonly clip: (inputs: Inputs<readonly StepValues[]>) => StepValues[];
}

/** A kind of layer. */
export interface LayerKind<Spec extends LayerSpec = LayerSpec> {
  readonly kind: Spec['kind'];
  /** Whether the output are spikes to be counted and reported. */
  readonly spiking: boolean;
  /** How many nodes it reads. Every list of inputs below has this length. */
  readonly arity: number;
  readonly schema: v.GenericSchema<unknown, Spec>;
  /** @throws NetworkError if the layer cannot follow these inputs. */
  infer(spec: Spec, inputs: Inputs<SignalInfo>, context: NetworkContext): SignalInfo;
  parameters(node: LayerNode<Spec>): readonly ParameterSpec[];
  /** The differentiable forward pass over T*B frames. */
  train<Tensor>(
    ops: TensorOps<Tensor>,
    node: LayerNode<Spec>,
    parameters: Readonly<Record<string, Tensor>>,
    inputs: Inputs<Signal<Tensor>>,
  ): Signal<Tensor>;
  /** Parameters for which the arithmetic stays exact; applied after every optimiser step. */
  project?(node: LayerNode<Spec>, parameters: ParameterValues): ParameterValues;
  /** Quantises and folds trained parameters. @throws NetworkError */
  fold(node: LayerNode<Spec>, parameters: ParameterValues, inputs: Inputs<FoldedScale>): FoldedLayer;
  /** The evaluation forward pass in float32 tensors, from folded parameters but without thresholds. */
  evaluate<Tensor>(ops: TensorOps<Tensor>, layer: PackedLayer<Spec>, inputs: Inputs<Tensor>): Tensor;
  /** Names, types and shapes of the tensors in the model file. */
  tensorSpecs(node: LayerNode<Spec>): Readonly<Record<string, TensorSpec>>;
  createRunner(layer: PackedLayer<Spec>, mode: NeuronMode): LayerRunner;
  /** Neuron layers: no sum that a neuron compares is larger in magnitude, as the tensors stand. */
  accumulatorBound?(layer: PackedLayer<Spec>): number;
  /** Neuron layers: what they need besides synapses. */
  costs?(layer: PackedLayer<Spec>, mode: NeuronMode): NeuronCosts;
}

/** A runner for layers without history: a clip is its steps. */
export function statelessRunner(run: (inputs: Inputs<StepValues>) => StepValues): LayerRunner {
  return {
    step: (_step, inputs) => run(inputs),
    clip: (inputs) => inputs[0].map((_, t) => run(mapInputs(inputs, (steps) => steps[t]!))),
  };
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
