import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import {
  resolveNetwork,
  type ConvSpec,
  type LayerNode,
  type NetworkDescription,
} from '../../../src/network/index.ts';
import { convBlock, CONV_WORDS, geometryOf } from '../../../src/training/engine/conv-geometry.ts';
import { CountedProducts } from '../../../src/training/engine/counted-products.ts';
import { smallestLevel } from '../../../src/training/engine/gradient-rounding.ts';
import { LocalCrew } from '../../../src/training/engine/crew.ts';
import { instantiateKernel } from '../../../src/training/engine/kernel.ts';
import { NetworkWeights } from '../../../src/training/engine/network-weights.ts';
import { EngineParameters } from '../../../src/training/engine/parameters.ts';
import { Rooms } from '../../../src/training/engine/rooms.ts';
import { Layout, padded, Space } from '../../../src/training/engine/space.ts';
import { edeSlope, engineObstacle, TrainingEngine } from '../../../src/training/index.ts';
import { anyStack, stackOf, type StackLayer } from '../../helpers/networks.ts';
import { plainAlpha, randomBits, roundToPower } from '../../helpers/plain-rounding.ts';
import { eachProduct } from '../../helpers/plain-training.ts';
import { randomBatch } from '../../helpers/training-batches.ts';

const EDE = edeSlope(2, 5);

/** Codes of 0. */
const ZERO_CODES = [0, 14, 15];

const kernelSpace = new Space(2 ** 20);
const kernel = instantiateKernel(kernelSpace);

/** Magnitudes from far below α to the highest level. */
function anyGradients(count: number, alpha: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: count }, () => {
    const kind = random.integer(8);
    if (kind === 0) return 0;
    const magnitude = kind === 1 ? 2 ** random.integer(12) : 2 ** (16 * random.uniform() - 4);
    return (random.integer(2) === 0 ? -1 : 1) * alpha * Math.min(magnitude, 4095);
  });
}

describe('rounding to powers of two', () => {
  it.each([1, 2 ** -20, 2 ** 9])('is that of the plain rule, as numbers and as codes: α = %s', (alpha) => {
    const count = 4096;
    const gradients = anyGradients(count, alpha, 3);
    const place = { seed: 5, step: 7, layer: 1, sample: 2, t: 3 };
    const bits = randomBits(place);
    const random = new SeededRandom(5, 7, 1, 2, 3);
    const [key, second] = [random.integer(2 ** 32), random.integer(2 ** 32)];
    const expected = gradients.map((g, i) => roundToPower(g, bits(i), alpha));
    kernelSpace.floats(1024, count).set(gradients);
    kernel.codeGradient(1024, count, key, second, alpha, 2 ** 19);
    kernel.roundGradient(1024, count, key, second, alpha);
    expect(Array.from(kernelSpace.floats(1024, count), (g) => g + 0)).toEqual(
      Array.from(expected, (g) => g + 0),
    );
    const codes = kernelSpace.u8.subarray(2 ** 19, 2 ** 19 + count);
    const decoded = Array.from(codes, (code) => {
      return ZERO_CODES.includes(code) ? 0 : (code >> 7 === 1 ? -1 : 1) * alpha * 2 ** ((code & 15) - 1);
    });
    expect(decoded).toEqual(Array.from(expected, (g) => g + 0));
    expect(Math.max(...expected.map(Math.abs))).toBe(4096 * alpha);
  });

  it('has the mean of what it rounds', () => {
    const [count, draws, alpha] = [64, 40_000, 0.25];
    const gradients = anyGradients(count, alpha, 9);
    const sums = new Float64Array(count);
    const random = new SeededRandom(1);
    for (let draw = 0; draw < draws; draw++) {
      kernelSpace.floats(1024, count).set(gradients);
      kernel.roundGradient(1024, count, random.integer(2 ** 32), random.integer(2 ** 32), alpha);
      kernelSpace.floats(1024, count).forEach((g, i) => (sums[i]! += g));
    }
    gradients.forEach((g, i) => {
      const magnitude = Math.abs(g);
      const low = magnitude < alpha ? 0 : 2 ** Math.floor(Math.log2(magnitude));
      const high = magnitude < alpha ? alpha : 2 * low;
      const deviation = Math.sqrt(((magnitude - low) * (high - magnitude)) / draws);
      const off = Math.abs(sums[i]! / draws - g);
      // Random bits are 23: chances are off by so much.
      expect({ g, off, right: off <= 4.5 * deviation + (high - low) * 2 ** -22 }).toEqual({
        g,
        off,
        right: true,
      });
    });
  });

  it('takes its smallest level from the spread, and never clips the largest', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 13 }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (seed, levels, tail) => {
          const random = new SeededRandom(seed);
          const gradients = Float64Array.from({ length: 200 }, () => random.normal() * 1e-3);
          gradients[17] = tail * 1e-3;
          const magnitudes = Array.from(gradients, Math.abs);
          const largest = Math.max(...magnitudes);
          const mean = magnitudes.reduce((sum, g) => sum + g, 0) / 200;
          const alpha = 2 ** smallestLevel(mean, largest, levels);
          expect(alpha).toBe(plainAlpha([gradients], levels));
          expect(roundToPower(largest, 2 ** 23 - 1, alpha)).toBeLessThanOrEqual(4096 * alpha);
        },
      ),
    );
  });
});

