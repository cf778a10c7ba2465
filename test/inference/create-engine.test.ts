import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEngine, createOracleEngine } from '../../src/inference/index.ts';
import { randomModel, randomModelOf } from '../../src/network/index.ts';
import { runWithBuiltPackage } from '../helpers/built-package.ts';
import { clipFor } from '../helpers/clips.ts';
import { stackOf } from '../helpers/networks.ts';

const model = randomModel();
const clip = clipFor(model.network, 0.3, 1);

afterEach(() => vi.unstubAllGlobals());

it('takes the kernels, or the oracle on request', async () => {
  for (const kind of [undefined, 'auto', 'wasm'] as const)
    expect((await createEngine(model, kind && { kind })).name).toBe('wasm');
  expect((await createEngine(model, { kind: 'oracle' })).name).toBe('oracle');
});

it('refuses thread counts that make no sense', async () => {
  for (const threads of [0, -1, 1.5, NaN, 1000])
    await expect(createEngine(model, { threads })).rejects.toMatchObject({ code: 'BAD_OPTION' });
});

describe('without WebAssembly', () => {
  it('the oracle runs', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const engine = await createEngine(model);
    expect(engine.name).toBe('oracle');
    expect(await engine.runClip(clip)).toEqual(await createOracleEngine(model).runClip(clip));
    await expect(createEngine(model, { kind: 'wasm' })).rejects.toThrow();
  });

  it('or without its SIMD', () => {
    const names = runWithBuiltPackage<string[]>(`
      WebAssembly.Module = class {
        constructor() { throw new WebAssembly.CompileError('invalid opcode 0xfd'); }
      };
      const model = saccade.randomModel();
      const names = [];
      for (const threads of [1, 2]) names.push((await saccade.createEngine(model, { threads })).name);
      names.push(await saccade.createEngine(model, { kind: 'wasm' }).then(() => 'wasm', ({ name }) => name));
      console.log(JSON.stringify(names));
    `);
    expect(names).toEqual(['oracle', 'oracle', 'CompileError']);
  });
});

describe('numbers that the kernels have no room for', () => {
  const conv = { kind: 'conv', filters: 3, kernel: 1 };
  const lif = { kind: 'lif', decay: 0 };
  it.each([
    ['8-bit weights over counts beyond 15 bits', [{ ...conv, weights: 'int8' }, lif], 33_000],
    ['sums of counts beyond 16 bits', [{ kind: 'averagePool' }, conv, lif], 20_000],
  ])('%s', async (_name, layers, maxCount) => {
    const network = stackOf(layers, { height: 3, width: 3, maxCount });
    const large = randomModelOf(network, 1);
    const many = clipFor(network, 0.5, 1);
    await expect(createEngine(large, { kind: 'wasm' })).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL' });
    const engine = await createEngine(large);
    expect(engine.name).toBe('oracle');
    expect(await engine.runClip(many)).toEqual(await createOracleEngine(large).runClip(many));
  });
});
