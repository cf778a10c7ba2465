import { beforeAll, describe, expect, it } from 'vitest';
import {
  architectures,
  describePlain,
  parseNetwork,
  type NetworkDescription,
  type NeuronOptions,
} from '../../../src/network/index.ts';
import {
  edeSlope,
  engineBytes,
  EngineLearner,
  engineObstacle,
  selectBackend,
  TensorLearner,
  TrainingEngine,
  trainNetwork,
} from '../../../src/training/index.ts';
import { ENGINE_DIGEST, engineDigest, ROUNDED, ROUNDED_DIGEST } from '../../helpers/engine-digest.ts';
import { framewise } from '../../helpers/temporal-tasks.ts';
import { mixedBatch, randomBatch } from '../../helpers/training-batches.ts';

const FULL: NeuronOptions = { kind: 'mfp', structure: 'full' };
const EDE = edeSlope(0, 1);

function plain(stack: Parameters<typeof describePlain>[1], size: object = {}): NetworkDescription {
  return describePlain('engine', stack, {
    steps: 4,
    height: 8,
    width: 8,
    classes: ['a', 'b', 'c'],
    neuron: FULL,
    ...size,
  });
}

function engineOf(network: NetworkDescription, batchSize = 2, maxMemoryBytes?: number): TrainingEngine {
  const limit = maxMemoryBytes === undefined ? {} : { maxMemoryBytes };
  return new TrainingEngine({ network, batchSize, seed: 1, tetLambda: 1e-3, ...limit });
}

describe('training runs', () => {
  beforeAll(() => selectBackend({ prefer: 'wasm' }));

  it('follow the losses of TensorFlow.js, step by step', { timeout: 120_000 }, async () => {
    const network = plain([8, 'AP2', 16, 'AP2']);
    const plan = {
      network,
      epochs: 1,
      batchSize: 6,
      learningRate: 2e-3,
      seed: 3,
      tetLambda: 1e-3,
      maxShift: 0,
      data: 'test',
    };
    const [engine, oracle] = [new EngineLearner(plan), new TensorLearner(plan)];
    const losses: { step: number; engine: number; oracle: number }[] = [];
    for (let step = 0; step < 200; step++) {
      const batch = randomBatch(network, 6, step % 5);
      const settings = { rate: 2e-3, ede: edeSlope(step, 200) };
      const [own, other] = [await engine.step(batch, settings), await oracle.step(batch, settings)];
      losses.push({ step, engine: own.loss, oracle: other.loss });
    }
    const off = losses.map((loss) => Math.abs(loss.engine - loss.oracle));
    expect(Math.max(...off.slice(0, 20))).toBeLessThan(1e-5);
    // Later a spike may fall to the other side of its threshold: the runs part, and stay close.
    expect(losses.at(-1)!.engine).toBeLessThan(losses[0]!.engine / 2);
    expect(off.reduce((sum, own) => sum + own, 0) / off.length).toBeLessThan(0.02);
    engine.dispose();
    oracle.dispose();
  });

  it('count a mixed sample as right by the class with the largest share, as TensorFlow.js does', async () => {
    const network = plain([8, 'AP2', 12]);
    const plan = {
      ...{ network, epochs: 1, batchSize: 8, learningRate: 2e-3, seed: 4, tetLambda: 0.1, maxShift: 0 },
      ...{ classWeights: [1, 2, 0.5], data: 'test' },
    };
    const [engine, oracle] = [new EngineLearner(plan), new TensorLearner(plan)];
    let right = 0;
    for (let step = 0; step < 15; step++) {
      const batch = mixedBatch(randomBatch(network, 8, step % 2), 3, step % 2);
      const settings = { rate: 2e-3, ede: edeSlope(step, 15) };
      const [own, other] = [await engine.step(batch, settings), await oracle.step(batch, settings)];
      // With this seed no potential comes so near to its threshold that rounding tells.
      expect(Math.abs(own.loss - other.loss)).toBeLessThan(1e-5);
      expect(own.correct).toBe(other.correct);
      right += own.correct;
    }
    expect(right).toBeGreaterThan(0);
    engine.dispose();
    oracle.dispose();
  });

  it.each([
    [[[{ label: 3, share: 1 }]], /label 3; there are 3/],
    [[[{ label: 0.5, share: 1 }]], /label 0.5/],
    [[[{ label: 0, share: 0.5 }]], /0.5 together/],
    [[[{ label: 0, share: -0.5 }, { label: 1, share: 1.5 }]], /one of -0.5/], // prettier-ignore
    [[[{ label: 0, share: NaN }]], /one of NaN/],
    [[[]], /0 together/],
    [[], /labels for 0/],
  ])('refuse shares that are no distribution over the classes: %j', async (shares, message) => {
    const network = plain([4]);
    const batch = { ...randomBatch(network, 1, 1), shares };
    const plan = {
      network,
      epochs: 1,
      batchSize: 1,
      learningRate: 1,
      seed: 1,
      tetLambda: 0,
      maxShift: 0,
      data: '',
    };
    for (const learner of [new EngineLearner(plan), new TensorLearner(plan)]) {
      const before = await learner.save();
      await expect(learner.step(batch, { rate: 0.1, ede: EDE })).rejects.toMatchObject({
        code: 'BAD_LABEL',
        message: expect.stringMatching(message),
      });
      expect(await learner.save()).toEqual(before);
      learner.dispose();
    }
  });

  it('have the same bits everywhere', async () => {
    expect(await engineDigest()).toBe(ENGINE_DIGEST);
    expect(await engineDigest(ROUNDED)).toBe(ROUNDED_DIGEST);
  });

  it('learn', async () => {
    const network = plain([8], { height: 4, width: 4 });
    const plan = {
      network,
      epochs: 12,
      batchSize: 10,
      learningRate: 0.01,
      seed: 1,
      tetLambda: 1e-3,
      maxShift: 0,
      data: 'test',
    };
    const { history } = await trainNetwork(plan, framewise(120, 4, 3, 1), {
      learner: (own) => new EngineLearner(own),
    });
    expect(history.at(-1)!.accuracy).toBeGreaterThan(0.9);
  });

  it('take no more memory over thousands of steps', { timeout: 120_000 }, async () => {
    const network = plain([3], { height: 3, width: 3, steps: 2 });
    const engine = engineOf(network, 1);
    const batch = randomBatch(network, 1, 1);
    for (let step = 0; step < 500; step++) await engine.step(batch, 1e-3, EDE);
    globalThis.gc?.();
    const before = process.memoryUsage();
    for (let step = 0; step < 10_000; step++) await engine.step(batch, 1e-3, EDE);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(32 * 2 ** 20);
    expect(after.rss - before.rss).toBeLessThan(128 * 2 ** 20);
  });
});

