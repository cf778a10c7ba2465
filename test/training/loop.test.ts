import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, evaluateClips } from '../../src/inference/index.ts';
import { describePlain, foldNetwork, createModel, randomModelOf } from '../../src/network/index.ts';
import {
  balancedClassWeights,
  continuedWith,
  edeSlope,
  EngineLearner,
  readCheckpoint,
  selectBackend,
  TensorLearner,
  trainNetwork,
  writeCheckpoint,
  type BatchLoss,
  type Checkpoint,
  type EpochSettings,
  type Learner,
  type LearnerFactory,
  type Rollback,
  type TrainingHooks,
  type TrainingPlan,
  type TrainingResult,
} from '../../src/training/index.ts';
import { framewise } from '../helpers/temporal-tasks.ts';
import { randomBatch } from '../helpers/training-batches.ts';

const network = describePlain('loop', [4, 'AP2', 5], {
  steps: 3,
  height: 4,
  width: 4,
  classes: ['a', 'b', 'c'],
  neuron: { kind: 'mfp', structure: 'full' },
});
const plan: TrainingPlan = {
  network,
  epochs: 5,
  batchSize: 6,
  learningRate: 0.01,
  seed: 3,
  tetLambda: 1e-3,
  maxShift: 1,
  data: 'test',
};
/** Four batches. */
const samples = framewise(24, 3, 3, 1);
const others = framewise(20, 3, 3, 2);

/** An engine whose steps may be meddled with; `step` counts those since the learner was made. */
function meddled(
  around: (take: () => Promise<BatchLoss>, settings: EpochSettings, learner: Learner) => Promise<BatchLoss>,
): LearnerFactory {
  return (own) => {
    const learner = new EngineLearner(own);
    const step = learner.step.bind(learner);
    return Object.assign(learner, {
      step: (...[batch, settings]: Parameters<typeof step>) =>
        around(() => step(batch, settings), settings, learner),
    });
  };
}

function train(own: TrainingPlan, hooks: TrainingHooks = {}): Promise<TrainingResult> {
  return trainNetwork(own, samples, { learner: (started) => new EngineLearner(started), ...hooks });
}

/** What must be equal: everything but times. */
function facts({ parameters, history, best, rollbacks, end }: TrainingResult): unknown {
  return { parameters, best, rollbacks, end, history: history.map((own) => ({ ...own, seconds: 0 })) };
}

beforeAll(() => selectBackend({ prefer: 'wasm' }));

describe('validation', () => {
  it('chooses the best epoch, keeps the last, and changes nothing of the training', async () => {
    const saved: Checkpoint[] = [];
    const result = await train(plan, { validation: others, onCheckpoint: (own) => void saved.push(own) });
    const without = await train(plan);
    expect(result.parameters).toEqual(without.parameters);
    expect(without.best).toBeNull();
    const results = result.history.map(({ validation }) => validation!);
    const order = results
      .map((own, epoch) => ({ ...own, epoch }))
      .sort((a, b) => b.accuracy - a.accuracy || a.loss - b.loss || a.epoch - b.epoch);
    const { epoch, parameters, accuracy, loss } = result.best!;
    expect({ epoch, accuracy, loss }).toEqual(order[0]);
    expect(parameters).toEqual(saved[epoch]!.parameters);
    expect(saved.at(-1)!.parameters).toEqual(result.parameters);
    // As the exported model decides.
    const input = randomModelOf(network, 1).input;
    const origin = { dataset: '', split: '', seed: 0, epochs: 0 };
    const engine = await createEngine(createModel(network, foldNetwork(network, parameters), input, origin));
    expect((await evaluateClips(engine, others)).accuracy).toBe(accuracy);
    engine.dispose();
  });

  it('ends a run that gets no better', async () => {
    // Nothing can be learned about these.
    const noise = others.map(({ clip }, i) => ({ clip, label: i % 3 }));
    const own = { ...plan, epochs: 60, patience: 2 };
    const { history, best, end } = await train(own, { validation: noise });
    expect(end).toBe('patience');
    expect(history.length - 1 - best!.epoch).toBe(2);
    await expect(train(own)).rejects.toMatchObject({ option: 'patience' });
    await expect(train({ ...own, patience: 0 }, { validation: noise })).rejects.toMatchObject({
      option: 'patience',
    });
    const strange = { validation: [{ clip: noise[0]!.clip, label: 9 }] };
    await expect(train(plan, strange)).rejects.toMatchObject({ code: 'BAD_LABEL' });
  });

  it('survives a stop after every batch', async () => {
    const own = { ...plan, epochs: 3 };
    const whole = await train(own, { validation: others });
    expect(facts(await inPieces(own, { validation: others }))).toEqual(facts(whole));
  });
});

