import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describePlain, randomParameters } from '../../../src/network/index.ts';
import {
  edeSlope,
  engineBytes,
  EngineLearner,
  engineObstacle,
  readCheckpoint,
  TensorLearner,
  TrainingEngine,
  trainNetwork,
  writeCheckpoint,
  type Checkpoint,
  type RoundingReport,
  type TrainingPlan,
} from '../../../src/training/index.ts';
import { anyNetwork, anyStack } from '../../helpers/networks.ts';
import { plainTraining } from '../../helpers/plain-training.ts';
import { framewise } from '../../helpers/temporal-tasks.ts';
import { hasGradients, plainInput, randomBatch } from '../../helpers/training-batches.ts';

const EDE = edeSlope(2, 5);
const LAMBDA = 0.05;
const NO_MOMENTS = { betaPowers: [0.9, 0.999] as const, moments: [] };
const neuron = { kind: 'mfp', structure: 'full' } as const;
const network = describePlain('rounded', [6, 'AP2', 9, 70], {
  steps: 4,
  height: 4,
  width: 4,
  classes: ['a', 'b', 'c'],
  neuron,
});

function planOf(options: Partial<TrainingPlan> = {}): TrainingPlan {
  return {
    network,
    epochs: 2,
    batchSize: 6,
    learningRate: 0.01,
    seed: 1,
    tetLambda: 1e-3,
    maxShift: 1,
    gradients: 'power-of-two',
    data: 'test',
    ...options,
  };
}

const learner = (plan: TrainingPlan): EngineLearner => new EngineLearner(plan);
const samples = framewise(20, 4, 3, 3);

