import { beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { describePlain, type NetworkParameters } from '../../src/network/index.ts';
import { resolveOptimiser } from '../../src/training/optimiser-spec.ts';
import { TensorOptimiser } from '../../src/training/optimiser.ts';
import type { Variable } from '../../src/training/tf.ts';
import {
  edeSlope,
  EngineLearner,
  scheduledRate,
  selectBackend,
  TensorLearner,
  tf,
  trainNetwork,
  type OptimiserSpec,
  type TrainingPlan,
} from '../../src/training/index.ts';
import { framewise } from '../helpers/temporal-tasks.ts';
import { randomBatch } from '../helpers/training-batches.ts';

const network = describePlain('optimiser', [5, 'AP2', 6], {
  steps: 3,
  height: 4,
  width: 4,
  classes: ['a', 'b', 'c'],
  neuron: { kind: 'mfp', structure: 'full' },
});
const plan: TrainingPlan = {
  network,
  epochs: 4,
  batchSize: 4,
  learningRate: 2e-3,
  seed: 2,
  tetLambda: 1e-3,
  maxShift: 0,
  data: 'test',
};
const SPECS: readonly OptimiserSpec[] = [
  { kind: 'adam' },
  { kind: 'adamw', weightDecay: 0.5 },
  { kind: 'sgd' },
  { kind: 'sgd', momentum: 0.5, weightDecay: 0.1 },
];
const EDE = edeSlope(0, 1);

beforeAll(() => selectBackend({ prefer: 'wasm' }));

function apart(a: NetworkParameters, b: NetworkParameters): number {
  let most = 0;
  for (const [id, own] of Object.entries(a))
    for (const [name, values] of Object.entries(own))
      values.forEach((value, i) => {
        // Running statistics are those of integers, which are large.
        const off = Math.abs(value - b[id]![name]![i]!) / Math.max(1, Math.abs(value));
        most = Math.max(most, off);
      });
  return most;
}

/** The rule in plain numbers. */
function plainStep(
  spec: Required<OptimiserSpec>,
  weights: Float64Array,
  gradient: Float64Array,
  state: { step: number; m: Float64Array; v: Float64Array },
  rate: number,
): void {
  state.step++;
  weights.forEach((w, i) => {
    const g = gradient[i]!;
    const decayed = w - rate * spec.weightDecay * w;
    if (spec.kind === 'sgd') {
      state.m[i] = spec.momentum * state.m[i]! + g;
      weights[i] = decayed - rate * state.m[i]!;
      return;
    }
    state.m[i] = 0.9 * state.m[i]! + 0.1 * g;
    state.v[i] = 0.999 * state.v[i]! + 0.001 * g * g;
    const [m, v] = [state.m[i]! / (1 - 0.9 ** state.step), state.v[i]! / (1 - 0.999 ** state.step)];
    weights[i] = decayed - (rate * m) / (Math.sqrt(v) + 1e-8);
  });
}

describe('on TensorFlow.js', () => {
  it.each(SPECS)('%o is the rule in plain numbers', async (spec) => {
    const random = new SeededRandom(4);
    const own = resolveOptimiser(spec);
    const plain = Float64Array.from({ length: 7 }, () => random.uniform() - 0.5);
    const variable = tf.variable(tf.tensor(Float32Array.from(plain)), true);
    const optimiser = new TensorOptimiser(own, { all: [variable], decaying: [variable] });
    const state = { step: 0, m: new Float64Array(7), v: new Float64Array(7) };
    for (let step = 0; step < 30; step++) {
      const gradient = Float64Array.from(plain, () => random.uniform() - 0.3);
      plainStep(own, plain, gradient, state, 0.01);
      const tensor = tf.tensor(Float32Array.from(gradient));
      optimiser.step({ [variable.name]: tensor }, 0.01);
      tensor.dispose();
    }
    const values = await variable.data();
    plain.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 5);
    });
    optimiser.dispose();
    variable.dispose();
  });

  it("Adam is TensorFlow.js's own, bit for bit", async () => {
    const random = new SeededRandom(5);
    const start = Float32Array.from({ length: 64 }, () => random.uniform() - 0.5);
    const [a, b] = [0, 1].map(() => tf.variable(tf.tensor(start), true)) as [Variable, Variable];
    const own = new TensorOptimiser(resolveOptimiser(), { all: [a], decaying: [a] });
    const theirs = tf.train.adam(2e-3, 0.9, 0.999, 1e-8);
    for (let step = 0; step < 50; step++) {
      const gradient = tf.tensor(Float32Array.from(start, () => random.uniform() - 0.4));
      own.step({ [a.name]: gradient }, 2e-3);
      theirs.applyGradients({ [b.name]: gradient } as never);
    }
    expect(await a.data()).toEqual(await b.data());
  });
});

