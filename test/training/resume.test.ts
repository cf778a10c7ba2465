import { beforeAll, describe, expect, it } from 'vitest';
import { parseEventAugmentation } from '../../src/filters/index.ts';
import { describePlain, describeResidual, type NeuronOptions } from '../../src/network/index.ts';
import {
  EngineLearner,
  parseAugmentation,
  readCheckpoint,
  selectBackend,
  trainNetwork,
  writeCheckpoint,
  type Checkpoint,
  type LearnerFactory,
  type TrainingHooks,
  type TrainingPlan,
  type TrainingResult,
} from '../../src/training/index.ts';
import { stackOf } from '../helpers/networks.ts';
import { NEURONS } from '../helpers/neurons.ts';
import { framewise } from '../helpers/temporal-tasks.ts';

const CLASSES = ['0', '1', '2'];

function plain(neuron: NeuronOptions): TrainingPlan['network'] {
  return describePlain('resume', [4, 'AP2', 4], { steps: 4, height: 4, width: 4, classes: CLASSES, neuron });
}

/** Both kinds of shortcut. */
const residual = describeResidual(
  'residual',
  [
    { blocks: 1, planes: 4, stride: 1 },
    { blocks: 1, planes: 8, stride: 2 },
  ],
  { steps: 4, height: 4, width: 4, classes: CLASSES, neuron: { kind: 'mfp', structure: 'full' } },
);

const plan: TrainingPlan = {
  network: plain({ kind: 'mfp', structure: 'rank1' }),
  epochs: 8,
  batchSize: 8,
  learningRate: 0.01,
  seed: 5,
  tetLambda: 1e-3,
  maxShift: 1,
  data: 'test',
};
/** Four batches, the last one short. */
const BATCHES = 4;
const samples = framewise(30, 4, 3, 4);

/**
 * Trains, stops after `batches` more batches, goes on from the file, until the end.
 *
 * @returns the result, and how often it was stopped.
 */
async function trainInPieces(
  own: TrainingPlan,
  batches: number,
  learner?: LearnerFactory,
  hooks: TrainingHooks = {},
): Promise<{ result: TrainingResult; stops: number }> {
  let file: Uint8Array | undefined;
  for (let stops = 0; ; stops++) {
    const abort = new AbortController();
    let taken = 0;
    try {
      const result = await trainNetwork(own, samples, {
        ...hooks,
        ...(learner && { learner }),
        ...(file && { checkpoint: readCheckpoint(file, own) }),
        signal: abort.signal,
        onProgress: () => {
          if (++taken === batches) abort.abort(new Error('Ctrl-C'));
        },
        onCheckpoint: (checkpoint) => void (file = writeCheckpoint(checkpoint)),
      });
      return { result, stops };
    } catch (error) {
      expect(error).toEqual(new Error('Ctrl-C'));
      expect(taken).toBe(batches);
    }
  }
}

/** All that must be equal: the parameters' bits and each epoch's account. */
function facts({ parameters, history }: TrainingResult): unknown {
  return { parameters, history: history.map(({ epoch, loss, accuracy }) => ({ epoch, loss, accuracy })) };
}

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

