import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { repeatedClip, type FrameClip } from '../../src/frames/index.ts';
import { createOracleEngine, createWasmEngine, tapEveryLayer } from '../../src/inference/index.ts';
import {
  inputLength,
  NetworkError,
  MOST_BRIGHT,
  randomModelOf,
  randomNetwork,
  type NetworkDescription,
} from '../../src/network/index.ts';
import { expectWasmIsOracle } from '../helpers/engine-equality.ts';

const IMAGES = { channels: 3, maxCount: MOST_BRIGHT };

/** Networks of any form whose sums over images stay below 2^24: most of one with a kernel of 5 do not. */
const anyNetwork = fc
  .record({
    seed: fc.integer(),
    steps: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 2, max: 11 }),
    width: fc.integer({ min: 2, max: 11 }),
    blocks: fc.integer({ min: 0, max: 4 }),
  })
  .map((drawn): NetworkDescription | null => {
    try {
      return randomNetwork({ ...drawn, ...IMAGES });
    } catch (error) {
      if (error instanceof NetworkError && error.code === 'ACCUMULATOR_OVERFLOW') return null;
      throw error;
    }
  })
  .filter((network) => network !== null);

/** An image at every time step, its pixels as `pixel` says. */
function imageOf({ input, steps }: NetworkDescription, pixel: () => number): FrameClip {
  const { width, height } = input;
  const pixels = Uint8Array.from({ length: inputLength(input) }, pixel);
  return repeatedClip(pixels, { width, height }, steps);
}

describe('both engines agree bit for bit on images', () => {
  it('on any network, with any image, black and white ones among them', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyNetwork, fc.integer(), async (network, seed) => {
        const random = new SeededRandom(seed);
        const clips = [
          imageOf(network, () => random.integer(256)),
          imageOf(network, () => 255 * random.integer(2)),
          imageOf(network, () => 255),
        ];
        await expectWasmIsOracle(randomModelOf(network, seed), clips);
      }),
      { numRuns: 60 },
    );
  });

  it('with the largest weights and the brightest image, beyond 16 bits', async () => {
    const network = randomNetwork({ ...IMAGES, seed: 2, blocks: 1 });
    const random = randomModelOf(network, 2);
    const layers = random.layers.map((layer) => {
      const { weight } = layer.tensors;
      if (weight?.dtype !== 'I8') return layer;
      const data = Int8Array.from(weight.data, (_, i) => (i % 3 === 0 ? -127 : 127));
      return { ...layer, tensors: { ...layer.tensors, weight: { ...weight, data } } };
    });
    const model = { ...random, layers };
    const white = imageOf(network, () => 255);
    let largest = 0;
    const taps = tapEveryLayer(model, ({ kind, values }) => {
      if (kind === 'conv') largest = Math.max(largest, ...Array.from(values, Math.abs));
    });
    await createOracleEngine(model).runClip(white, { taps });
    expect(largest).toBeGreaterThan(32_767);
    await expectWasmIsOracle(model, [white]);
  });

  it('refuse frames of events', async () => {
    const network = randomNetwork({ ...IMAGES, seed: 1 });
    const model = randomModelOf(network, 1);
    const { width, height } = network.input;
    const events = repeatedClip(new Uint8Array(2 * width * height), { width, height }, network.steps);
    for (const engine of [createOracleEngine(model), await createWasmEngine(model)])
      await expect(engine.runClip(events)).rejects.toMatchObject({
        code: 'WRONG_GEOMETRY',
        message: expect.stringContaining('(3 channels)') as string,
      });
  });
});
