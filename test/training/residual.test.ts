import { beforeAll, expect, it } from 'vitest';
import { createOracleEngine, evaluateClips } from '../../src/inference/index.ts';
import { createModel, describeResidual, foldNetwork, randomModelOf } from '../../src/network/index.ts';
import { selectBackend, trainNetwork } from '../../src/training/index.ts';
import { framewise } from '../helpers/temporal-tasks.ts';

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

it('a network with both kinds of shortcut learns, and the exported model knows it', async () => {
  const size = { steps: 3, height: 4, width: 4, classes: ['0', '1', '2', '3', '4'] };
  const network = describeResidual(
    'small',
    [
      { blocks: 1, planes: 8, stride: 1 },
      { blocks: 1, planes: 16, stride: 2 },
    ],
    { ...size, neuron: { kind: 'mfp', structure: 'full' }, maxCount: 1 },
  );
  const plan = {
    network,
    epochs: 10,
    batchSize: 50,
    learningRate: 5e-3,
    seed: 1,
    tetLambda: 1e-3,
    maxShift: 0,
    data: 'synthetic',
  };
  const { parameters } = await trainNetwork(plan, framewise(500, 3, 5, 1));
  const { input, training } = randomModelOf(network, 1);
  const model = createModel(network, foldNetwork(network, parameters), input, training);
  const report = await evaluateClips(createOracleEngine(model), framewise(300, 3, 5, 2));
  expect(report.accuracy).toBeGreaterThan(0.8);
}, 60_000);