describe('training that was stopped and resumed equals undisturbed training bit for bit', () => {
  it.each([
    ...NEURONS.map(([name, neuron]) => [name, plain(neuron)] as const),
    ['residual', residual] as const,
  ])('after every batch: %s', async (_, network) => {
    const own = { ...plan, network };
    const undisturbed = await trainNetwork(own, samples);
    const { result, stops } = await trainInPieces(own, 1);
    expect(stops).toBe(plan.epochs * BATCHES - 1);
    expect(facts(result)).toEqual(facts(undisturbed));
  });

  it('after every batch, where each epoch has samples of its own', async () => {
    const own = { ...plan, epochs: 3, augmentEvents: parseEventAugmentation('event-drop') };
    const asked: number[] = [];
    const epochSamples = async (epoch: number): Promise<typeof samples> => {
      asked.push(epoch);
      return Promise.resolve(framewise(30 + epoch, 4, 3, epoch));
    };
    const learner: LearnerFactory = (what) => new EngineLearner(what);
    const undisturbed = await trainNetwork(own, samples, { learner, epochSamples });
    expect(asked).toEqual([0, 1, 2]);
    expect(undisturbed.history.map((epoch) => epoch.samples)).toEqual([30, 31, 32]);
    const { result, stops } = await trainInPieces(own, 1, learner, { epochSamples });
    expect(stops).toBe(own.epochs * BATCHES - 1);
    expect(facts(result)).toEqual(facts(undisturbed));
    await expect(trainNetwork(own, samples, { learner })).rejects.toMatchObject({ option: 'augmentEvents' });
    const oneClass = async (): Promise<typeof samples> =>
      Promise.resolve(samples.filter(({ label }) => label === 1));
    await expect(trainNetwork(own, samples, { learner, epochSamples: oneClass })).rejects.toMatchObject({
      code: 'TOO_FEW_CLASSES',
    });
    const unknown = { ...own, augmentEvents: [[{ operation: 'roll', amount: 1 }]] };
    await expect(trainNetwork(unknown, samples, { learner, epochSamples })).rejects.toMatchObject({
      option: 'augment',
    });
  });

  it('after every batch, where clips are mixed', async () => {
    const own = { ...plan, epochs: 3, augment: parseAugmentation('flip:0.5,mixup:0.4|cutmix:1,roll:1') };
    const learner: LearnerFactory = (what) => new EngineLearner(what);
    const undisturbed = await trainNetwork(own, samples, { learner });
    const { result, stops } = await trainInPieces(own, 1, learner);
    expect(stops).toBe(own.epochs * BATCHES - 1);
    expect(facts(result)).toEqual(facts(undisturbed));
    const plainly = await trainNetwork({ ...own, augment: own.augment.slice(0, 1) }, samples, { learner });
    expect(facts(plainly)).not.toEqual(facts(undisturbed));
  });

  it.each(NEURONS)('on the training engine, after every batch: %s', async (_, neuron) => {
    const own = { ...plan, network: plain(neuron) };
    const learner: LearnerFactory = (started) => new EngineLearner(started);
    const undisturbed = await trainNetwork(own, samples, { learner });
    const { result } = await trainInPieces(own, 1, learner);
    expect(facts(result)).toEqual(facts(undisturbed));
  });

  it.each([2, 3, BATCHES, BATCHES + 1, 3 * BATCHES])('every %i batches', async (batches) => {
    const undisturbed = await trainNetwork(plan, samples);
    const { result } = await trainInPieces(plan, batches);
    expect(facts(result)).toEqual(facts(undisturbed));
  });

  it('on the plain JavaScript backend, whose checkpoints wasm refuses', async () => {
    await selectBackend({ prefer: 'cpu' });
    const own = { ...plan, epochs: 2 };
    const { result } = await trainInPieces(own, 1);
    expect(facts(result)).toEqual(facts(await trainNetwork(own, samples)));
    const checkpoint = await lastCheckpoint(own);
    await selectBackend({ prefer: 'wasm' });
    for (const other of [{}, { learner: (started: TrainingPlan) => new EngineLearner(started) }]) {
      const run = trainNetwork({ ...own, epochs: 3 }, samples, { checkpoint, ...other });
      await expect(run).rejects.toMatchObject({
        code: 'WRONG_CHECKPOINT',
        message: expect.stringContaining('backend cpu'),
      });
    }
  });

  it('says how much of the epoch is done, once per stop', async () => {
    const abort = new AbortController();
    const saved: Checkpoint[] = [];
    const run = trainNetwork(plan, samples, {
      signal: abort.signal,
      onProgress: ({ epoch, samplesDone }) => {
        if (epoch === 1 && samplesDone === 16) abort.abort(new Error('Ctrl-C'));
      },
      onCheckpoint: (checkpoint) => void saved.push(checkpoint),
    });
    await expect(run).rejects.toThrow('Ctrl-C');
    expect(
      saved.map(({ history, progress }) => [history.length, progress?.batches, progress?.samples]),
    ).toEqual([
      [1, undefined, undefined],
      [1, 2, 16],
    ]);
  });

  it('stops for a signal that needs a turn of the event loop, as signals of the system do', async () => {
    const abort = new AbortController();
    let taken = 0;
    const run = trainNetwork(plan, samples, {
      signal: abort.signal,
      onProgress: () => {
        if (++taken === 1) setImmediate(() => abort.abort(new Error('Ctrl-C')));
      },
    });
    await expect(run).rejects.toThrow('Ctrl-C');
    expect(taken).toBeLessThanOrEqual(2);
  });
});

