import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWasmEngine } from '../../src/inference/index.ts';
import { randomModel, randomModelOf } from '../../src/network/index.ts';
import { clipFor } from '../helpers/clips.ts';
import { expectOracle, expectWasmIsOracle, MODES } from '../helpers/engine-equality.ts';
import { anyNetwork, anyStack } from '../helpers/networks.ts';

afterEach(() => vi.unstubAllGlobals());

/** Counts workers that start while it runs. */
function countWorkers(): () => number {
  let count = 0;
  const Original = globalThis.Worker;
  vi.stubGlobal(
    'Worker',
    class extends Original {
      constructor(...parameters: ConstructorParameters<typeof Worker>) {
        super(...parameters);
        count++;
      }
    },
  );
  return () => count;
}

describe('the WebAssembly engine is the oracle in a browser', () => {
  const network = fc.oneof(anyNetwork(), anyStack());

  it('on the calling thread', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(network, fc.integer(), async (drawn, seed) => {
        await expectWasmIsOracle(randomModelOf(drawn, seed), [clipFor(drawn, 0.3, seed)]);
      }),
      { numRuns: 40 },
    );
  });

  it('on threads, in a page that is cross-origin isolated', { timeout: 120_000 }, async () => {
    expect(globalThis.crossOriginIsolated).toBe(true);
    const workers = countWorkers();
    await fc.assert(
      fc.asyncProperty(network, fc.integer(), async (drawn, seed) => {
        const engine = await createWasmEngine(randomModelOf(drawn, seed), { threads: 2 });
        for (const mode of MODES) await expectOracle(engine, [clipFor(drawn, 0.3, seed)], mode);
        engine.dispose();
      }),
      { numRuns: 8 },
    );
    expect(workers()).toBeGreaterThanOrEqual(16);
  });

  it('on one thread where memory cannot be shared', async () => {
    vi.stubGlobal('crossOriginIsolated', false);
    const workers = countWorkers();
    const model = randomModel();
    const engine = await createWasmEngine(model, { threads: 4 });
    await expectOracle(engine, [clipFor(model.network, 0.3, 1)], 'exact');
    engine.dispose();
    expect(workers()).toBe(0);
  });

  it('a dispose in the middle of a run rejects it', async () => {
    const model = randomModel({
      structure: 'rank1',
      steps: 4,
      height: 96,
      width: 96,
      stack: [128, 128, 'AP2', 8],
    });
    const engine = await createWasmEngine(model, { threads: 2 });
    const run = engine.runClip(clipFor(model.network, 1, 1));
    setTimeout(() => engine.dispose(), 5);
    await expect(run).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
