/** The networks that are measured: by name, with random weights, calibrated to a firing rate. */
import { calibratedTask } from '../../dist/src/cli/bench/workload.js';
import { architectures, calibrateThresholds, randomModelOf, sparseClip } from '../../dist/src/index.js';

/** What the numbers are about. */
export const VGGSNN = { architecture: 'vggsnn', steps: 10, height: 48, width: 48 };

/** For trying the benchmark out. */
export const SMALL = { architecture: 'compact', steps: 4, height: 16, width: 16 };

const CLASSES = Array.from({ length: 10 }, (_, i) => String(i));
const SEED = 1;

export function describe({ architecture, ...options }) {
  const { describe: make } = architectures.find(({ name }) => name === architecture);
  return make({ classes: CLASSES, neuron: { kind: 'mfp', structure: 'diagonal' }, ...options });
}

export function taskOf(network, rate) {
  return calibratedTask(describe(network), rate, SEED);
}

/** The weights of one network under several neurons, each calibrated to the rate. */
export function tasksByNeuron(network, neurons, rate) {
  const [first, ...others] = neurons.map((neuron) => randomModelOf(describe({ ...network, neuron }), SEED));
  const clip = sparseClip(first.network, rate, SEED);
  const sameWeights = others.map((model) => ({
    ...model,
    layers: model.layers.map((layer, i) =>
      layer.tensors.weight === undefined ? layer : { ...layer, tensors: first.layers[i].tensors },
    ),
  }));
  return [first, ...sameWeights].map((model) => ({
    model: calibrateThresholds(model, clip, rate),
    clips: [clip],
  }));
}
