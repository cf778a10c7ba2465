/** Models with random weights: for tests, benchmarks and examples, never for decisions. */
import { describePlain, type NeuronOptions, type PlainStack } from './architectures/index.ts';
import { createModel, foldNetwork, type NetworkParameters } from './fold-network.ts';
import { layerKindOf, type ParameterSpec } from './layers/index.ts';
import type { Model } from './model.ts';
import type { MStructure } from './neuron/m-tau.ts';
import { elementCount } from './tensor.ts';
import { resolveNetwork, type NetworkDescription } from './description.ts';
import { SeededRandom } from '../events/index.ts';
import { FRAME_RULE_DEFAULTS, POLARITY_CHANNELS } from '../frames/index.ts';

/** All have defaults. */
export interface RandomModelOptions {
  readonly steps?: number;
  readonly height?: number;
  readonly width?: number;
  readonly classes?: number;
  /** Short for an MFP neuron with this structure. */
  readonly structure?: MStructure;
  readonly neuron?: NeuronOptions;
  readonly stack?: PlainStack;
  /** Of the input. Default: the 2 of events. */
  readonly channels?: number;
  readonly maxCount?: number;
  readonly seed?: number;
}

/**
 * Random trained-looking parameters: normal weights, mixed-sign gammas, a random M.
 *
 * @example
 * ```ts
 * import { randomModel } from 'saccade';
 * console.log(randomModel({ steps: 4, structure: 'rank1' }).neuronLayers); // ['mfp1', 'mfp2']
 * ```
 */
export function randomModel({
  steps = 4,
  height = 8,
  width = 8,
  classes = 3,
  structure = 'full',
  neuron = { kind: 'mfp', structure },
  stack = [4, 'AP2', 5],
  channels = POLARITY_CHANNELS,
  maxCount = 15,
  seed = 1,
}: RandomModelOptions = {}): Model {
  const names = Array.from({ length: classes }, (_, i) => String(i));
  const network = describePlain('random', stack, {
    steps,
    height,
    width,
    classes: names,
    neuron,
    channels,
    maxCount,
  });
  return randomModelOf(network, seed);
}

/**
 * A model of any network with random parameters.
 *
 * @example
 * ```ts
 * import { architectures, randomModelOf } from 'saccade';
 * const options = { steps: 2, height: 17, width: 17, classes: ['a', 'b'], neuron: { kind: 'lif' } } as const;
 * console.log(randomModelOf(architectures[0]!.describe(options), 1).neuronLayers.length); // 2
 * ```
 */
export function randomModelOf(network: NetworkDescription, seed: number): Model {
  const { input } = network;
  const layers = foldNetwork(network, randomParameters(network, seed));
  const modelInput = {
    ...FRAME_RULE_DEFAULTS,
    sensor: { width: input.width, height: input.height },
    binning: { by: 'fixed-duration', stepMicros: 1000, steps: network.steps },
  } as const;
  return createModel(network, layers, modelInput, { dataset: 'none', split: 'none', seed, epochs: 0 });
}

/** Random parameters for every layer of a network, as training could leave them, reproducible from the seed. */
export function randomParameters(network: NetworkDescription, seed: number): NetworkParameters {
  const random = new SeededRandom(seed);
  return Object.fromEntries(
    resolveNetwork(network).map((node) => {
      const kind = layerKindOf(node.spec);
      const values = Object.fromEntries(
        kind.parameters(node).map((spec) => [spec.name, randomValues(spec, random)]),
      );
      return [node.spec.id, { ...values, ...kind.project?.(node, values) }];
    }),
  );
}

function randomValues({ name, shape, init }: ParameterSpec, random: SeededRandom): Float32Array {
  if (init.kind === 'kaimingNormal') return initialValues({ shape, init }, random);
  const around = (centre: number, spread: number): Float32Array =>
    init.values.map((value) => centre * value + spread * random.normal());
  if (name === 'variance') return init.values.map(() => 1 + 20 * random.uniform());
  if (name === 'gamma')
    return init.values.map(() => (random.uniform() < 0.2 ? -1 : 1) * (0.5 + random.uniform()));
  if (name === 'm' || name === 'b') return around(1, 0.1);
  return around(1, 0.3);
}

/** Initial values of a parameter, float32, reproducible from the generator's state. */
export function initialValues(
  { shape, init }: Pick<ParameterSpec, 'shape' | 'init'>,
  random: SeededRandom,
): Float32Array {
  if (init.kind === 'values') return init.values.slice();
  const deviation = Math.sqrt(2 / init.fan);
  return Float32Array.from({ length: elementCount(shape) }, () => deviation * random.normal());
}
