import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset, readLabelledClips } from '../../datasets/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../src/frames/index.ts';
import { architectures, createModel, foldNetwork, readModel, writeModel } from '../../src/network/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import { selectBackend, trainNetwork } from '../../src/training/index.ts';
import { writeCifar10DvsZips } from '../helpers/cifar10-dvs.ts';
import { hasSharedData } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

describe.skipIf(!hasSharedData)('VGGSNN on recordings in CIFAR10-DVS layout', () => {
  it('makes one real training step at reduced width, and what it exports runs', async () => {
    const folder = temporaryFolder();
    writeCifar10DvsZips(folder, 1, 4000);
    const dataset = await openDataset(folder);
    const size = { width: 48, height: 48 };
    const { clips } = await readLabelledClips(dataset.samples, {
      decoding: dataset.definition.decoding,
      rule: {
        ...FRAME_RULE_DEFAULTS,
        sensor: null,
        convention: dataset.definition.convention,
        binning: { by: 'number', steps: 10 },
      },
      output: size,
    });
    const network = architectures
      .find(({ name }) => name === 'vggsnn')!
      .describe({
        ...size,
        steps: 10,
        classes: dataset.classes,
        neuron: { kind: 'mfp', structure: 'full' },
        widthFactor: 1 / 16,
      });
    const plan = {
      network,
      epochs: 1,
      batchSize: 3,
      learningRate: 1e-3,
      seed: 1,
      tetLambda: 1e-3,
      maxShift: 5,
      data: 'test',
    };
    const { parameters, history } = await trainNetwork(plan, clips);
    expect(history[0]!.loss).toBeGreaterThan(0);
    const input = {
      sensor: { width: 128, height: 128 },
      ...FRAME_RULE_DEFAULTS,
      convention: 'spikingjelly',
      binning: { by: 'number', steps: 10 },
    } as const;
    const model = createModel(network, foldNetwork(network, parameters), input, {
      dataset: 'cifar10-dvs',
      split: 'tet',
      seed: 1,
      epochs: 1,
    });
    const result = await createOracleEngine(readModel(writeModel(model))).runClip(clips[0]!.clip);
    expect(result.steps.length).toBe(10);
    expect(result.steps[0]!.spikes.length).toBe(8);
    await dataset.close();
  }, 120_000);
});