/** A 1-bit convolution on spikes or on sums of four, the second one of a stack. */
function anyCounted(): fc.Arbitrary<{ readonly node: LayerNode<ConvSpec>; readonly bound: number }> {
  return fc
    .record({
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 1, max: 9 }),
      pooled: fc.boolean(),
      channels: fc.constantFrom(1, 3, 8, 17, 64, 65, 129, 264, 520),
      kernel: fc.constantFrom(1, 2, 3, 5),
      stride: fc.constantFrom(1, 1, 2, 3),
      padding: fc.constantFrom('same', 'valid'),
      filters: fc.constantFrom(1, 5, 8, 33),
    })
    .filter(({ height, width, kernel: size, padding, pooled }) => {
      const [h, w] = pooled ? [height >> 1, width >> 1] : [height, width];
      return h >= 1 && w >= 1 && (padding === 'same' || (h >= size && w >= size));
    })
    .map(({ height, width, pooled, channels, ...conv }) => {
      const layers: StackLayer[] = [
        { kind: 'conv', filters: channels, kernel: 1, weights: 'int8' },
        { kind: 'mfp', structure: 'diagonal' },
        ...(pooled ? [{ kind: 'averagePool', size: 2 }] : []),
        { kind: 'conv', weights: 'binary', ...conv },
        { kind: 'mfp', structure: 'diagonal' },
      ];
      const node = resolveNetwork(stackOf(layers, { height, width, steps: 2 }))[pooled ? 3 : 2]!;
      return { node: node as LayerNode<ConvSpec>, bound: pooled ? 4 : 1 };
    });
}

