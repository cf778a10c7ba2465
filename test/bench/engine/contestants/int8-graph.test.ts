import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasInt8Form,
  int8Graph,
  withFirstThresholds,
} from '../../../../bench/engine/contestants/int8-graph.mjs';
import { recordClip, requireEqual } from '../../../../src/cli/bench/clip-record.ts';
import { countsTensor, createOnnxSession, recordOnnx } from '../../../../src/cli/bench/onnxruntime.ts';
import { createOracleEngine } from '../../../../src/inference/index.ts';
import { randomModel, tensorData } from '../../../../src/network/index.ts';
import { randomClip } from '../../../helpers/clips.ts';
import { hasOnnxRuntime, loadOnnxRuntime } from '../../../helpers/onnxruntime.ts';

const stack = [6, 'AP2', 9, 7, 'AP2'] as const;

describe('the int8 graph', () => {
  it('is for plain stacks of neurons without history', () => {
    expect(hasInt8Form(randomModel({ structure: 'diagonal', stack }))).toBe(true);
    expect(hasInt8Form(randomModel({ structure: 'rank1', stack }))).toBe(false);
    expect(hasInt8Form(randomModel({ structure: 'diagonal', stack: [6] }))).toBe(false);
  });

  it('has the thresholds of the first step', () => {
    const model = withFirstThresholds(randomModel({ structure: 'diagonal', steps: 3, stack }));
    const rows = Array.from(tensorData(model.layers[1]!, 'threshold', 'I32'));
    expect(rows.slice(6, 12)).toEqual(rows.slice(0, 6));
    expect(rows.slice(12)).toEqual(rows.slice(0, 6));
  });

  it.skipIf(!hasOnnxRuntime)('gives the spikes and logits of the oracle', async () => {
    const runtime = loadOnnxRuntime();
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = randomModel({ structure: 'diagonal', seed, steps: 3, height: 8, width: 12, stack });
        const model = withFirstThresholds(random);
        const clip = randomClip(3, 12, 8, seed);
        const counts = countsTensor(
          runtime,
          { ...clip, counts: clip.counts.map((n) => Math.min(n, 15)) },
          'uint8',
        );
        const session = await createOnnxSession(runtime, int8Graph(model), 1);
        const found = await recordOnnx(session, counts, model.neuronLayers);
        expect(found.spikes.size).toBe(3);
        requireEqual('int8', await recordClip(createOracleEngine(model), clip), found);
        await session.release();
      }),
      { numRuns: 30 },
    );
  });
});
