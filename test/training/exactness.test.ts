import { from, lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { collectSamples } from '../../operators/index.ts';
import { SeededRandom } from '../../src/events/index.ts';
import type { LabelledClip } from '../../src/frames/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import { M_STRUCTURES, randomModel } from '../../src/network/index.ts';
import {
  createTensorOps,
  edeSlope,
  evaluateTensors,
  inputTensor,
  selectBackend,
  tf,
} from '../../src/training/index.ts';

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

/** Large counts and many channels, so that sums come near what float32 can hold. */
function samples(count: number, steps: number): LabelledClip[] {
  const random = new SeededRandom(11);
  return Array.from({ length: count }, () => {
    const counts = Uint8Array.from({ length: steps * 2 * 81 }, () => Math.max(0, random.integer(40) - 20));
    const clip = { steps, geometry: { width: 9, height: 9 }, counts, events: 0, saturated: 0, outside: 0 };
    return { clip, label: 0 };
  });
}

describe.each(M_STRUCTURES)('M %s', (structure) => {
  it.each([1, 2, 3])(
    'every spike of the integer engine equals the float32 evaluation pass (seed %i)',
    async (seed) => {
      const steps = 5;
      const model = randomModel({
        structure,
        steps,
        seed,
        width: 9,
        height: 9,
        stack: [8, 'AP2', 16, 'AP2', 12],
      });
      const clips = samples(6, steps);
      const batch = await lastValueFrom(from(clips).pipe(collectSamples({ batchSize: 6 }), toArray()));
      const input = inputTensor(batch[0]!, model.network);
      const floats = new Map<string, Float32Array>();
      const ops = createTensorOps({ steps, ede: edeSlope(0, 1) });
      tf.tidy(() => {
        evaluateTensors(ops, model.layers, input, (layer, output) => {
          floats.set(layer.spec.id, output.dataSync() as Float32Array);
        });
      });
      const engine = createOracleEngine(model);
      let spikes = 0;
      for (const [sample, { clip }] of clips.entries()) {
        await engine.runClip(clip, {
          tap: ({ layer, step, values }) => {
            const expected = floats.get(layer)!;
            const start = (step * clips.length + sample) * values.length;
            expect(Array.from(values)).toEqual(Array.from(expected.subarray(start, start + values.length)));
            if (layer.startsWith('mfp')) spikes += Array.from(values).reduce((a, b) => a + b, 0);
          },
        });
      }
      expect(spikes).toBeGreaterThan(0);
    },
  );
});