describe('memory', () => {
  it('is stated before the start, grows with the batch, and is all that there is', () => {
    const network = plain([8, 'AP2', 16]);
    const [one, two, three] = [8, 16, 24].map((samples) => engineBytes(network, samples)) as [
      number,
      number,
      number,
    ];
    expect(two).toBeGreaterThan(one);
    expect(three - two).toBe(two - one);
    expect(engineOf(network, 8).bytes).toBe(one);
  });

  it("of VGGSNN's step at T = 10, batch 16, is at most 1.5 GB", () => {
    const size = { steps: 10, height: 48, width: 48, classes: Array.from({ length: 10 }, String) };
    const network = architectures
      .find(({ name }) => name === 'vggsnn')!
      .describe({ ...size, classes: size.classes.map((_, i) => String(i)), neuron: FULL });
    expect(engineBytes(network, 16)).toBeLessThan(1.5e9);
    expect(engineBytes(network, 16, { gradients: 'power-of-two' })).toBeLessThan(1.5e9);
  });

  it('that is not there is refused with the batch that fits', () => {
    const network = plain([8, 'AP2', 16]);
    const limit = engineBytes(network, 5);
    expect(() => engineOf(network, 9, limit)).toThrow(
      expect.objectContaining({
        code: 'OUT_OF_MEMORY',
        message: expect.stringContaining('A batch of 5 fits.'),
      }),
    );
    expect(() => engineOf(network, 9, 1000)).toThrow(/Not even one sample fits/);
    expect(engineOf(network, 5, limit).bytes).toBe(limit);
  });
});

