import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { describePlain, type NetworkDescription } from '../../../src/network/index.ts';
import {
  edeSlope,
  engineBytes,
  engineObstacle,
  type TrainingEngine,
  type LearnerFactory,
  type TrainingEngineOptions,
  type TrainingPlan,
} from '../../../src/training/index.ts';
import { importBuiltTraining } from '../../helpers/built-package.ts';
import { anyNetwork, anyStack } from '../../helpers/networks.ts';
import { NEURONS } from '../../helpers/neurons.ts';
import { framewise } from '../../helpers/temporal-tasks.ts';
import { randomBatch } from '../../helpers/training-batches.ts';

/** The part of `node:worker_threads` that engines look up when they start a thread. */
interface WorkerThreads {
  Worker: typeof Worker;
}
const workerThreads = (
  process as unknown as { getBuiltinModule(id: string): WorkerThreads }
).getBuiltinModule('node:worker_threads');

const EDE = edeSlope(2, 5);
const size = { steps: 4, height: 9, width: 10, classes: ['a', 'b', 'c'] };
const network = describePlain('threads', [24, 'AP2', 40, 'MP2', 70], {
  ...size,
  neuron: { kind: 'mfp', structure: 'full' },
});

let built: Awaited<ReturnType<typeof importBuiltTraining>>;
const engines: TrainingEngine[] = [];
/** Threads that engines started, the latest last. */
const workers: Worker[] = [];
/** Called for each thread that is started. */
let onWorker: ((worker: Worker) => void) | undefined;

beforeAll(async () => {
  built = await importBuiltTraining();
  const { Worker: Original } = workerThreads;
  workerThreads.Worker = class extends Original {
    constructor(...parameters: ConstructorParameters<typeof Original>) {
      super(...parameters);
      workers.push(this);
      onWorker?.(this);
    }
  };
  return () => {
    workerThreads.Worker = Original;
  };
});

afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
  workers.splice(0);
  onWorker = undefined;
});

function engineOf(options: Partial<TrainingEngineOptions>): TrainingEngine {
  const engine = new built.TrainingEngine({ network, batchSize: 3, seed: 1, tetLambda: 0.01, ...options });
  engines.push(engine);
  return engine;
}

/** A hash of all weights and moments: whole arrays take long to compare. */
function stateOf(engine: TrainingEngine): string {
  const hash = createHash('sha256');
  for (const own of Object.values(engine.snapshot())) {
    for (const [name, values] of Object.entries(own)) hash.update(name).update(values);
  }
  const { moments, ...scalars } = engine.optimiser();
  for (const values of moments) hash.update(values);
  return hash.update(JSON.stringify(scalars)).digest('hex');
}

/** Losses, and the state after a few steps; batches of other sizes among them. */
async function trained(options: Partial<TrainingEngineOptions>): Promise<unknown> {
  const engine = engineOf(options);
  const losses: unknown[] = [];
  for (let step = 0; step < 3; step++) {
    const batch = randomBatch(options.network ?? network, step === 1 ? 1 : sizeOf(options), step);
    losses.push(await engine.step(batch, 0.01, EDE));
  }
  const result = { losses, state: stateOf(engine), firing: engine.firing() };
  engine.dispose();
  return result;
}

function sizeOf({ batchSize = 3 }: Partial<TrainingEngineOptions>): number {
  return batchSize;
}

const PRECISIONS: readonly Partial<TrainingEngineOptions>[] = [
  { gradients: 'float32' },
  { gradients: 'power-of-two' },
  { gradients: 'power-of-two', countersFrom: 1 },
];

