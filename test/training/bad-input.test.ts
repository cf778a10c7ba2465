import { beforeAll, describe, expect, it, vi } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import type { LabelledClip } from '../../src/frames/index.ts';
import { describePlain, type NetworkDescription } from '../../src/network/index.ts';
import {
  augmentClip,
  edeSlope,
  EngineLearner,
  PLAN_RANGES,
  selectBackend,
  TensorLearner,
  tf,
  TrainingEngine,
  trainNetwork,
  type LearnerFactory,
  type TrainingPlan,
} from '../../src/training/index.ts';
import { saccade } from '../helpers/cli.ts';
import { framewise } from '../helpers/temporal-tasks.ts';
import { randomBatch } from '../helpers/training-batches.ts';

function networkOf(size: object = {}): NetworkDescription {
  return describePlain('bad', [3], {
    steps: 2,
    height: 4,
    width: 4,
    classes: ['a', 'b'],
    neuron: { kind: 'mfp', structure: 'full' },
    ...size,
  });
}

const plan: TrainingPlan = {
  network: networkOf(),
  epochs: 2,
  batchSize: 4,
  learningRate: 0.01,
  seed: 1,
  tetLambda: 1e-3,
  maxShift: 1,
  data: 'test',
};
const samples = framewise(6, 2, 2, 3);
const LEARNERS: readonly (readonly [string, LearnerFactory])[] = [
  ['the training engine', (own) => new EngineLearner(own)],
  ['TensorFlow.js', (own) => new TensorLearner(own)],
];

beforeAll(() => selectBackend({ prefer: 'wasm' }));

describe('a number of the plan that is out of its range', () => {
  const bad = Object.entries(PLAN_RANGES).flatMap(([name, { min, max, whole, without }]) => [
    ...[NaN, Infinity, -Infinity, min - 1, max + 1].map((value) => [name, value] as const),
    ...(whole === true ? [[name, min + 0.5] as const] : []),
    ...(without === 'min' ? [[name, min] as const] : []),
  ]);

  it.each(bad)('%s %d is refused by its name', async (name, value) => {
    const run = trainNetwork({ ...plan, [name]: value }, samples, { learner: LEARNERS[0]![1] });
    await expect(run).rejects.toMatchObject({ code: 'BAD_OPTION', option: name });
    if (name === 'epochs' || name === 'learningRate' || name === 'maxShift') return;
    const options = { network: plan.network, batchSize: 2, seed: 1, tetLambda: 0, [name]: value };
    expect(() => new TrainingEngine(options)).toThrow(expect.objectContaining({ option: name }));
    expect(() => new TensorLearner({ ...plan, [name]: value })).toThrow(
      expect.objectContaining({ option: name }),
    );
  });

  it('a shift as large as the frame is refused, and shifts nothing where it is asked for', async () => {
    const run = trainNetwork({ ...plan, maxShift: 4 }, samples);
    await expect(run).rejects.toMatchObject({ option: 'maxShift', message: /must be below 4/ });
    const { clip } = samples[0]!;
    const shift = (amount: number) => [[{ operation: 'shift', amount }]];
    const lit = { ...clip, counts: clip.counts.slice().fill(1) };
    for (let seed = 0; seed < 50; seed++) {
      // What is left are the pixels that both places of the frame have.
      const random = new SeededRandom(seed);
      const [dx, dy] = [random.integer(41) - 20, random.integer(41) - 20];
      const left = Math.max(0, 4 - Math.abs(dx)) * Math.max(0, 4 - Math.abs(dy));
      const { counts } = augmentClip(lit, shift(20), new SeededRandom(seed));
      expect([...counts].reduce((sum, n) => sum + n, 0)).toBe(2 * 2 * left);
    }
    expect(() => augmentClip(clip, shift(-1), new SeededRandom(1))).toThrow(
      expect.objectContaining({ option: 'augment' }),
    );
  });

  it('a rate of the engine that is no rate is refused', async () => {
    const engine = new TrainingEngine({ network: plan.network, batchSize: 2, seed: 1, tetLambda: 0 });
    const before = engine.snapshot();
    for (const rate of [NaN, -1e-3, Infinity]) {
      await expect(engine.step(randomBatch(plan.network, 2, 1), rate, edeSlope(0, 1))).rejects.toMatchObject({
        option: 'rate',
      });
    }
    expect(engine.snapshot()).toEqual(before);
  });
});

