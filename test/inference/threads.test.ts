import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOracleEngine, type InferenceEngine } from '../../src/inference/index.ts';
import { randomModel, randomModelOf, randomNetwork, type Model } from '../../src/network/index.ts';
import { importBuiltPackage, runWithBuiltPackage } from '../helpers/built-package.ts';
import { clipFor, clipOf, framesOf } from '../helpers/clips.ts';
import { expectOracle, MODES, stream } from '../helpers/engine-equality.ts';
import { anyNetwork, anyStack } from '../helpers/networks.ts';

/** The part of `node:worker_threads` that engines look up when they start a thread. */
interface WorkerThreads {
  Worker: typeof Worker;
}
const workerThreads = (
  process as unknown as { getBuiltinModule(id: string): WorkerThreads }
).getBuiltinModule('node:worker_threads');

let built: Awaited<ReturnType<typeof importBuiltPackage>>;
const engines: InferenceEngine[] = [];
/** Threads that engines started, the latest last. */
const workers: Worker[] = [];

beforeAll(async () => {
  built = await importBuiltPackage();
  const { Worker: Original } = workerThreads;
  workerThreads.Worker = class extends Original {
    constructor(...parameters: ConstructorParameters<typeof Original>) {
      super(...parameters);
      workers.push(this);
    }
  };
  return () => {
    workerThreads.Worker = Original;
  };
});

afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
  workers.splice(0);
});

async function start(model: Model, threads = 2): Promise<InferenceEngine> {
  const engine = await built.createWasmEngine(model, { threads });
  engines.push(engine);
  return engine;
}

/** Every step takes threads long enough that there is time to disturb it. */
const slow = randomModel({
  structure: 'rank1',
  steps: 4,
  height: 160,
  width: 160,
  stack: [256, 256, 'AP2', 8],
});
const busy = clipOf(4, 160, 160, () => 3);

