import * as tfjs from '@tensorflow/tfjs';
import * as webgpu from '@tensorflow/tfjs-backend-webgpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePlain } from '../../../src/network/index.ts';
import {
  edeSlope,
  probeBackends,
  providePeers,
  selectBackend,
  tf,
  trainNetwork,
  type LearnerFactory,
} from '../../../src/training/index.ts';
import { framewise } from '../../helpers/temporal-tasks.ts';
import { randomBatch } from '../../helpers/training-batches.ts';

/** Chromium has no adapter on some machines, whatever its switches. */
const { gpu } = navigator as { readonly gpu?: GPU };
const adapter = await gpu?.requestAdapter();
const hasAdapter = adapter !== null && adapter !== undefined;

const size = { steps: 3, height: 4, width: 4, classes: ['a', 'b', 'c'] };
const network = describePlain('page', [4, 'AP2', 6], { ...size, neuron: { kind: 'mfp', structure: 'full' } });
const plan = {
  network,
  epochs: 1,
  batchSize: 6,
  learningRate: 5e-3,
  seed: 1,
  tetLambda: 1e-3,
  maxShift: 0,
  data: 'page',
};

it('a page hands packages over, and is told so', async () => {
  await expect(selectBackend({ prefer: 'webgpu' })).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
    message: expect.stringContaining("providePeers({ '@tensorflow/tfjs': … })"),
  });
  const probes = await probeBackends(1);
  expect(probes.map(({ name, clipsPerSecond }) => [name, clipsPerSecond !== null])).toEqual([
    ['engine', true],
    ['node', false],
    ['wasm', false],
    ['webgpu', false],
  ]);
});

describe.skipIf(!hasAdapter)('training on WebGPU in a page', { timeout: 240_000 }, () => {
  beforeAll(() => {
    providePeers({ '@tensorflow/tfjs': tfjs, '@tensorflow/tfjs-backend-webgpu': webgpu });
  });

  it('has the losses of the training engine', async () => {
    const lossesOf = async (create: LearnerFactory): Promise<number[]> => {
      const learner = create(plan);
      const losses: number[] = [];
      for (let step = 0; step < 4; step++) {
        const settings = { rate: 5e-3, ede: edeSlope(step, 4) };
        losses.push((await learner.step(randomBatch(network, 3, step), settings)).loss);
      }
      learner.dispose();
      return losses;
    };
    const engine = await selectBackend({ prefer: 'engine', network });
    const device = await selectBackend({ prefer: 'webgpu', network });
    expect(device.reason).toMatch(/^Training on WebGPU, /);
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    const expected = await lossesOf(engine.learner);
    const losses = await lossesOf(device.learner);
    losses.forEach((loss, step) => expect(loss).toBeCloseTo(expected[step]!, 4));
    expect(tf.memory().numTensors).toBe(0);
  });

  it('runs in the training loop', async () => {
    const { learner } = await selectBackend({ prefer: 'webgpu' });
    const { history } = await trainNetwork(plan, framewise(12, 3, 3, 4), { learner });
    expect(history.map(({ loss }) => Number.isFinite(loss))).toEqual([true]);
  });
});