describe('a batch', () => {
  it('may be smaller than the largest, and gives what an engine of its size gives', async () => {
    const network = plain([8, 'AP2', 12]);
    const [large, exact] = [engineOf(network, 7), engineOf(network, 3)];
    // What the larger batch left behind must not show.
    await large.gradients(randomBatch(network, 7, 1), EDE);
    const batch = randomBatch(network, 3, 2);
    expect(await large.gradients(batch, EDE)).toEqual(await exact.gradients(batch, EDE));
    expect(large.parameterGradients()).toEqual(exact.parameterGradients());
  });

  it.each([
    ['one step', plain([4], { steps: 1 }), 2],
    ['one pixel', plain([4, 5], { height: 1, width: 1 }), 3],
    ['one sample', plain([4, 'MP2', 5]), 1],
    [
      '4,096 classes',
      plain([4], { height: 2, width: 2, classes: Array.from({ length: 4096 }, (_, i) => String(i)) }),
      2,
    ],
  ])('of %s is no special case', async (_, network, size) => {
    const engine = engineOf(network, size);
    for (let step = 0; step < 3; step++) {
      const { loss } = await engine.step(randomBatch(network, size, step), 1e-3, EDE);
      expect(Number.isFinite(loss)).toBe(true);
    }
    for (const own of Object.values(engine.snapshot()))
      for (const values of Object.values(own)) expect(values.every(Number.isFinite)).toBe(true);
  });

  it('that does not fit is refused', async () => {
    const network = plain([4]);
    const engine = engineOf(network, 2);
    for (const batch of [
      randomBatch(network, 3, 1),
      randomBatch(plain([4], { steps: 3 }), 2, 1),
      randomBatch(plain([4], { width: 9 }), 2, 1),
    ]) {
      await expect(engine.step(batch, 1e-3, EDE)).rejects.toMatchObject({ code: 'BAD_BATCH' });
    }
  });
});

describe('the engine', () => {
  it('says that it was disposed', async () => {
    const network = plain([4]);
    const engine = engineOf(network);
    engine.dispose();
    engine.dispose();
    expect(() => engine.snapshot()).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
    await expect(engine.step(randomBatch(network, 2, 1), 1e-3, EDE)).rejects.toMatchObject({
      code: 'DISPOSED',
    });
  });

  it('names what it cannot train, and TensorFlow.js takes over', async () => {
    const counts = { ...plain([4]), input: { height: 8, width: 8, maxCount: 256 } };
    const wide = parseNetwork(counts);
    expect(engineObstacle(wide)).toMatch(/counts up to 256/);
    expect(() => engineOf(wide)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_NETWORK' }));
    const { name, reason } = await selectBackend({ prefer: 'engine', network: wide });
    expect(name).toBe('wasm');
    expect(reason).toMatch(
      /cannot train this network: counts up to 256 are more than 255\. Training on WebAss/,
    );
    expect((await selectBackend({ prefer: 'engine', network: plain([4]) })).name).toBe('engine');

    const { layers } = plain([4]);
    const shared = [
      { id: 'a', kind: 'conv', filters: 2, kernel: 3, weights: 'int8' },
      { id: 'b', kind: 'mfp', structure: 'full' },
      { id: 'c', kind: 'mfp', structure: 'full', inputs: ['a'] },
      { id: 'd', kind: 'conv', filters: 2, kernel: 3, weights: 'binary', inputs: ['c'] },
      { id: 'e', kind: 'residualAdd', shift: 1, inputs: ['d', 'b'] },
      { id: 'f', kind: 'mfp', structure: 'full' },
      layers.at(-1),
    ];
    const twice = parseNetwork({ ...plain([4]), layers: shared });
    expect(engineObstacle(twice)).toBe('currents of node a are read by several nodes');
    const pooled = {
      ...counts,
      input: { height: 8, width: 8, maxCount: 15 },
      layers: [{ id: 'whole', kind: 'averagePool', size: 5 }, ...layers],
    };
    expect(engineObstacle(parseNetwork(pooled))).toMatch(/sums of node whole may reach 375/);
  });

  it("has no layer's activity but neurons'", async () => {
    const network = plain([4]);
    const engine = engineOf(network);
    await engine.gradients(randomBatch(network, 2, 1), EDE);
    const { spikes, mean } = engine.layerActivity('mfp1');
    expect([spikes.length, mean.length]).toEqual([2 * 4 * 8 * 8 * 4, 4]);
    expect(() => engine.layerActivity('conv1')).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_NETWORK' }),
    );
  });
});