describe.each(SPECS)('the engine and TensorFlow.js with %o', (optimiser) => {
  it('take the same steps within rounding', { timeout: 120_000 }, async () => {
    const own = { ...plan, optimiser };
    const [engine, oracle] = [new EngineLearner(own), new TensorLearner(own)];
    const first = (await engine.save()).parameters;
    for (let step = 0; step < 6; step++) {
      const batch = randomBatch(network, 4, step);
      const settings = { rate: 2e-3, ede: EDE };
      await engine.step(batch, settings);
      await oracle.step(batch, settings);
    }
    const [a, b] = [await engine.save(), await oracle.save()];
    expect(apart(a.parameters, first)).toBeGreaterThan(1e-3);
    expect(apart(a.parameters, b.parameters)).toBeLessThan(2e-5);
    expect(a.optimiser.iterations).toBe(6);
    expect(a.optimiser.betaPowers).toEqual(b.optimiser.betaPowers);
    expect(a.optimiser.moments.map(({ length }) => length)).toEqual(
      b.optimiser.moments.map(({ length }) => length),
    );
    // Each goes on from the other's state.
    await engine.restore(b);
    await oracle.restore(a);
    expect(await engine.save()).toEqual(b);
    expect(await oracle.save()).toEqual(a);
    engine.dispose();
    oracle.dispose();
  });

  it('begin again from the state before the first step', async () => {
    for (const learner of [
      new EngineLearner({ ...plan, optimiser }),
      new TensorLearner({ ...plan, optimiser }),
    ]) {
      const start = await learner.save();
      const run = async (): Promise<unknown> => {
        await learner.restore(start);
        for (let step = 0; step < 3; step++)
          await learner.step(randomBatch(network, 4, step), { rate: 0.01, ede: EDE });
        return learner.save();
      };
      expect(await run()).toEqual(await run());
      learner.dispose();
    }
  });
});

describe('weight decay', () => {
  it('is decoupled: it takes the stated share of weights, and nothing of batch norm and M_tau', async () => {
    const batch = randomBatch(network, 4, 1);
    const after = async (optimiser: OptimiserSpec): Promise<NetworkParameters> => {
      const learner = new EngineLearner({ ...plan, optimiser });
      const before = (await learner.save()).parameters;
      await learner.step(batch, { rate: 0.01, ede: EDE });
      const { parameters } = await learner.save();
      learner.dispose();
      return Object.fromEntries(
        Object.entries(parameters).map(([id, own]) => [
          id,
          Object.fromEntries(
            Object.entries(own).map(([name, values]) => [
              name,
              values.map((v, i) => v - before[id]![name]![i]!),
            ]),
          ),
        ]),
      );
    };
    const [without, decayed] = [
      await after({ kind: 'adam' }),
      await after({ kind: 'adamw', weightDecay: 0.25 }),
    ];
    const { parameters } = await new EngineLearner(plan).save();
    for (const [id, own] of Object.entries(decayed)) {
      for (const [name, moved] of Object.entries(own)) {
        const share = name === 'weight' ? 0.01 * 0.25 : 0;
        moved.forEach((value, i) => {
          expect(value).toBeCloseTo(without[id]![name]![i]! - share * parameters[id]![name]![i]!, 6);
        });
      }
    }
  });
});

describe('schedules', () => {
  it('rates of a run follow warm-up and cosine', async () => {
    const rates: number[] = [];
    const own = { ...plan, epochs: 3, warmUpEpochs: 1.5, batchSize: 4 };
    await trainNetwork(own, framewise(16, 3, 3, 1), {
      learner: (started) => {
        const learner = new EngineLearner(started);
        const step = learner.step.bind(learner);
        return Object.assign(learner, {
          step: (...[batch, settings]: Parameters<typeof step>) => {
            rates.push(settings.rate / own.learningRate);
            return step(batch, settings);
          },
        });
      },
    });
    const line = [1, 2, 3, 4, 5].map((step) => step / 4 / 1.5);
    const cosine = (1 + Math.cos((Math.PI * 0.5) / 1.5)) / 2;
    [...line, 1, 1, 1, ...Array.from({ length: 4 }, () => cosine)].forEach((rate, i) => {
      expect(rates[i]).toBeCloseTo(rate, 12);
    });
    expect(rates).toHaveLength(12);
  });

  it('without a warm-up the cosine is that of the epochs, and constant is constant', () => {
    const rule = { learningRate: 0.5 };
    expect([0, 2, 4].map((done) => scheduledRate(rule, done, 4))).toEqual([0.5, 0.25, 0]);
    expect(scheduledRate({ ...rule, schedule: 'constant' }, 3, 4)).toBe(0.5);
  });
});

describe('what does not go together', () => {
  it.each([
    [{ optimiser: { kind: 'adam', weightDecay: 0.1 } }, 'weightDecay'],
    [{ optimiser: { kind: 'adamw', momentum: 0.1 } }, 'momentum'],
    [{ optimiser: { kind: 'adamw', weightDecay: 2 } }, 'weightDecay'],
    [{ optimiser: { kind: 'sgd', momentum: 1 } }, 'momentum'],
    [{ optimiser: { kind: 'lamb' } }, 'optimiser'],
    [{ schedule: 'step' }, 'schedule'],
    [{ warmUpEpochs: 4 }, 'warmUpEpochs'],
    [{ warmUpEpochs: -1 }, 'warmUpEpochs'],
  ])('%o is refused', async (change, option) => {
    await expect(trainNetwork({ ...plan, ...change } as TrainingPlan, [])).rejects.toMatchObject({ option });
  });
});
