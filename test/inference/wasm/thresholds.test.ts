import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { calibrateThresholds, type ClipResult } from '../../../src/inference/index.ts';
import { elements } from '../../../src/inference/synaptic-operations.ts';
import { randomModel, randomModelOf, type Model } from '../../../src/network/index.ts';
import { clipFor, clipOf } from '../../helpers/clips.ts';
import { expectWasmIsOracle } from '../../helpers/engine-equality.ts';
import { stackOf } from '../../helpers/networks.ts';
import { NEURONS } from '../../helpers/neurons.ts';
import { withThresholds } from '../../helpers/thresholds.ts';

/** Shares of firing neurons by layer, over all steps. */
function rates({ layers, neuronLayers, network }: Model, { steps }: ClipResult): number[] {
  return neuronLayers.map((id, i) => {
    const neurons = elements(layers.find(({ spec }) => spec.id === id)!.output.shape);
    return steps.reduce((sum, { spikes }) => sum + spikes[i]!, 0) / (network.steps * neurons);
  });
}

describe('firing rates', () => {
  const structures = ['full', 'rank1', 'diagonal', 'sliding'] as const;
  it.each(structures)('M %s, calibrated from 0 to 100 %', { timeout: 60_000 }, async (structure) => {
    const model = randomModel({ structure, steps: 3, height: 8, width: 7, stack: [40, 'AP2', 33, 129] });
    const clip = clipFor(model.network, 0.3, 5);
    for (const rate of [0, 0.05, 0.3, 0.7, 0.95, 1]) {
      const calibrated = calibrateThresholds(model, clip, rate);
      const [result] = await expectWasmIsOracle(calibrated, [clip], ['exact']);
      if (rate === 0 || rate === 1)
        expect(rates(calibrated, result!)).toEqual(model.neuronLayers.map(() => rate));
    }
  });

  const silence = (model: Model) => clipFor(model.network, 0, 1);
  const full = ({ network: { steps, input } }: Model) =>
    clipOf(steps, input.width, input.height, () => input.maxCount);
  it.each(NEURONS)(
    '%s: nothing, everything, and the two in turn',
    { timeout: 60_000 },
    async (_name, neuron) => {
      const model = randomModel({ neuron, steps: 3, height: 6, width: 5, stack: [9, 'AP2', 33], seed: 7 });
      await expectWasmIsOracle(model, [silence(model), full(model), silence(model), full(model)]);
    },
  );
});

describe('extreme thresholds', () => {
  const extremes: readonly (readonly [string, (bound: number, step: number) => number])[] = [
    ['always', (bound) => -bound - 1],
    ['never', (bound) => bound + 1],
    ['N', (bound) => bound],
    ['-N', (bound) => -bound],
    ['1 - N', (bound) => 1 - bound],
    ['0', () => 0],
    ['the largest that a file may hold', () => 2 ** 24],
    ['the smallest', () => -(2 ** 24)],
    ['always or never by the step', (bound, step) => (step % 2 === 0 ? bound + 1 : -bound)],
  ];
  it.each(extremes)('%s', { timeout: 60_000 }, async (_name, threshold) => {
    for (const [, neuron] of NEURONS.slice(0, 6)) {
      const random = randomModel({ neuron, steps: 3, height: 5, width: 6, stack: [5, 'AP2', 34, 3] });
      const model = withThresholds(random, (_channel, step, bound) => threshold(bound, step));
      const all = clipOf(3, 6, 5, () => 15);
      await expectWasmIsOracle(model, [clipFor(model.network, 0.4, 3), all]);
    }
  });
});

/** One convolution over the whole input: step t has t active inputs, so N = t, and a channel for each threshold. */
describe('every threshold against every N', () => {
  const [height, width] = [5, 5];
  const most = 2 * height * width;
  const thresholds = Array.from({ length: 2 * most + 7 }, (_, i) => i - most - 3);
  const conv = { kind: 'conv', kernel: 5, padding: 'valid', filters: 3 * thresholds.length };
  const steps = most + 1;

  it.each([1, 2, 3])('draw %d', async (seed) => {
    const layers = [conv, { kind: 'mfp', structure: 'diagonal' }];
    const network = stackOf(layers, { steps, height, width, maxCount: 1 });
    const model = withThresholds(
      randomModelOf(network, seed),
      (channel) => thresholds[Math.floor(channel / 3)]!,
    );
    const random = new SeededRandom(seed);
    const order = Array.from({ length: steps }, () => shuffled(most, random));
    const clip = clipOf(steps, width, height, (i) => {
      const step = Math.floor(i / most);
      return order[step]![i % most]! < step ? 1 : 0;
    });
    const [result] = await expectWasmIsOracle(model, [clip], ['exact']);
    expect(result!.steps.map(({ synapticOperations }) => synapticOperations[0]! / conv.filters)).toEqual(
      Array.from({ length: steps }, (_, t) => t),
    );
  });

  it('rows of the table that are longer than 64', async () => {
    const wide = { kind: 'conv', kernel: 15, padding: 'valid', filters: 257 };
    const layers = [wide, { kind: 'mfp', structure: 'diagonal' }];
    const network = stackOf(layers, { steps: 32, height: 15, width: 15, maxCount: 7 });
    const random = new SeededRandom(4);
    const around = (spread: number) => random.integer(2 * spread + 1) - spread;
    const model = withThresholds(randomModelOf(network, 4), (channel) =>
      around(channel < 64 ? 4 : 1 + 12 * channel),
    );
    const clip = clipOf(32, 15, 15, (i) => (random.integer(32) < i / 450 ? random.integer(8) : 0));
    await expectWasmIsOracle(model, [clip], ['exact']);
  });
});

function shuffled(length: number, random: SeededRandom): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
