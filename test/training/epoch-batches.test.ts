import { describe, expect, it } from 'vitest';
import type { SampleBatch } from '../../operators/index.ts';
import { describePlain } from '../../src/network/index.ts';
import { EpochBatches } from '../../src/training/epoch-batches.ts';
import { parseAugmentation, type TrainingPlan } from '../../src/training/index.ts';
import { framewise } from '../helpers/temporal-tasks.ts';

const size = { steps: 4, height: 4, width: 4, classes: ['0', '1', '2'] };
const plan: TrainingPlan = {
  network: describePlain('batches', [2], { ...size, neuron: { kind: 'lif' } }),
  ...{ epochs: 1, batchSize: 8, learningRate: 0.01, seed: 5, tetLambda: 0, maxShift: 0, data: 'test' },
};
const samples = framewise(30, 4, 3, 4);

/** The samples that are in batches, as text: label and counts of each. */
function contents(batches: readonly SampleBatch[]): string[] {
  return batches.flatMap(({ counts, labels, steps, size: own }) => {
    const frame = counts.length / steps / own;
    return Array.from(labels, (label, sample) =>
      [
        label,
        ...Array.from({ length: steps }, (_, t) =>
          counts.subarray((t * own + sample) * frame, (t * own + sample + 1) * frame).join(),
        ),
      ].join(';'),
    );
  });
}

async function all(own: TrainingPlan, epoch: number): Promise<SampleBatch[]> {
  const batches = new EpochBatches(own, epoch, samples);
  return Promise.all(Array.from({ length: batches.length }, (_, i) => batches.at(i)));
}

describe('the batches of an epoch', () => {
  it('have each sample once, in another order in each', async () => {
    const [first, second] = [await all(plan, 0), await all(plan, 1)];
    expect(first.map((batch) => batch.size)).toEqual([8, 8, 8, 6]);
    const expected = samples.map(({ clip, label }) => [label, ...split(clip.counts)].join(';')).sort();
    expect(contents(first).sort()).toEqual(expected);
    expect(contents(second).sort()).toEqual(expected);
    expect(contents(second)).not.toEqual(contents(first));
    expect(first.every(({ shares }) => shares === undefined)).toBe(true);
  });

  it('are the same whichever are asked for, in any order; samples do not depend on the batch size', async () => {
    const mixing = { ...plan, maxShift: 1, augment: parseAugmentation('flip:0.5,mixup:1') };
    const expected = await all(mixing, 3);
    const again = new EpochBatches(mixing, 3, samples);
    for (const i of [3, 1, 0, 2, 1]) expect(await again.at(i)).toEqual(expected[i]);
    const large = await all({ ...mixing, batchSize: 30 }, 3);
    expect(contents(large)).toEqual(contents(expected));
    expect(large[0]!.shares).toEqual(expected.flatMap(({ shares }) => shares ?? []));
    expect(large[0]!.shares!.some((own) => own.length === 2)).toBe(true);
  });
});

function split(counts: ArrayLike<number>): string[] {
  const frame = counts.length / size.steps;
  return Array.from({ length: size.steps }, (_, t) =>
    Array.from(counts)
      .slice(t * frame, (t + 1) * frame)
      .join(),
  );
}
