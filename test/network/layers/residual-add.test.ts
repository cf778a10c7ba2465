import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOracleEngine, tapEveryLayer } from '../../../src/inference/index.ts';
import { elementCount, randomModelOf, type ResidualAddSpec } from '../../../src/network/index.ts';
import { randomClip } from '../../helpers/clips.ts';
import { anyNetwork } from '../../helpers/networks.ts';

describe('residual addition', () => {
  it('is main + 2^shift · shortcut in every step, and no value passes its bound', async () => {
    let additions = 0;
    await fc.assert(
      fc.asyncProperty(anyNetwork({ blocks: 4 }), fc.integer(), async (network, seed) => {
        const model = randomModelOf(network, seed);
        const values = new Map<string, number[]>();
        const clip = randomClip(network.steps, network.input.width, network.input.height, seed);
        await createOracleEngine(model).runClip(clip, {
          taps: tapEveryLayer(model, (activity) =>
            values.set(`${activity.layer} ${activity.step}`, [...activity.values]),
          ),
        });
        for (const { spec, sources, output } of model.layers) {
          for (let step = 0; step < network.steps; step++) {
            const own = values.get(`${spec.id} ${step}`)!;
            expect(own.length).toBe(elementCount(output.shape));
            expect(Math.max(...own.map(Math.abs))).toBeLessThanOrEqual(output.bound);
            if (spec.kind !== 'residualAdd') continue;
            additions++;
            const [main, shortcut] = sources.map((source) => values.get(`${source} ${step}`)!);
            const weight = 2 ** (spec as ResidualAddSpec).shift;
            expect(own).toEqual(main!.map((current, i) => current + weight * shortcut![i]!));
          }
        }
      }),
      { numRuns: 50 },
    );
    expect(additions).toBeGreaterThan(50);
  });
});
