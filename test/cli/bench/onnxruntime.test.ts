import { describe, expect, it } from 'vitest';
import { disposeAll } from '../../../src/cli/bench/interleave.ts';
import { exportedModelContestants, findOnnxRuntime } from '../../../src/cli/bench/onnxruntime.ts';
import { forwardContestant, randomBatch } from '../../../src/cli/bench/training.ts';
import { calibratedTask, workloadOf } from '../../../src/cli/bench/workload.ts';
import { createOracleEngine } from '../../../src/inference/index.ts';
import { randomNetwork } from '../../../src/network/index.ts';
import { hasOnnxRuntime, loadOnnxRuntime } from '../../helpers/onnxruntime.ts';

const network = randomNetwork({
  seed: 5,
  height: 12,
  width: 12,
  neuron: { kind: 'mfp', structure: 'full' },
});

describe('onnxruntime as a contestant', () => {
  it('is not needed', () => {
    expect(findOnnxRuntime()).toBeNull();
  });

  it.skipIf(!hasOnnxRuntime)('runs what it was checked on', async () => {
    const task = calibratedTask(network, 0.2);
    const workload = await workloadOf(task, createOracleEngine(task.model));
    const contestants = await exportedModelContestants('other', loadOnnxRuntime(), workload, [1, 2]);
    expect(contestants.map(({ threads }) => threads)).toEqual([1, 2]);
    for (const contestant of contestants) expect((await contestant.run()) ?? []).toHaveLength(1);
    await disposeAll(contestants);
  });

  it.skipIf(!hasOnnxRuntime)('runs the forward pass of a training task', async () => {
    const task = { network, batch: randomBatch(network, 3) };
    const contestant = await forwardContestant(loadOnnxRuntime(), task, 1);
    await contestant.run();
    await contestant.dispose?.();
  });

  it.skipIf(!hasOnnxRuntime)('is not timed if it differs', async () => {
    const task = calibratedTask(network, 0.2);
    const workload = await workloadOf(task, createOracleEngine(task.model));
    const [record] = workload.expected;
    const logits = Array.from(record!.logits, (logit) => logit + 1);
    const wrong = { ...workload, expected: [{ ...record!, logits }] };
    await expect(exportedModelContestants('other', loadOnnxRuntime(), wrong, [1])).rejects.toThrow(
      expect.objectContaining({ code: 'ENGINES_DIFFER' }),
    );
  });
});