/** The checkpoint at the end of a run. */
async function lastCheckpoint(own: TrainingPlan): Promise<Checkpoint> {
  let last: Checkpoint | undefined;
  await trainNetwork(own, samples, { onCheckpoint: (checkpoint) => void (last = checkpoint) });
  return last!;
}

describe('a checkpoint', () => {
  it('of another plan is refused', async () => {
    const own = { ...plan, epochs: 1 };
    const file = writeCheckpoint(await lastCheckpoint(own));
    for (const other of [{ seed: 6 }, { data: 'other' }, { batchSize: 7 }]) {
      expect(() => readCheckpoint(file, { ...own, ...other })).toThrow(
        expect.objectContaining({ code: 'WRONG_CHECKPOINT' }),
      );
    }
    expect(() => readCheckpoint(file.subarray(0, 100), own)).toThrow(
      expect.objectContaining({ code: 'TRUNCATED' }),
    );
  });

  it('comes back from its bytes as it was', async () => {
    const checkpoint = { ...(await lastCheckpoint({ ...plan, epochs: 1 })), progress: null };
    expect(readCheckpoint(writeCheckpoint(checkpoint), checkpoint.plan)).toEqual(checkpoint);
    const progress = { batches: 2, samples: 16, correct: 3, lossSum: 0.1 + 0.2, seconds: 1 / 3 };
    const inHand = { ...checkpoint, progress };
    expect(readCheckpoint(writeCheckpoint(inHand), checkpoint.plan)).toEqual(inHand);
  });

  it('that lacks a tensor, or has one of another size, is refused', async () => {
    const checkpoint = await lastCheckpoint({ ...plan, epochs: 1 });
    const own = { ...plan, epochs: 2 };
    const { moments } = checkpoint.optimiser;
    const [[id, first]] = Object.entries(checkpoint.parameters) as [[string, Record<string, Float32Array>]];
    const name = Object.keys(first)[0]!;
    const damaged: Checkpoint[] = [
      { ...checkpoint, optimiser: { ...checkpoint.optimiser, moments: moments.slice(1) } },
      {
        ...checkpoint,
        optimiser: { ...checkpoint.optimiser, moments: [moments[0]!.slice(1), ...moments.slice(1)] },
      },
      { ...checkpoint, parameters: {} },
      {
        ...checkpoint,
        parameters: { ...checkpoint.parameters, [id]: { ...first, [name]: first[name]!.slice(1) } },
      },
    ];
    for (const bad of damaged) {
      await expect(trainNetwork(own, samples, { checkpoint: bad })).rejects.toMatchObject({
        code: 'WRONG_CHECKPOINT',
      });
      const engine = new EngineLearner(own);
      await expect(engine.restore(bad)).rejects.toMatchObject({ code: 'WRONG_CHECKPOINT' });
      engine.dispose();
    }
  });
});

describe('what cannot be trained', () => {
  it('says so', async () => {
    await expect(trainNetwork(plan, [])).rejects.toMatchObject({ code: 'NO_SAMPLES' });
    const only = samples.map(({ clip }) => ({ clip, label: 1 }));
    await expect(trainNetwork(plan, only)).rejects.toMatchObject({
      code: 'TOO_FEW_CLASSES',
      message: 'At least two classes are needed; all training samples are of class "1".',
    });
    const one = stackOf([{ kind: 'conv', filters: 2, kernel: 3, weights: 'int8' }, { kind: 'lif' }], {
      steps: 4,
      height: 4,
      width: 4,
      classes: 1,
    });
    await expect(
      trainNetwork(
        { ...plan, network: one },
        only.map(({ clip }) => ({ clip, label: 0 })),
      ),
    ).rejects.toMatchObject({ code: 'TOO_FEW_CLASSES' });
    await expect(trainNetwork(plan, [...samples, { ...samples[0]!, label: 3 }])).rejects.toMatchObject({
      code: 'BAD_LABEL',
    });
    await expect(trainNetwork({ ...plan, learningRate: 1e30 }, samples)).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
    await expect(selectBackend({ prefer: 'node' })).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });
});
