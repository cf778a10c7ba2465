import { beforeAll, describe, expect, it } from 'vitest';
import { describePlain, foldNetwork } from '../../src/network/index.ts';
import {
  readCheckpoint,
  selectBackend,
  trainNetwork,
  writeCheckpoint,
  type Checkpoint,
  type TrainingPlan,
} from '../../src/training/index.ts';
import { framewise } from '../helpers/temporal-tasks.ts';

const network = describePlain('resume', [4, 'AP2', 4], {
  steps: 3,
  height: 4,
  width: 4,
  classes: ['0', '1', '2'],
  neuron: { kind: 'mfp', structure: 'rank1' },
});
const plan: TrainingPlan = {
  network,
  epochs: 4,
  batchSize: 8,
  learningRate: 0.01,
  seed: 5,
  tetLambda: 1e-3,
  maxShift: 1,
  data: 'test',
};
const samples = framewise(32, 3, 3, 4);

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

describe('a checkpoint', () => {
  it('after an interruption gives the model that an undisturbed run gives, bit for bit', async () => {
    const undisturbed = await trainNetwork(plan, samples);
    const abort = new AbortController();
    let file: Uint8Array | undefined;
    const interrupted = trainNetwork(plan, samples, {
      signal: abort.signal,
      onCheckpoint: (checkpoint: Checkpoint) => {
        file = writeCheckpoint(checkpoint);
        if (checkpoint.history.length === 2) abort.abort(new Error('Ctrl-C'));
      },
    });
    await expect(interrupted).rejects.toThrow('Ctrl-C');
    const resumed = await trainNetwork(plan, samples, { checkpoint: readCheckpoint(file!, plan) });
    expect(resumed.history.map(({ loss }) => loss)).toEqual(undisturbed.history.map(({ loss }) => loss));
    expect(foldNetwork(network, resumed.parameters)).toEqual(foldNetwork(network, undisturbed.parameters));
  });

  it('of another plan is refused', async () => {
    let file: Uint8Array | undefined;
    await trainNetwork({ ...plan, epochs: 1 }, samples, {
      onCheckpoint: (checkpoint) => void (file = writeCheckpoint(checkpoint)),
    });
    expect(() => readCheckpoint(file!, { ...plan, seed: 6 })).toThrow(
      expect.objectContaining({ code: 'WRONG_CHECKPOINT' }),
    );
    expect(() => readCheckpoint(file!.subarray(0, 100), plan)).toThrow(
      expect.objectContaining({ code: 'TRUNCATED' }),
    );
  });
});

describe('what cannot be trained', () => {
  it('says so', async () => {
    await expect(trainNetwork(plan, [])).rejects.toMatchObject({ code: 'NO_SAMPLES' });
    await expect(trainNetwork({ ...plan, learningRate: 1e30 }, samples)).rejects.toMatchObject({
      code: expect.stringMatching(/DIVERGED|BAD_PARAMETERS/),
    });
    await expect(selectBackend({ prefer: 'node' })).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });
});
