/** A network's parameters as TensorFlow.js variables, and its two forward passes. */
import { SeededRandom } from '../events/index.ts';
import {
  initialValues,
  layerKindOf,
  networkParameterSpecs,
  resolveNetwork,
  walkGraph,
  type LayerNode,
  type NetworkDescription,
  type NetworkParameters,
  type PackedLayer,
  type ParameterSpec,
  type Signal,
  type TensorOps,
} from '../network/index.ts';
import { TrainingError } from './errors.ts';
import { tf, type Tensor, type Variable } from './tf.ts';

/** Share of the old value in a running statistic. */
const STATISTICS_MOMENTUM = 0.9;

/** Calls `visit` for every parameter in a fixed order. */
function eachParameter(network: NetworkDescription, visit: (id: string, spec: ParameterSpec) => void): void {
  for (const [id, specs] of Object.entries(networkParameterSpecs(network))) {
    for (const spec of specs) visit(id, spec);
  }
}

/** See the file comment. Dispose it when done. */
export class TrainableNetwork {
  readonly description: NetworkDescription;
  readonly #nodes: readonly LayerNode[];
  readonly #variables: Record<string, Record<string, Variable>> = {};

  /** @param seed of the initial weights; the same on every backend. */
  constructor(description: NetworkDescription, seed: number) {
    this.description = description;
    this.#nodes = resolveNetwork(description);
    const random = new SeededRandom(seed);
    eachParameter(description, (id, spec) => {
      const values = tf.tensor(initialValues(spec, random), [...spec.shape]);
      (this.#variables[id] ??= {})[spec.name] = tf.variable(values, spec.trainable);
      values.dispose();
    });
  }

  /** Variables that the optimiser moves. */
  get trainable(): Variable[] {
    return Object.values(this.#variables).flatMap((own) =>
      Object.values(own).filter(({ trainable }) => trainable),
    );
  }

  /** Those of them that weight decay is for. */
  get decaying(): Variable[] {
    return Object.values(this.#variables).flatMap(({ weight }) => (weight === undefined ? [] : [weight]));
  }

  /**
   * The training forward pass, Eq. 7 in parallel over time.
   *
   * @param input float32 counts `[T*B, height, width, channels]`, time-major, cut at `maxCount`.
   * @param onSpikes gets what each neuron layer makes, `[T*B, height, width, channels]`.
   * @returns real logits `[T*B, classes]`.
   */
  forward(ops: TensorOps<Tensor>, input: Tensor, onSpikes?: (id: string, spikes: Tensor) => void): Tensor {
    const counts: Signal<Tensor> = { value: input, scale: tf.ones([1]) };
    const { value, scale } = walkGraph(this.#nodes, counts, (node, inputs) => {
      const { id } = node.spec;
      const kind = layerKindOf(node.spec);
      const signal = kind.train<Tensor>(ops, node, this.#variables[id] ?? {}, inputs);
      if (kind.spiking) onSpikes?.(id, signal.value);
      return signal;
    });
    return tf.mul(value, scale);
  }

  /** Moves the running statistics of a layer towards those of a batch, and disposes these. */
  recordStatistics(layer: string, mean: Tensor, variance: Tensor): void {
    const own = this.#variables[layer]!;
    for (const [name, value] of [
      ['mean', mean],
      ['variance', variance],
    ] as const) {
      const running = own[name]!;
      tf.tidy(() => {
        running.assign(tf.add(tf.mul(running, STATISTICS_MOMENTUM), tf.mul(value, 1 - STATISTICS_MOMENTUM)));
      });
      value.dispose();
    }
  }

  /** Keeps parameters in the range where the integer arithmetic is exact. */
  async project(): Promise<void> {
    for (const node of this.#nodes) {
      const kind = layerKindOf(node.spec);
      if (kind.project === undefined) continue;
      const { id } = node.spec;
      const projected = kind.project(node, await this.#read(id));
      for (const [name, values] of Object.entries(projected)) this.#assign(id, name, values);
    }
  }

  /** A copy of all parameters. */
  async snapshot(): Promise<NetworkParameters> {
    const parameters: Record<string, Record<string, Float32Array>> = {};
    for (const id of Object.keys(this.#variables)) parameters[id] = await this.#read(id);
    return parameters;
  }

  /**
   * Sets all parameters from a {@link TrainableNetwork.snapshot}.
   *
   * @throws TrainingError `WRONG_CHECKPOINT` if one is missing or has another size.
   */
  restore(parameters: NetworkParameters): void {
    eachParameter(this.description, (id, { name }) => {
      const values = parameters[id]?.[name];
      if (values?.length !== this.#variables[id]![name]!.size) {
        throw new TrainingError('WRONG_CHECKPOINT', `${id}.${name} does not fit the network.`);
      }
      this.#assign(id, name, Float32Array.from(values));
    });
  }

  dispose(): void {
    for (const own of Object.values(this.#variables))
      for (const variable of Object.values(own)) variable.dispose();
  }

  async #read(id: string): Promise<Record<string, Float32Array>> {
    const values: Record<string, Float32Array> = {};
    for (const [name, variable] of Object.entries(this.#variables[id] ?? {})) {
      values[name] = Float32Array.from(await variable.data());
    }
    return values;
  }

  #assign(id: string, name: string, values: Float32Array): void {
    const variable = this.#variables[id]![name]!;
    tf.tidy(() => {
      variable.assign(tf.tensor(values, variable.shape));
    });
  }
}

/**
 * The evaluation forward pass: folded float32 rule, all layers over T*B frames, before any threshold is
 * made. An exported model must give the same spikes.
 *
 * @param onLayer gets each layer's output `[T*B, height, width, channels]`.
 * @returns integer logits as float32 `[T*B, classes]`.
 */
export function evaluateTensors(
  ops: TensorOps<Tensor>,
  layers: readonly PackedLayer[],
  input: Tensor,
  onLayer?: (layer: PackedLayer, output: Tensor) => void,
): Tensor {
  return walkGraph(layers, input, (layer, inputs) => {
    const output = layerKindOf(layer.spec).evaluate(ops, layer, inputs);
    onLayer?.(layer, output);
    return output;
  });
}
