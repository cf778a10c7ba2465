/** From trained float parameters to a model of integers. */
import { NetworkError } from './errors.ts';
import { resolveNetwork, type NetworkDescription } from './description.ts';
import {
  layerKindOf,
  type FoldedScale,
  type LayerNode,
  type PackedLayer,
  type ParameterSpec,
  type ParameterValues,
} from './layers/index.ts';
import { walkGraph } from './graph.ts';
import type { AnyModel, Model, ModelInput, TrainingProvenance } from './model.ts';
import { EXACT_FLOAT32_BOUND } from './neuron/folding.ts';
import { elementCount } from './tensor.ts';

/** Parameters of all layers: `parameters[layerId][name]`. */
export type NetworkParameters = Readonly<Record<string, ParameterValues>>;

/** What each layer trains, by layer id. */
export function networkParameterSpecs(network: NetworkDescription): Record<string, readonly ParameterSpec[]> {
  return Object.fromEntries(
    resolveNetwork(network).map((node) => [node.spec.id, layerKindOf(node.spec).parameters(node)]),
  );
}

/**
 * Quantises and folds trained parameters into integer weights and thresholds.
 *
 * @throws {@link NetworkError} `BAD_PARAMETERS` for missing, misshapen or non-finite parameters,
 * `ACCUMULATOR_OVERFLOW` if integers could leave the range in which float32 is exact.
 */
export function foldNetwork(network: NetworkDescription, parameters: NetworkParameters): PackedLayer[] {
  const counts: FoldedScale = { scale: Float64Array.of(1), bounds: Float64Array.of(network.input.maxCount) };
  const packed: PackedLayer[] = [];
  walkGraph<LayerNode, FoldedScale>(resolveNetwork(network), counts, (node, inputs) => {
    const kind = layerKindOf(node.spec);
    const values = parameters[node.spec.id] ?? {};
    checkParameters(node.spec.id, kind.parameters(node), values);
    const folded = kind.fold(node, values, inputs);
    const bound = folded.bounds.reduce((a, b) => Math.max(a, b), 0);
    if (!(bound < EXACT_FLOAT32_BOUND)) {
      throw new NetworkError(
        'ACCUMULATOR_OVERFLOW',
        node.spec.id,
        `Integers may reach ${bound}, beyond 2^24.`,
      );
    }
    packed.push({ ...node, tensors: folded.tensors });
    return folded;
  });
  return packed;
}

function checkParameters(id: string, specs: readonly ParameterSpec[], values: ParameterValues): void {
  for (const { name, shape } of specs) {
    const data = values[name];
    if (data?.length !== elementCount(shape)) {
      throw new NetworkError(
        'BAD_PARAMETERS',
        `${id}.${name}`,
        `Expected ${elementCount(shape)} numbers, got ${String(data?.length)}.`,
      );
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new NetworkError(
        'BAD_PARAMETERS',
        `${id}.${name}[${bad}]`,
        'A parameter is not a finite number; training diverged.',
      );
    }
  }
}

/** Assembles a model from its parts. */
export function createModel<Input extends ModelInput>(
  network: NetworkDescription,
  layers: readonly PackedLayer[],
  input: Input,
  training: TrainingProvenance,
): Model<Input> {
  const neuronLayers = layers.filter(({ spec }) => layerKindOf(spec).spiking).map(({ spec }) => spec.id);
  return { network, input, training, layers, neuronLayers };
}

/** Real value of one unit of the integer logits: multiply before a softmax. */
export function logitScale(model: AnyModel): number {
  const last = model.layers.at(-1)!;
  const alpha = last.tensors['alpha']!.data[0]!;
  return alpha * last.input.unit;
}