/** Stops after each batch and goes on from the file. */
async function inPieces(own: TrainingPlan, hooks: TrainingHooks): Promise<TrainingResult> {
  let file: Uint8Array | undefined;
  for (;;) {
    const abort = new AbortController();
    try {
      return await train(own, {
        ...hooks,
        signal: abort.signal,
        ...(file && { checkpoint: readCheckpoint(file, own) }),
        onProgress: () => {
          abort.abort(new Error('stop'));
        },
        onCheckpoint: (checkpoint) => void (file = writeCheckpoint(checkpoint)),
      });
    } catch (error) {
      expect(error).toEqual(new Error('stop'));
    }
  }
}

describe('class weights', () => {
  it('balanced ones make classes count the same', () => {
    const labels = [0, 0, 0, 0, 2, 2];
    const weights = balancedClassWeights(labels, 4);
    expect(weights).toEqual([0.75, 1, 1.5, 1]);
    expect(labels.reduce((sum, label) => sum + weights[label]!, 0)).toBe(labels.length);
  });

  it(
    'weigh the cross-entropy of samples, the same on the engine and TensorFlow.js',
    { timeout: 120_000 },
    async () => {
      const classWeights = [0.5, 3, 1];
      const own = { ...plan, tetLambda: 0.1 };
      const settings = { rate: 2e-3, ede: edeSlope(0, 1) };
      const learners = [EngineLearner, TensorLearner].map((Own) => new Own({ ...own, classWeights }));
      for (let i = 0; i < 4; i++) {
        const batch = randomBatch(network, 6, i);
        const [engine, oracle] = await Promise.all(learners.map((learner) => learner.step(batch, settings)));
        expect(engine!.loss).toBeCloseTo(oracle!.loss, 4);
      }
      const [engine, oracle] = await Promise.all(learners.map((learner) => learner.save()));
      for (const [name, values] of Object.entries(engine!.parameters['conv2']!))
        values.forEach((value, i) => expect(value).toBeCloseTo(oracle!.parameters['conv2']![name]![i]!, 4));
      // Without the regulariser a batch of one class weighs as its class does.
      const one = { ...randomBatch(network, 4, 9), labels: Int32Array.of(1, 1, 1, 1) };
      const lossOf = async (weights?: number[]): Promise<number> => {
        const learner = new EngineLearner({
          ...plan,
          tetLambda: 0,
          ...(weights && { classWeights: weights }),
        });
        return (await learner.step(one, settings)).loss;
      };
      expect(await lossOf(classWeights)).toBeCloseTo(3 * (await lossOf()), 12);
      for (const learner of learners) learner.dispose();
    },
  );

  it.each([[[1, 1]], [[1, 1, 0]], [[1, 1, NaN]], [[1, 1, -1]]])('%o are refused', async (classWeights) => {
    await expect(train({ ...plan, classWeights })).rejects.toMatchObject({ option: 'classWeights' });
  });
});

