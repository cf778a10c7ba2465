import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameClip } from '../../src/frames/index.ts';
import { calibrateThresholds, createOracleEngine, sparseClip } from '../../src/inference/index.ts';
import {
  describePlain,
  firesFloat32,
  M_STRUCTURES,
  membraneBound,
  randomModel,
  randomModelOf,
  randomNetwork,
  readModel,
  tensorData,
  writeModel,
  type Model,
  type PackedLayer,
} from '../../src/network/index.ts';
import { randomClip } from '../helpers/clips.ts';
import { NEURONS } from '../helpers/neurons.ts';

const neuronLayersOf = ({ layers, neuronLayers }: Model): PackedLayer[] =>
  layers.filter(({ spec }) => neuronLayers.includes(spec.id));

/** Share of firing neurons, by layer, over a whole clip. */
async function firingRates(model: Model, clip: FrameClip): Promise<number[]> {
  const { steps } = await createOracleEngine(model).runClip(clip);
  return neuronLayersOf(model).map(({ output }, i) => {
    const [height, width, channels] = output.shape;
    const spikes = steps.reduce((sum, step) => sum + step.spikes[i]!, 0);
    return spikes / (steps.length * height * width * channels);
  });
}

describe('a sparse clip', () => {
  it('has the wanted density and no count above the limit', () => {
    const { network } = randomModel({ steps: 4, height: 32, width: 32, maxCount: 3 });
    const { counts, events } = sparseClip(network, 0.2, 7);
    expect(counts.filter((count) => count > 0).length / counts.length).toBeCloseTo(0.2, 1);
    expect(new Set(counts)).toEqual(new Set([0, 1, 2, 3]));
    expect(events).toBe(Array.from(counts).reduce((a, b) => a + b, 0));
    expect(sparseClip(network, 0.2, 7).counts).toEqual(counts);
  });
});

describe('calibrated thresholds', () => {
  const stack = [16, 24, 'AP2', 24, 'AP2', 32] as const;

  it.each(NEURONS.flatMap(([name, neuron]) => [0.05, 0.3].map((rate) => ({ name, neuron, rate }))))(
    '$name fires at $rate in every layer',
    async ({ neuron, rate }) => {
      const model = randomModel({ neuron, steps: 4, height: 16, width: 16, stack });
      const clip = sparseClip(model.network, rate, 1);
      const calibrated = calibrateThresholds(model, clip, rate);
      for (const found of await firingRates(calibrated, clip))
        expect(Math.abs(found - rate)).toBeLessThan(0.01);
      expect(tensorData(calibrated.layers[0]!, 'weight', 'I8')).toEqual(
        tensorData(model.layers[0]!, 'weight', 'I8'),
      );
    },
  );

  it.each([0, 1])('silences or fires everything at %d', async (rate) => {
    const model = randomModel({ steps: 3, stack });
    const clip = sparseClip(model.network, 0.1, 1);
    expect(await firingRates(calibrateThresholds(model, clip, rate), clip)).toEqual([rate, rate, rate, rate]);
  });

  it('come close to the rate where a channel is a single neuron', async () => {
    const network = describePlain('narrow', [8, 'AP2', 40], {
      steps: 3,
      height: 2,
      width: 2,
      classes: ['a'],
      neuron: { kind: 'mfp', structure: 'full' },
    });
    const clip = sparseClip(network, 0.5, 1);
    const [, second] = await firingRates(calibrateThresholds(randomModelOf(network, 1), clip, 0.25), clip);
    expect(Math.abs(second! - 0.25)).toBeLessThan(0.05);
  });

  it('are found in networks of any form', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.constantFrom(...M_STRUCTURES), async (seed, structure) => {
        const neuron = { kind: 'mfp', structure } as const;
        const network = randomNetwork({ seed, height: 12, width: 12, blocks: 4, neuron });
        const clip = sparseClip(network, 0.2, seed);
        const model = calibrateThresholds(randomModelOf(network, seed), clip, 0.2);
        const channels = neuronLayersOf(model).map(({ output }) => output.shape[2]);
        for (const [i, found] of (await firingRates(model, clip)).entries())
          expect(Math.abs(found - 0.2)).toBeLessThanOrEqual(0.5 / (network.steps * channels[i]!));
      }),
      { numRuns: 20 },
    );
  });

  it('stand in a model file like trained ones', () => {
    const model = randomModel({ steps: 3, structure: 'rank1' });
    const calibrated = calibrateThresholds(model, sparseClip(model.network, 0.1, 1), 0.1);
    expect(readModel(writeModel(calibrated))).toEqual(calibrated);
    expect(calibrated.training['calibratedRate']).toBe(0.1);
  });

  it('agree with the float32 rule of the same file, and under a diagonal M with Eq. 9', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...M_STRUCTURES), (seed, structure) => {
        const model = randomModel({ seed, structure, steps: 3 });
        const { layers } = calibrateThresholds(model, randomClip(3, 8, 8, seed), 0.2);
        for (const layer of layers.filter(({ spec }) => spec.kind === 'mfp')) {
          const threshold = tensorData(layer, 'threshold', 'I32');
          const gain = tensorData(layer, 'gain', 'F32');
          const offset = tensorData(layer, 'offset', 'F32');
          threshold.forEach((edge, i) => {
            const g = gain[i % gain.length]!;
            expect(firesFloat32(edge, g, offset[i]!, 0)).toBe(true);
            expect(firesFloat32(edge - Math.sign(g), g, offset[i]!, 0)).toBe(false);
          });
          if (structure === 'diagonal') expect(tensorData(layer, 'eq9Threshold', 'I32')).toEqual(threshold);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('of a LIF keep membranes below 2^24', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 0.2, 1), (seed, rate) => {
        const model = randomModel({ seed, neuron: { kind: 'lif', decay: 0.75 }, steps: 3 });
        const calibrated = calibrateThresholds(model, randomClip(3, 8, 8, seed), rate);
        expect(readModel(writeModel(calibrated))).toEqual(calibrated);
        for (const layer of calibrated.layers.filter(({ spec }) => spec.kind === 'lif')) {
          const bias = tensorData(layer, 'bias', 'I32');
          tensorData(layer, 'scale', 'I32').forEach((scale, c) => {
            const drive = Math.abs(scale) * layer.input.bound + Math.abs(bias[c]!);
            expect(membraneBound(drive, 12)).toBeLessThan(2 ** 24);
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it('need a clip that fits', () => {
    const model = randomModel({ steps: 3 });
    expect(() => calibrateThresholds(model, randomClip(4, 8, 8, 1), 0.1)).toThrow(
      expect.objectContaining({ code: 'WRONG_STEPS' }),
    );
  });
});