describe('products on counters', () => {
  it('are those of plain loops, bit for bit', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        anyCounted(),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        ({ node, bound }, samples, seed) => {
          const random = new SeededRandom(seed);
          const steps = 2;
          const frames = samples * steps;
          const [inHeight, inWidth, inChannels] = node.input.shape;
          const [height, width, channels] = node.output.shape;
          const [inStride, stride] = [padded(inChannels), padded(channels)];
          const layout = new Layout();
          const rooms = new Rooms();
          const parameters = new EngineParameters(stackOf([]), layout);
          const rounding = { levels: 6, seed: 1, countersFrom: 1, measured: false };
          const own = { layout, rooms, parameters, steps, samples, rounding };
          const plan = { ...own, weights: new NetworkWeights(own) };
          const bytes = inHeight * inWidth * inStride;
          const address = layout.reserve(frames * bytes);
          const input = {
            address,
            height: inHeight,
            width: inWidth,
            channels: inChannels,
            stride: inStride,
            bytes,
            bound,
            gradient: 'oddMaps' as const,
          };
          const currents = {
            // Codes lie here.
            address: layout.reserve(4 * frames * height * width * stride),
            height,
            width,
            channels,
            stride,
            bytes: 4 * height * width * stride,
            gradientBytes: 0,
          };
          const geometry = geometryOf(node);
          const taps = geometry.kernel[0] * geometry.kernel[1];
          const products = new CountedProducts(geometry, input, currents, plan);
          const [conv, signs] = [layout.reserve(64), layout.reserve(2 * taps * inChannels * stride)];
          const [weights, maps] = [
            layout.reserve(4 * taps * inChannels * stride),
            layout.reserve(4 * frames * bytes),
          ];
          rooms.settle(layout);
          const space = new Space(layout.bytes);
          const exports = instantiateKernel(space);
          const run = { space, kernel: exports, crew: new LocalCrew(exports) };
          space.words(conv, CONV_WORDS).set(convBlock(geometry, input, currents));
          products.start(run, conv);
          // What other layers leave behind.
          const counting = rooms.ownAt('counting', 0);
          space.u8.fill(165, counting, counting + 4096);

          const alpha = 2 ** -7;
          const map = Array.from({ length: frames }, () =>
            Uint8Array.from({ length: inHeight * inWidth * inChannels }, () =>
              random.uniform() < 0.4 ? 1 + random.integer(bound) : 0,
            ),
          );
          const codes = Array.from({ length: frames }, () =>
            Uint8Array.from({ length: height * width * channels }, () =>
              random.uniform() < 0.5
                ? 1 + random.integer(13) + 128 * random.integer(2)
                : ZERO_CODES[random.integer(3)]!,
            ),
          );
          const sign = Int8Array.from(
            { length: taps * inChannels * channels },
            () => 2 * random.integer(2) - 1,
          );
          map.forEach((frame, f) => {
            frame.forEach((value, i) => {
              space.u8[address + f * bytes + Math.floor(i / inChannels) * inStride + (i % inChannels)] =
                value;
            });
          });
          codes.forEach((frame, f) => {
            frame.forEach((code, i) => {
              const at = (f * height * width + Math.floor(i / channels)) * stride + (i % channels);
              space.u8[currents.address + at] = code;
            });
          });
          const int16 = new Int16Array(space.memory.buffer);
          sign.forEach((value, i) => {
            int16[signs / 2 + Math.floor(i / channels) * stride + (i % channels)] = value;
          });

          const onMaps = map.map((frame) => new Float64Array(frame.length));
          const onWeights = new Float64Array(sign.length);
          eachProduct(node, (i, w, o) => {
            codes.forEach((frame, f) => {
              const code = frame[o]!;
              const g = ZERO_CODES.includes(code) ? 0 : (code >> 7 === 1 ? -1 : 1) * 2 ** ((code & 15) - 1);
              onMaps[f]![i]! += g * sign[w]!;
              onWeights[w]! += g * map[f]![i]!;
            });
          });
          products.weightGradient(samples, alpha, weights);
          products.inputGradient(samples, signs, alpha, maps);
          products.check();
          onMaps.forEach((frame, f) => {
            const got = space.floats(maps + 4 * f * bytes, bytes);
            const values = Array.from(
              frame,
              (_, i) => got[Math.floor(i / inChannels) * inStride + (i % inChannels)],
            );
            expect(values).toEqual(Array.from(frame, (g) => Math.fround(g * alpha)));
          });
          const got = space.floats(weights, taps * inChannels * stride);
          const values = Array.from(
            onWeights,
            (_, i) => got[Math.floor(i / channels) * stride + (i % channels)],
          );
          expect(values).toEqual(Array.from(onWeights, (g) => Math.fround(g * alpha)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('have the bits of products that are looked up and added', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStack().filter((network) => engineObstacle(network) === null),
        fc.nat(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 13 }),
        async (network, seed, size, levels) => {
          const hash = (countersFrom: number): Promise<string> =>
            hashOf(network, seed, size, { gradientLevels: levels, countersFrom });
          const [counted, added] = [await hash(1), await hash(Infinity)];
          expect(counted).toBe(added);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('have them where sums pass 16 bits, too', async () => {
    const network = stackOf(
      [
        { kind: 'conv', filters: 8, kernel: 3, weights: 'int8' },
        { kind: 'mfp', structure: 'full' },
        { kind: 'conv', filters: 16, kernel: 3, weights: 'binary' },
        { kind: 'mfp', structure: 'full' },
      ],
      { height: 96, width: 96, steps: 1 },
    );
    const hash = (countersFrom: number): Promise<string> =>
      hashOf(network, 1, 1, { gradientLevels: 13, countersFrom });
    const [counted, added] = [await hash(1), await hash(Infinity)];
    expect(counted).toBe(added);
  });
});

/** Trains two steps, and hashes all weights. */
async function hashOf(
  network: NetworkDescription,
  seed: number,
  size: number,
  options: object,
): Promise<string> {
  const engine = new TrainingEngine({
    network,
    batchSize: size,
    seed,
    tetLambda: 0.05,
    gradients: 'power-of-two',
    ...options,
  });
  for (let step = 0; step < 2; step++) await engine.step(randomBatch(network, size, seed + step), 0.01, EDE);
  let hash = 0x811c9dc5;
  for (const own of Object.values(engine.snapshot())) {
    for (const values of Object.values(own)) {
      for (const byte of new Uint8Array(values.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return (hash >>> 0).toString(16);
}