describe('saccade train', () => {
  it.each([
    ['--tet-lambda', '5'],
    ['--tet-lambda', '-0.1'],
    ['--tet-lambda', ''],
    ['--rate', '0'],
    ['--rate', '11'],
    ['--rate', 'fast'],
    ['--epochs', '0'],
    ['--epochs', '1.5'],
    ['--batch', '65537'],
    ['--shift', '-1'],
    ['--seed', '4294967296'],
    ['--decay', '1'],
    ['--decay', 'slow'],
  ])('%s "%s" is a usage error that states the range', async (flag, value) => {
    const { code, err } = await saccade('train', 'nowhere', '--out', 'm.safetensors', flag, value);
    expect(code).toBe(2);
    expect(err).toContain(flag);
    expect(err).toMatch(/Expected a (whole )?number (from|above) \d/);
  });
});

describe('samples', () => {
  const other = (change: Partial<LabelledClip['clip']>, label = 0): LabelledClip[] => [
    ...samples,
    { clip: { ...samples[0]!.clip, ...change }, label },
  ];

  it.each([
    ['a NaN', Float32Array.from({ length: 64 }, (_, i) => (i === 9 ? NaN : 1)), 'Count 9 of sample 6 is NaN'],
    ['a negative count', Int8Array.from({ length: 64 }, (_, i) => (i === 9 ? -2 : 1)), 'is -2'],
    ['numbers of another type', new Float64Array(64), 'are a Float64Array'],
    ['counts missing', new Uint8Array(63), '63 counts'],
  ])('with %s are named', async (_, counts, said) => {
    const run = trainNetwork(plan, other({ counts: counts as never }));
    await expect(run).rejects.toMatchObject({ code: 'BAD_SAMPLE', message: expect.stringContaining(said) });
  });

  it('of another size are named', async () => {
    for (const change of [{ steps: 3 }, { geometry: { width: 8, height: 2 } }])
      await expect(trainNetwork(plan, other(change))).rejects.toMatchObject({ code: 'BAD_SAMPLE' });
  });
});

describe.each(LEARNERS)('%s', (_, learner) => {
  it.each([
    ['one step', networkOf({ steps: 1 }), 1],
    ['one pixel', networkOf({ height: 1, width: 1 }), 0],
    ['one pixel, one step', networkOf({ height: 1, width: 1, steps: 1 }), 0],
    ['4,096 classes', networkOf({ classes: Array.from({ length: 4096 }, (__, i) => String(i)) }), 1],
  ])('trains a network of %s', async (__, network, maxShift) => {
    const { steps, input, classes } = network;
    const clips = Array.from({ length: 3 }, (___, i): LabelledClip => {
      const { counts, geometry } = randomBatch(network, 1, i);
      return {
        clip: { steps, geometry, counts, events: 0, saturated: 0, outside: 0 },
        label: i === 0 ? classes.length - 1 : 0,
      };
    });
    expect(clips[0]!.clip.geometry).toEqual({ width: input.width, height: input.height });
    const { parameters, history } = await trainNetwork({ ...plan, network, maxShift }, clips, { learner });
    expect(history.map(({ loss }) => Number.isFinite(loss))).toEqual([true, true]);
    for (const own of Object.values(parameters))
      for (const values of Object.values(own)) expect(values.every(Number.isFinite)).toBe(true);
  });

  it('takes a batch larger than the set as the whole set, in no more memory', async () => {
    const sizes: number[] = [];
    const train = async (batchSize: number): Promise<unknown> => {
      let steps = 0;
      const { parameters } = await trainNetwork({ ...plan, batchSize }, samples, {
        learner: (own) => {
          sizes.push(own.batchSize);
          return learner(own);
        },
        onProgress: () => steps++,
      });
      expect(steps).toBe(plan.epochs);
      return parameters;
    };
    expect(await train(60_000)).toEqual(await train(samples.length));
    expect(sizes).toEqual([samples.length, samples.length]);
  });

  it('says that it was disposed', async () => {
    const own = learner(plan);
    const state = await own.save();
    own.dispose();
    own.dispose();
    const settings = { rate: 0.01, ede: edeSlope(0, 1) };
    for (const use of [
      () => own.step(randomBatch(plan.network, 2, 1), settings),
      () => own.save(),
      () => own.restore(state),
    ])
      await expect(use()).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

describe("TensorFlow.js's WebAssembly without memory", () => {
  it('is told as that, once, and what is left of it is let go without a word', async () => {
    const aborted = new WebAssembly.RuntimeError('Aborted(). Build with -sASSERTIONS for more info.');
    const gradients = vi.spyOn(tf.engine(), 'gradients').mockImplementation(() => {
      throw aborted;
    });
    const dispose = vi.spyOn(tf.Variable.prototype, 'dispose').mockImplementation(() => {
      throw new WebAssembly.RuntimeError('memory access out of bounds');
    });
    try {
      const run = trainNetwork(plan, samples, { learner: (own) => new TensorLearner(own) });
      await expect(run).rejects.toMatchObject({ code: 'OUT_OF_MEMORY', cause: aborted });
    } finally {
      gradients.mockRestore();
      dispose.mockRestore();
    }
  });
});