describe('what is not finite', () => {
  const full = plan.learningRate;
  /** Poisons one step of the second epoch, as long as the rate is the first one. */
  const once = (
    bad: (take: () => Promise<BatchLoss>, learner: Learner) => Promise<BatchLoss>,
  ): LearnerFactory => {
    const second = (full / 2) * (1 + Math.cos(Math.PI / plan.epochs));
    return meddled((take, { rate }, learner) => (rate === second ? bad(take, learner) : take()));
  };
  const lossIsNaN = once(async (take) => ({ ...(await take()), loss: NaN }));

  it('begins the epoch again at half the rate, and goes on so', async () => {
    const rates: number[] = [];
    const told: Rollback[] = [];
    const result = await train(plan, {
      learner: lossIsNaN,
      onRollback: (rollback) => void told.push(rollback),
      onProgress: ({ rate }) => void rates.push(rate),
    });
    expect(told).toEqual([{ epoch: 1, batch: 0, problem: 'the loss is NaN', count: 1, rateFactor: 0.5 }]);
    expect(result).toMatchObject({ rollbacks: 1, end: 'epochs' });
    expect(result.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    const usual = result.history.map((_, e) => (full / 2) * (1 + Math.cos((Math.PI * e) / plan.epochs)));
    expect(result.history.map(({ rate }) => rate)).toEqual(
      usual.map((rate, e) => (e === 0 ? rate : rate / 2)),
    );
    expect(rates).toHaveLength(4 * plan.epochs);
  });

  it('after the step back the state is that of the beginning of the epoch', async () => {
    // Steps at half the rate from the second epoch on, without anything going wrong.
    let epochStart: Checkpoint | undefined;
    await train(
      { ...plan, epochs: 5 },
      {
        onCheckpoint: (own) => {
          if (own.history.length === 1) epochStart ??= own;
        },
      },
    );
    const half = await train(plan, { checkpoint: { ...epochStart!, rollbacks: 1 } });
    expect((await train(plan, { learner: lossIsNaN })).parameters).toEqual(half.parameters);
  });

  it.each([
    ['conv1', 'weight'],
    ['conv2', 'weight'],
    ['mfp1', 'gamma'],
    ['mfp2', 'beta'],
    ['mfp1', 'mean'],
    ['mfp2', 'variance'],
    ['readout', 'weight'],
  ])('is noticed in %s.%s', async (id, name) => {
    const learner = once(async (take, own) => {
      const loss = await take();
      const state = await own.save();
      const values = state.parameters[id]![name]!;
      values[values.length - 1] = name === 'variance' ? Infinity : NaN;
      await own.restore(state);
      return loss;
    });
    const { rollbacks, parameters } = await train(plan, { learner, validation: others });
    expect(rollbacks).toBe(1);
    for (const own of Object.values(parameters))
      for (const values of Object.values(own)) expect(values.every(Number.isFinite)).toBe(true);
  });

  it('often enough, is an error that says so', async () => {
    const rates: number[] = [];
    const learner = meddled(async (take, { rate }) => {
      rates.push(rate);
      await take();
      return { loss: Infinity, correct: 0 };
    });
    await expect(train(plan, { learner })).rejects.toMatchObject({
      code: 'DIVERGED',
      message: expect.stringMatching(/In epoch 1, the loss is Infinity, after 5 steps back/),
    });
    expect(rates).toEqual([1, 2, 4, 8, 16, 32].map((by) => full / by));
  });

  it('gives the same run when it is stopped after every batch', async () => {
    const whole = await train(plan, { learner: lossIsNaN });
    expect(facts(await inPieces(plan, { learner: lossIsNaN }))).toEqual(facts(whole));
  });

  it('other errors of a step are not hidden', async () => {
    const learner = meddled(() => Promise.reject(new RangeError('a fault')));
    await expect(train(plan, { learner })).rejects.toThrow('a fault');
  });
});

describe('checkpoints', () => {
  it('by time within an epoch: each of them leads to the same weights', async () => {
    const files: Uint8Array[] = [];
    const own = { ...plan, epochs: 2 };
    const whole = await train(own, {
      validation: others,
      checkpointEveryMillis: 1e-9,
      onCheckpoint: (checkpoint) => void files.push(writeCheckpoint(checkpoint)),
    });
    const places = files.map((file) => {
      const { history, progress } = readCheckpoint(file, own);
      return [history.length, progress?.batches ?? 0];
    });
    expect(places).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 0],
    ]);
    for (const file of files) {
      const checkpoint = readCheckpoint(file, own);
      expect(facts(await train(own, { checkpoint, validation: others }))).toEqual(facts(whole));
    }
    await train(own, {
      checkpointEveryMillis: 1e9,
      onCheckpoint: ({ progress }) => expect(progress).toBeNull(),
    });
  });

  it('of another run name what differs', async () => {
    const file = await checkpointOf({ ...plan, epochs: 1 });
    const differing: readonly (readonly [Partial<TrainingPlan>, RegExp])[] = [
      [{ seed: 6 }, /seed 3 there, 6 here/],
      [{ batchSize: 7, tetLambda: 0 }, /batchSize 6 there, 7 here; tetLambda 0\.001 there, 0 here/],
      [{ data: 'other' }, /the recordings or the way from them to frames/],
      [{ network: { ...network, name: 'other' } }, /the network/],
      [{ optimiser: { kind: 'sgd' } }, /optimiser none there, \{"kind":"sgd"\} here/],
    ];
    for (const [change, said] of differing) {
      expect(() => readCheckpoint(file, { ...plan, epochs: 1, ...change })).toThrow(
        expect.objectContaining({ code: 'WRONG_CHECKPOINT', message: expect.stringMatching(said) }),
      );
    }
    const two = await checkpointOf({ ...plan, epochs: 2 });
    expect(() => readCheckpoint(two, { ...plan, epochs: 1 })).toThrow(/2 epochs are done, more than 1/);
  });

  it('may be gone on with at another rate or over more epochs, which stays said', async () => {
    const file = await checkpointOf({ ...plan, epochs: 2 });
    const more = { ...plan, epochs: 3, learningRate: 1e-3 };
    const checkpoint = readCheckpoint(file, more);
    const changes = [
      { epoch: 2, option: 'epochs', from: 2, to: 3 },
      { epoch: 2, option: 'learningRate', from: 0.01, to: 1e-3 },
    ];
    expect(continuedWith(checkpoint, more)).toEqual(changes);
    let last: Checkpoint | undefined;
    const result = await train(more, { checkpoint, onCheckpoint: (own) => void (last = own) });
    expect(result.history).toHaveLength(3);
    expect(result.history[2]!.rate).toBeCloseTo(1e-3 * ((1 + Math.cos((2 * Math.PI) / 3)) / 2), 12);
    expect(result.changes).toEqual(changes);
    const again = { ...more, epochs: 4 };
    expect(continuedWith(readCheckpoint(writeCheckpoint(last!), again), again)).toEqual([
      ...changes,
      { epoch: 3, option: 'epochs', from: 3, to: 4 },
    ]);
  });

  async function checkpointOf(own: TrainingPlan): Promise<Uint8Array> {
    let file = new Uint8Array();
    await train(own, { onCheckpoint: (checkpoint) => void (file = writeCheckpoint(checkpoint)) });
    return file;
  }
});

