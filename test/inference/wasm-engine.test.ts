import fc from 'fast-check';
import { describe, it } from 'vitest';
import { randomModelOf } from '../../src/network/index.ts';
import { clipFor, randomClip } from '../helpers/clips.ts';
import { expectWasmIsOracle, MODES } from '../helpers/engine-equality.ts';
import { anyNetwork, anyStack } from '../helpers/networks.ts';
import { NEURONS } from '../helpers/neurons.ts';

/** Clips and streams, results and every layer's output, bit for bit. */
describe('the WebAssembly engine is the oracle', () => {
  it.each(MODES)('on any network, %s', { timeout: 120_000 }, async (mode) => {
    await fc.assert(
      fc.asyncProperty(anyNetwork(), fc.integer(), async (network, seed) => {
        const { steps, input } = network;
        const clips = [0, 1].map((i) => randomClip(steps, input.width, input.height, seed + i));
        await expectWasmIsOracle(randomModelOf(network, seed), clips, [mode]);
      }),
      { numRuns: 100 },
    );
  });

  it('on any stack of kernels, strides, pools and 8-bit weights', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStack(),
        fc.integer(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (network, seed, density) => {
          const clips = [0, 1].map((i) => clipFor(network, density, seed + i));
          await expectWasmIsOracle(randomModelOf(network, seed), clips);
        },
      ),
      { numRuns: 120 },
    );
  });

  it.each(NEURONS)('%s: from 1 to 32 time steps', { timeout: 120_000 }, async (_name, neuron) => {
    for (const steps of [1, 2, 7, 16, 31, 32]) {
      const network = (seed: number) =>
        fc.sample(anyNetwork({ steps, neuron, blocks: 2 }), { seed, numRuns: 1 })[0]!;
      for (const seed of [1, 2]) {
        const drawn = network(seed * steps);
        await expectWasmIsOracle(randomModelOf(drawn, seed), [
          clipFor(drawn, 0.3, seed),
          clipFor(drawn, 0.02, seed),
        ]);
      }
    }
  });
});