describe('gradients that are rounded', () => {
  it('are those of plain loops with the same rounding, in any network', { timeout: 120_000 }, async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc
          .oneof(anyStack(), anyNetwork())
          .filter((own) => engineObstacle(own) === null && hasGradients(own, 2)),
        fc.nat(),
        fc.integer({ min: 0, max: 100 }),
        async (own, seed, iterations) => {
          const parameters = randomParameters(own, seed);
          const batch = randomBatch(own, 2, seed);
          const options = { network: own, batchSize: 2, seed, tetLambda: LAMBDA };
          const engine = new TrainingEngine({ ...options, gradients: 'power-of-two' });
          engine.restore(parameters, { iterations, ...NO_MOMENTS });
          await engine.gradients(batch, EDE);
          const plain = plainTraining(own, parameters, plainInput(own, batch), {
            labels: Array.from(batch.labels),
            ede: EDE,
            lambda: LAMBDA,
            rounding: { levels: 6, seed, step: iterations },
          });
          // A gradient at the edge may be rounded to either side.
          fc.pre(plain.margin > 1e-4 && plain.roundingMargin > 1e-5 && plain.roundingMargin < 1);
          const gradients = engine.parameterGradients();
          for (const [id, expected] of Object.entries(plain.gradients)) {
            for (const [name, values] of Object.entries(expected)) {
              const largest = values.reduce((most, g) => Math.max(most, Math.abs(g)), 1e-2);
              values.forEach((g, i) => {
                const off = Math.abs(gradients[id]![name]![i]! - g) / largest;
                if (!(off <= 1e-3)) expect({ id, name, i, g, got: gradients[id]![name]![i] }).toBeNull();
              });
            }
          }
          compared++;
        },
      ),
      { numRuns: 30, seed: 7 },
    );
    expect(compared).toBeGreaterThan(10);
  });

  it('are drawn anew in every step, and alike from the same seed', async () => {
    const batch = randomBatch(network, 2, 1);
    const gradientsOf = async (seed: number, iterations: number): Promise<string> => {
      const engine = new TrainingEngine({
        network,
        batchSize: 2,
        seed,
        tetLambda: 0,
        gradients: 'power-of-two',
      });
      engine.restore(randomParameters(network, 1), { iterations, ...NO_MOMENTS });
      await engine.gradients(batch, EDE);
      return JSON.stringify(Array.from(engine.parameterGradients()['conv2']!['weight']!));
    };
    const first = await gradientsOf(1, 5);
    expect(await gradientsOf(1, 5)).toBe(first);
    expect(await gradientsOf(1, 6)).not.toBe(first);
    expect(await gradientsOf(2, 5)).not.toBe(first);
  });

  it('have the mean of those that are not', { timeout: 60_000 }, async () => {
    const batch = randomBatch(network, 4, 1);
    const options = { network, batchSize: 4, seed: 1, tetLambda: 0 };
    const engine = new TrainingEngine({ ...options, gradients: 'power-of-two', gradientLevels: 3 });
    const exact = new TrainingEngine(options);
    await exact.gradients(batch, EDE);
    const parameters = exact.snapshot();
    const sums: Record<string, Float64Array> = {};
    const draws = 300;
    for (let iterations = 0; iterations < draws; iterations++) {
      engine.restore(parameters, { iterations, ...NO_MOMENTS });
      await engine.gradients(batch, EDE);
      for (const [id, { weight }] of Object.entries(engine.parameterGradients())) {
        weight?.forEach((g, i) => ((sums[id] ??= new Float64Array(weight.length))[i]! += g / draws));
      }
    }
    for (const [id, mean] of Object.entries(sums)) {
      const expected = exact.parameterGradients()[id]!['weight']!;
      let [product, squares, others] = [0, 0, 0];
      mean.forEach((g, i) => {
        product += g * expected[i]!;
        squares += g * g;
        others += expected[i]! ** 2;
      });
      expect({ id, cosine: product / Math.sqrt(squares * others) > 0.98 }).toEqual({ id, cosine: true });
      expect(Math.abs(product / others - 1)).toBeLessThan(0.05);
    }
  });

  it('that are not numbers spoil the weights and are seen', async () => {
    const engine = new TrainingEngine({
      network,
      batchSize: 2,
      seed: 1,
      tetLambda: 0,
      gradients: 'power-of-two',
    });
    const parameters = engine.snapshot();
    parameters['mfp3']!['gamma']!.fill(Infinity);
    engine.restore(parameters, { iterations: 0, ...NO_MOMENTS });
    await engine.gradients(randomBatch(network, 2, 1), EDE);
    expect(engine.parameterGradients()['conv3']!['weight']!.every(Number.isNaN)).toBe(true);
  });

  it('take memory that is stated', () => {
    const rounded = { gradients: 'power-of-two' } as const;
    const engine = new TrainingEngine({ network, batchSize: 5, seed: 1, tetLambda: 0, ...rounded });
    expect(engine.bytes).toBe(engineBytes(network, 5, rounded));
  });

  it.each([0, 14, 2.5, NaN])('have 1 to 13 levels, not %s', (gradientLevels) => {
    const options = { network, batchSize: 2, seed: 1, tetLambda: 0, gradientLevels };
    expect(() => new TrainingEngine(options)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});

describe('a run with rounded gradients', () => {
  it('learns, and tells of every layer and epoch what rounding does', async () => {
    const told: (readonly RoundingReport[])[] = [];
    const plan = planOf({
      epochs: 20,
      network: describePlain('small', [8, 8], {
        steps: 4,
        height: 4,
        width: 4,
        classes: ['a', 'b', 'c'],
        neuron,
      }),
    });
    const { history } = await trainNetwork(plan, framewise(120, 4, 3, 1), {
      learner,
      onRounding: (epoch, layers) => {
        expect(epoch).toBe(told.length);
        told.push(layers);
      },
    });
    expect(history.at(-1)!.accuracy).toBeGreaterThan(0.8);
    expect(told.length).toBe(20);
    for (const layers of told) {
      expect(layers.map(({ layer }) => layer)).toEqual(['conv2']);
      const [{ levels, nonzero, clipped, cosine }] = layers as [RoundingReport];
      expect(levels).toBeGreaterThanOrEqual(1);
      expect(levels).toBeLessThanOrEqual(13);
      expect(nonzero).toBeGreaterThan(0.05);
      expect(nonzero).toBeLessThan(0.95);
      expect(clipped).toBe(0);
      expect(cosine).toBeGreaterThan(0.9);
      expect(cosine).toBeLessThan(1);
    }
  });

  it('does not depend on who listens, and goes on from any checkpoint to the same bits', async () => {
    const whole = await trainNetwork(planOf(), samples, { learner });
    const stop = new AbortController();
    let saved: Checkpoint | undefined;
    let steps = 0;
    const interrupted = trainNetwork(planOf(), samples, {
      learner,
      signal: stop.signal,
      onProgress: () => {
        if (++steps === 6) stop.abort(new Error('enough'));
      },
      onRounding: () => undefined,
      onCheckpoint: (checkpoint) => void (saved = checkpoint),
    });
    await expect(interrupted).rejects.toThrow('enough');
    const checkpoint = readCheckpoint(writeCheckpoint(saved!), planOf());
    const { parameters } = await trainNetwork(planOf(), samples, { learner, checkpoint });
    expect(parameters).toEqual(whole.parameters);
    for (const other of [{ gradients: 'float32' }, { gradientLevels: 4 }] as const) {
      expect(() => readCheckpoint(writeCheckpoint(saved!), planOf(other))).toThrow(
        expect.objectContaining({ code: 'WRONG_CHECKPOINT' }),
      );
    }
  });

  it('needs the engine', () => {
    expect(() => new TensorLearner(planOf())).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