describe('threads compute what the oracle computes', () => {
  it.each([2, 3])('%d threads, any network', { timeout: 120_000 }, async (threads) => {
    const network = fc.oneof(anyNetwork(), anyStack());
    await fc.assert(
      fc.asyncProperty(network, fc.integer(), async (drawn, seed) => {
        const engine = await start(randomModelOf(drawn, seed), threads);
        for (const mode of MODES)
          await expectOracle(engine, [clipFor(drawn, 0.3, seed), clipFor(drawn, 0.1, seed)], mode);
        engine.dispose();
      }),
      { numRuns: 20 },
    );
  });

  it('clips and sessions at once keep their order and results', { timeout: 60_000 }, async () => {
    const network = randomNetwork({ seed: 8, steps: 5, height: 11, width: 10, blocks: 4 });
    const model = randomModelOf(network, 8);
    const oracle = createOracleEngine(model);
    const engine = await start(model, 3);
    const order: number[] = [];
    const jobs = Array.from({ length: 24 }, async (_, i) => {
      const mode = MODES[i % 2]!;
      const clip = clipFor(network, 0.3, i);
      const wanted = await oracle.runClip(clip, { mode });
      return { i, mode, clip, wanted };
    });
    const runs = (await Promise.all(jobs)).map(async ({ i, mode, clip, wanted }) => {
      if (i % 3 > 0) {
        expect(await engine.runClip(clip, { mode })).toEqual(wanted);
        order.push(i);
        return;
      }
      const session = engine.openSession({ mode });
      // Steps are asked for without waiting for those before.
      const steps = await Promise.all(framesOf(clip).map(async (frame) => session.step(frame)));
      expect(steps).toEqual(wanted.steps);
      session.dispose();
    });
    await Promise.all(runs);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});

describe('a thread that dies', () => {
  it('fails the run that it was in; the next run and other engines go on', { timeout: 120_000 }, async () => {
    const [engine, other] = [await start(slow), await start(randomModel(), 2)];
    const clip = clipFor(other.model.network, 0.3, 1);
    const wanted = await engine.runClip(busy);
    for (let round = 0; round < 2; round++) {
      const run = engine.runClip(busy);
      const after = engine.runClip(busy);
      const elsewhere = other.runClip(clip);
      await delay(10);
      // The first two threads are those of `engine`, later ones took the places of the dead.
      await workers[round === 0 ? 0 : workers.length - 1]!.terminate();
      await expect(run).rejects.toMatchObject({ name: 'InferenceError', code: 'THREAD_DIED' });
      expect(await after).toEqual(wanted);
      expect(await elsewhere).toEqual(await createOracleEngine(other.model).runClip(clip));
    }
  });

  it('while nothing runs is replaced by the next run', async () => {
    const model = randomModel();
    const clip = clipFor(model.network, 0.3, 1);
    const engine = await start(model, 2);
    const wanted = await engine.runClip(clip);
    for (const count of [1, 3]) {
      await Promise.all(workers.slice(0, count).map(async (worker) => worker.terminate()));
      expect(await engine.runClip(clip)).toEqual(wanted);
    }
    expect(workers).toHaveLength(5);
  });

  it('ends the window of the stream that it worked for, and no other', { timeout: 60_000 }, async () => {
    const engine = await start(slow);
    const [disturbed, calm] = [engine.openSession(), engine.openSession()];
    const frames = framesOf(busy);
    const results = [await calm.step(frames[0]!), await disturbed.step(frames[0]!)];
    const run = disturbed.step(frames[1]!);
    const queued = disturbed.step(frames[2]!);
    await Promise.all([
      expect(run).rejects.toMatchObject({ code: 'THREAD_DIED' }),
      expect(queued).rejects.toMatchObject({ code: 'OUT_OF_ORDER' }),
      kill(),
    ]);
    await expect(disturbed.step(frames[3]!)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    expect(await disturbed.step(frames[0]!)).toEqual(results[0]);
    const reference = await (await start(slow)).runClip(busy);
    for (const frame of frames.slice(1)) expect(await calm.step(frame)).toEqual(reference.steps[frame.step]);

    async function kill(): Promise<void> {
      await delay(2);
      await workers[1]!.terminate();
    }
  });
});

describe('dispose', () => {
  it('refuses the run in flight and those that wait', async () => {
    const engine = await start(slow);
    const session = engine.openSession();
    const runs = Promise.allSettled([
      engine.runClip(busy),
      engine.runClip(busy),
      session.step(framesOf(busy)[0]!),
    ]);
    await delay(20);
    engine.dispose();
    for (const run of await runs)
      expect(run).toMatchObject({ status: 'rejected', reason: { code: 'DISPOSED' } });
  });

  it('at any moment of a run leaves nobody waiting', { timeout: 60_000 }, async () => {
    const model = randomModel();
    const clip = clipFor(model.network, 0.3, 1);
    for (let ticks = 0; ticks < 16; ticks++) {
      const engine = await start(model);
      const dead = ticks % 2 === 0 ? workers.at(-1)!.terminate() : undefined;
      await dead;
      const run = Promise.allSettled([engine.runClip(clip)]);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      engine.dispose();
      const [outcome] = await run;
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'DISPOSED' });
    }
  });
});

describe('a process with threads', () => {
  const preamble = `
    const model = saccade.randomModel({ steps: 2 });
    const clip = saccade.sparseClip(model.network, 0.3, 1);
    const start = () => saccade.createEngine(model, { kind: 'wasm', threads: 3 });
  `;

  it.each([
    ['with', 'engine.dispose();'],
    ['without', ''],
  ])('ends by itself %s dispose', (_name, dispose) => {
    const code = `${preamble}
      const engine = await start();
      await engine.runClip(clip);
      await engine.openSession().step({ ...clip, step: 0, counts: clip.counts.subarray(0, 128) });
      ${dispose}
      console.log(JSON.stringify('end'));`;
    expect(runWithBuiltPackage(code, 20_000)).toBe('end');
  });

  it('waits for a run that is on its way', () => {
    const code = `${preamble}
      const engine = await start();
      void engine.runClip(clip).then(({ steps }) => console.log(JSON.stringify(steps.length)));`;
    expect(runWithBuiltPackage(code, 20_000)).toBe(2);
  });

  it('burns nothing while threads are idle', () => {
    const { millis } = runWithBuiltPackage<{ millis: number }>(`${preamble}
      const engine = await start();
      for (let i = 0; i < 20; i++) await engine.runClip(clip);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 600));
      const { user, system } = process.cpuUsage(before);
      console.log(JSON.stringify({ millis: (user + system) / 1000 }));
    `);
    // Three threads that spin would take more than this on any machine.
    expect(millis).toBeLessThan(300);
  });

  it('is not left with threads or memory of engines that were there', { timeout: 60_000 }, () => {
    const {
      before,
      after,
      workers: left,
    } = runWithBuiltPackage<Record<string, number>>(`${preamble}
      const cycle = async (count) => {
        for (let i = 0; i < count; i++) {
          const engine = await saccade.createEngine(model, { kind: 'wasm', threads: 2 });
          await engine.runClip(clip);
          engine.dispose();
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
        gc();
        return process.memoryUsage().rss;
      };
      const before = await cycle(5);
      const after = await cycle(20);
      const workers = process.getActiveResourcesInfo().filter((name) => /worker|message/i.test(name)).length;
      console.log(JSON.stringify({ before, after, workers }));
    `);
    expect(left).toBe(0);
    expect(after! - before!).toBeLessThan(100 * 2 ** 20);
  });
});

it('one thread is none', async () => {
  const engine = await start(randomModel(), 1);
  expect(workers).toEqual([]);
  const clip = clipFor(engine.model.network, 0.3, 1);
  expect(await stream(engine.openSession(), clip)).toEqual((await engine.runClip(clip)).steps);
});
