import { expect, it } from 'vitest';
import { layerKindOf, randomModel, resolveNetwork } from '../../../src/network/index.ts';
import { stackOf } from '../../helpers/networks.ts';

it.each([0, 0.25, 0.5, 0.9])('rank 1 starts with finite parameters over 64 steps, decay %d', (decay) => {
  const network = stackOf(
    [
      { kind: 'conv', filters: 2, kernel: 3, weights: 'int8' },
      { kind: 'mfp', structure: 'rank1', decay },
    ],
    { steps: 64, maxCount: 3 },
  );
  const neuron = resolveNetwork(network)[1]!;
  for (const { name, init } of layerKindOf(neuron.spec).parameters(neuron)) {
    if (init.kind !== 'values') continue;
    const finite = [...init.values].every(Number.isFinite);
    expect(finite, name).toBe(true);
  }
  expect(randomModel({ structure: 'rank1', steps: 64, maxCount: 3 }).neuronLayers).toHaveLength(2);
});