describe('any number of threads gives the same bits', () => {
  it.each(NEURONS)('%s', { timeout: 120_000 }, async (_, neuron) => {
    const own = describePlain('threads', [24, 'AP2', 40, 'MP2', 70], { ...size, neuron });
    for (const precision of PRECISIONS) {
      const expected = await trained({ ...precision, network: own });
      for (const threads of [2, 3])
        expect(await trained({ ...precision, network: own, threads })).toEqual(expected);
    }
  });

  it('in any network', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anyStack(), anyNetwork()).filter((own) => engineObstacle(own) === null),
        fc.constantFrom(...PRECISIONS),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(2, 3),
        async (own: NetworkDescription, precision, batchSize, threads) => {
          const options = { ...precision, network: own, batchSize };
          expect(await trained({ ...options, threads })).toEqual(await trained(options));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('in steps that are asked for at once, which follow one another', async () => {
    const [one, two] = [engineOf({}), engineOf({ threads: 2 })];
    const batches = Array.from({ length: 5 }, (_, step) => randomBatch(network, 3, step));
    const losses: unknown[] = [];
    for (const batch of batches) losses.push(await one.step(batch, 0.01, EDE));
    expect(await Promise.all(batches.map((batch) => two.step(batch, 0.01, EDE)))).toEqual(losses);
    expect(stateOf(two)).toBe(stateOf(one));
  });

  it('in what rounding reports', async () => {
    const reports: unknown[] = [];
    for (const threads of [1, 2]) {
      const engine = engineOf({ threads, gradients: 'power-of-two' });
      reports.push(await engine.roundingOf(randomBatch(network, 3, 1), EDE));
    }
    expect(reports[1]).toEqual(reports[0]);
  });

  it('in a run that goes on with another number of them', async () => {
    const plan: TrainingPlan = {
      network: describePlain('small', [8, 8], {
        steps: 4,
        height: 4,
        width: 4,
        classes: ['a', 'b', 'c'],
        neuron: { kind: 'mfp', structure: 'full' },
      }),
      epochs: 3,
      batchSize: 6,
      learningRate: 0.01,
      seed: 1,
      tetLambda: 1e-3,
      maxShift: 1,
      augment: built.parseAugmentation('roll:1,mixup:0.4|cutmix:1'),
      data: 'test',
    };
    const samples = framewise(20, 4, 3, 3);
    const withThreads =
      (threads: number): LearnerFactory =>
      (own) =>
        new built.EngineLearner(own, { threads });
    const whole = await built.trainNetwork(plan, samples, { learner: withThreads(1) });
    let saved: import('../../../src/training/index.ts').Checkpoint | undefined;
    const stop = new AbortController();
    await expect(
      built.trainNetwork(plan, samples, {
        learner: withThreads(2),
        signal: stop.signal,
        onProgress: ({ epoch, samplesDone }) => {
          if (epoch === 1 && samplesDone > 6) stop.abort(new Error('enough'));
        },
        onCheckpoint: (checkpoint) => void (saved = checkpoint),
      }),
    ).rejects.toThrow('enough');
    const checkpoint = built.readCheckpoint(built.writeCheckpoint(saved!), plan);
    const { parameters } = await built.trainNetwork(plan, samples, { learner: withThreads(3), checkpoint });
    expect(parameters).toEqual(whole.parameters);
  });
});

/** Steps take threads long enough that there is time to disturb them. */
const slow = describePlain('slow', [64, 64], {
  ...size,
  height: 40,
  width: 40,
  neuron: { kind: 'mfp', structure: 'full' },
});

describe('a thread that dies', () => {
  it.each(PRECISIONS)(
    'is replaced, and the step gives what it would have: %o',
    { timeout: 120_000 },
    async (precision) => {
      const options = { ...precision, network: slow, batchSize: 2 };
      const [one, two] = [engineOf(options), engineOf({ ...options, threads: 2 })];
      for (let step = 0; step < 3; step++) {
        const batch = randomBatch(slow, 2, step);
        const expected = await one.step(batch, 0.01, EDE);
        const taken = two.step(batch, 0.01, EDE);
        await vi.waitFor(() => {
          expect(workers.length).toBeGreaterThanOrEqual(2);
        });
        await delay(10 + 20 * step);
        await workers.at(-1)!.terminate();
        expect(await taken).toEqual(expected);
      }
      expect(workers.length).toBeGreaterThan(2);
      expect(stateOf(two)).toBe(stateOf(one));
    },
  );

  it('between two steps is replaced', async () => {
    const [one, two] = [engineOf({}), engineOf({ threads: 2 })];
    for (let step = 0; step < 2; step++) {
      const batch = randomBatch(network, 3, step);
      expect(await two.step(batch, 0.01, EDE)).toEqual(await one.step(batch, 0.01, EDE));
      await workers[0]!.terminate();
    }
  });

  it('again and again ends the step, which changed nothing', { timeout: 60_000 }, async () => {
    onWorker = (worker) => void worker.terminate();
    const engine = engineOf({ threads: 2 });
    const before = engine.snapshot();
    const batch = randomBatch(network, 3, 1);
    await expect(engine.step(batch, 0.01, EDE)).rejects.toMatchObject({ code: 'THREAD_DIED' });
    expect(engine.snapshot()).toEqual(before);
    onWorker = undefined;
    expect(await engine.step(batch, 0.01, EDE)).toEqual(await engineOf({}).step(batch, 0.01, EDE));
  });
});

describe('an engine with threads', () => {
  it('that is disposed ends the step, and its threads', async () => {
    const engine = engineOf({ network: slow, batchSize: 2, threads: 2 });
    const step = engine.step(randomBatch(slow, 2, 1), 0.01, EDE);
    await vi.waitFor(() => {
      expect(workers.length).toBe(2);
    });
    const exits = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    engine.dispose();
    await expect(step).rejects.toMatchObject({ code: 'DISPOSED' });
    await Promise.all(exits);
  });

  it('states its memory, more for each thread', () => {
    const [one, two, three] = [1, 2, 3].map((threads) => engineBytes(network, 3, { threads }));
    expect(engineOf({ threads: 2 }).bytes).toBe(two);
    expect(two).toBeGreaterThan(one!);
    expect(three).toBeGreaterThan(two!);
    expect(() => engineOf({ threads: 2, maxMemoryBytes: one! })).toThrow(
      expect.objectContaining({ code: 'OUT_OF_MEMORY' }),
    );
  });

  it('computes alone where memory cannot be shared', async () => {
    vi.stubGlobal('crossOriginIsolated', false);
    try {
      const engine = engineOf({ threads: 4 });
      expect(engine.threads).toBe(1);
      await engine.step(randomBatch(network, 3, 1), 0.01, EDE);
      expect(workers).toEqual([]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it.each([0, 257, 1.5, NaN])('has 1 to 256 of them, not %s', (threads) => {
    expect(() => engineOf({ threads })).toThrow(expect.objectContaining({ option: 'threads' }));
  });
});