describe('a run with a time', () => {
  it('ends by it with a whole model, its rates falling', async () => {
    const rates: number[] = [];
    const { end, history, parameters } = await train(
      { ...plan, epochs: 100_000 },
      {
        timeMillis: 300,
        validation: others,
        onProgress: ({ rate }) => void rates.push(rate),
      },
    );
    expect(end).toBe('time');
    expect(history.length).toBeGreaterThan(0);
    expect(history.at(-1)!.validation).not.toBeNull();
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect(() => foldNetwork(network, parameters)).not.toThrow();
  });

  it('that is over at once still has a step and a model', async () => {
    let steps = 0;
    const { end, history } = await train(plan, { timeMillis: 1e-6, onProgress: () => (steps += 1) });
    expect([end, steps, history.length, history[0]!.samples]).toEqual(['time', 1, 1, 6]);
  });

  it('that is long goes through all epochs', async () => {
    const { end, history } = await train(plan, { timeMillis: 1e9 });
    expect([end, history.length]).toEqual(['epochs', plan.epochs]);
  });
});

describe('what neurons do', () => {
  it.each([
    ['the training engine', (own: TrainingPlan) => new EngineLearner(own)],
    ['TensorFlow.js', (own: TrainingPlan) => new TensorLearner(own)],
  ])('is told by %s', async (_, learner) => {
    // Channel 2 of the second layer never fires, channel 0 always does.
    const own = learner(plan);
    const state = await own.save();
    const { gamma, beta } = state.parameters['mfp2']!;
    [gamma![2], beta![2], gamma![0], beta![0]] = [0, -5, 0, 5];
    await own.restore(state);
    const settings = { rate: 0, ede: edeSlope(0, 1) };
    const batch = randomBatch(network, 6, 1);
    expect(await own.step(batch, settings)).not.toHaveProperty('layers');
    const { layers } = await own.step(batch, { ...settings, firing: true });
    expect(layers!.map(({ id }) => id)).toEqual(['mfp1', 'mfp2']);
    expect(layers![1]!.dead).toBeGreaterThanOrEqual(0.2);
    expect(layers![1]!.rate).toBeGreaterThanOrEqual(0.2);
    expect(layers![1]!.rate).toBeLessThanOrEqual(0.8);
    own.dispose();
    const [engine, oracle] = [new EngineLearner(plan), new TensorLearner(plan)];
    const both = [engine, oracle].map((one) => one.step(batch, { ...settings, firing: true }));
    const [a, b] = await Promise.all(both);
    expect(a!.layers).toEqual(b!.layers!.map((layer) => ({ ...layer, rate: expect.closeTo(layer.rate, 6) })));
    engine.dispose();
    oracle.dispose();
  });
});
