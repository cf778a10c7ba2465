import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, createOracleEngine, createWasmEngine } from '../../../src/inference/index.ts';
import { EngineMemory } from '../../../src/inference/wasm/memory.ts';
import { PackedModel } from '../../../src/inference/wasm/packed-model.ts';
import { randomModelOf } from '../../../src/network/index.ts';
import { runWithBuiltPackage } from '../../helpers/built-package.ts';
import { randomClip } from '../../helpers/clips.ts';
import { MODES, stream } from '../../helpers/engine-equality.ts';
import { stackOf } from '../../helpers/networks.ts';

const PAGE = 65_536;
const outOfMemory = expect.objectContaining({ name: 'InferenceError', code: 'OUT_OF_MEMORY' });

describe('the memory of an engine', () => {
  it('pieces never overlap, are zeroed, and are used again', () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (draws) => {
        const memory = new EngineMemory({ maxMemoryBytes: 16 * PAGE, shared: false });
        const alive = new Map<number, number>();
        for (const [bytes, frees] of draws) {
          if (frees && alive.size > 0) {
            const [first] = alive.keys();
            memory.free(first!);
            alive.delete(first!);
          }
          const address = memory.allocate(bytes, 'state');
          expect(address % 64).toBe(0);
          expect(address).toBeGreaterThan(0);
          const own = memory.views.u8.subarray(address, address + bytes);
          expect(own.every((byte) => byte === 0)).toBe(true);
          for (const [other, length] of alive)
            expect(address + bytes <= other || other + length <= address).toBe(true);
          alive.set(address, bytes);
          own.fill(0xff);
        }
        for (const address of alive.keys()) memory.free(address);
        memory.free(12_345);
        expect(memory.use().state).toBe(0);
        // All holes are one again: as much fits at the first address.
        expect(memory.allocate(60 * 5000, 'spikes')).toBe(64);
      }),
      { numRuns: 60 },
    );
  });

  it('what fails in the middle leaves nothing', () => {
    const memory = new EngineMemory({ maxMemoryBytes: 2 * PAGE, shared: false });
    memory.allocate(100, 'weights');
    const before = memory.use();
    const work = (): number => memory.allocate(PAGE, 'state') + memory.allocate(PAGE, 'state');
    expect(() => memory.allOrNothing(work)).toThrow(outOfMemory);
    expect(memory.use()).toEqual(before);
    expect(memory.allOrNothing(() => memory.allocate(PAGE, 'state'))).toBeGreaterThan(0);
  });
});

describe('too little memory', () => {
  const model = randomModelOf(
    stackOf(
      [
        { kind: 'conv', filters: 130, kernel: 3, weights: 'int8' },
        { kind: 'mfp', structure: 'full' },
        { kind: 'averagePool' },
        { kind: 'conv', filters: 60, kernel: 3 },
        { kind: 'mfp', structure: 'rank1' },
      ],
      { steps: 5, height: 16, width: 16 },
    ),
    1,
  );
  const clip = randomClip(5, 16, 16, 1);

  it('for the model', async () => {
    for (const maxMemoryBytes of [0, 1, PAGE])
      for (const kind of ['auto', 'wasm'] as const)
        await expect(createEngine(model, { kind, maxMemoryBytes })).rejects.toEqual(outOfMemory);
  });

  it('for the thresholds of a layer: none of them stay', () => {
    let refused = 0;
    for (let left = 256; left < 40_000; left += 448) {
      const memory = new EngineMemory({ maxMemoryBytes: 4 * PAGE, shared: false });
      const packed = new PackedModel(model, memory);
      const stages = packed.plan.nodes.filter((node) => node.op === 'stage');
      for (const { currents } of stages) packed.bounds(currents);
      memory.allocate(4 * PAGE - memory.use().weights - left - 256, 'state');
      for (const stage of stages) {
        const before = memory.use();
        try {
          packed.neuron(stage, 'eq9');
        } catch (error) {
          expect(error).toEqual(outOfMemory);
          expect(memory.use()).toEqual(before);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  /** The smallest memory, in pages, in which something succeeds. */
  async function leastPages(succeeds: (maxMemoryBytes: number) => Promise<boolean>): Promise<number> {
    let [low, high] = [1, 4096];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (await succeeds(middle * PAGE)) high = middle;
      else low = middle;
    }
    return high;
  }

  it(
    'for another session: the engine and its sessions go on, and hold what they held',
    { timeout: 60_000 },
    async () => {
      const wanted = await Promise.all(
        MODES.map(async (mode) => createOracleEngine(model).runClip(clip, { mode })),
      );
      const pages = await leastPages(async (maxMemoryBytes) => {
        try {
          (await createWasmEngine(model, { maxMemoryBytes })).dispose();
          return true;
        } catch (error) {
          expect(error).toEqual(outOfMemory);
          return false;
        }
      });
      // From memory for the model alone to memory for some sessions, in both modes.
      let sessions = 0;
      for (let more = 0; more < 40; more += 3) {
        const engine = await createWasmEngine(model, { maxMemoryBytes: (pages + more) * PAGE });
        try {
          for (let i = 0; ; i++) {
            const mode = MODES[i % 2]!;
            const attempt = async (): Promise<void> => {
              const session = engine.openSession({ mode });
              try {
                expect(await stream(session, clip)).toEqual(wanted[i % 2]!.steps);
                sessions++;
              } catch (error) {
                session.dispose();
                throw error;
              }
            };
            try {
              await attempt();
            } catch (error) {
              expect(error).toEqual(outOfMemory);
              const before = engine.memory!();
              await expect(attempt()).rejects.toEqual(outOfMemory);
              await new Promise((resolve) => setTimeout(resolve, 0));
              expect(engine.memory!()).toEqual(before);
              break;
            }
          }
          for (const [i, mode] of MODES.entries()) {
            const run = await engine.runClip(clip, { mode }).catch((error: unknown) => error);
            if (run instanceof Error) expect(run).toEqual(outOfMemory);
            else expect(run).toEqual(wanted[i]);
          }
        } finally {
          engine.dispose();
        }
      }
      expect(sessions).toBeGreaterThan(5);
    },
  );
});

/** In a process of its own: what it holds must not grow with the engines that were there. */
it('a thousand engines leave nothing behind', { timeout: 120_000 }, () => {
  const { before, after } = runWithBuiltPackage<{ before: number; after: number }>(`
    const model = saccade.randomModel({ steps: 2, height: 6, width: 6 });
    const clip = saccade.sparseClip(model.network, 0.3, 1);
    const cycle = async (count) => {
      for (let i = 0; i < count; i++) {
        const engine = await saccade.createEngine(model, { kind: 'wasm' });
        engine.openSession();
        await engine.runClip(clip);
        engine.dispose();
      }
      gc();
      return process.memoryUsage().rss;
    };
    const before = await cycle(200);
    console.log(JSON.stringify({ before, after: await cycle(1000) }));
  `);
  expect(after - before).toBeLessThan(64 * 2 ** 20);
});
