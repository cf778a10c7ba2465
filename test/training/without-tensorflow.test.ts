import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { saccadeProcess } from '../helpers/process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const absent = ['--require', path.join(root, 'test/helpers/without-tensorflow.cjs')];
const data = path.join(root, 'test/field-cases/resume-ulp/data/two');
const SIZE = '--sensor 16x16 --steps 2 --step-us 75000 --width 0.1 --epochs 1'.split(' ');

/** Runs a module against the built package. */
function node(code: string): string {
  const bundle = JSON.stringify(path.join(root, 'dist/node/training.js'));
  const script = `const t = await import(${bundle});\n${code}`;
  return execFileSync(process.execPath, [...absent, '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
}

describe('where TensorFlow.js is not installed', () => {
  it('saccade/training can be imported and asked, and what needs it says what to install', () => {
    const said = node(`
      console.log(typeof t.trainNetwork, t.scheduledRate({ learningRate: 1 }, 0, 2));
      for (const prefer of ['wasm', 'cpu', 'node', 'webgpu', 'auto'])
        await t.selectBackend({ prefer }).catch(({ code, message }) => console.log(prefer, code, message));
      try { t.tf.scalar(1); } catch ({ code }) { console.log('tf', code); }
    `);
    expect(said).toMatch(/^function 1$/m);
    const install = 'npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0';
    for (const prefer of ['wasm', 'cpu', 'auto'])
      expect(said).toMatch(new RegExp(`^${prefer} NOT_INSTALLED .*${install}`, 'm'));
    const gpu = 'npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0 webgpu@0.6.2';
    expect(said).toMatch(new RegExp(`^webgpu NOT_INSTALLED .*${gpu}`, 'm'));
    expect(said).toMatch(/^node BACKEND_UNAVAILABLE .*not installed/m);
    expect(said).toMatch(/^tf NOT_INSTALLED$/m);
  });

  it('saccade train trains on the engine; a TensorFlow.js backend is refused before anything is read', async () => {
    const out = path.join(temporaryFolder(), 'm.safetensors');
    const args = ['train', data, ...SIZE, '--out', out];
    const refused = await saccadeProcess([...args, '--backend', 'wasm'], { node: absent });
    expect([refused.code, existsSync(out)]).toEqual([3, false]);
    expect(refused.err).toContain('NOT_INSTALLED');
    const trained = await saccadeProcess(args, { node: absent });
    expect(trained).toMatchObject({
      code: 0,
      err: expect.stringContaining('Training on the training engine'),
    });
    expect(existsSync(out)).toBe(true);
  });

  it('saccade doctor says so', async () => {
    const { code, out } = await saccadeProcess(['doctor', '--quick', '--json'], { node: absent });
    expect(code).toBe(0);
    const { backends } = JSON.parse(out.toString()) as {
      backends: { name: string; clipsPerSecond: number | null; reason: string }[];
    };
    expect(backends.map(({ name, clipsPerSecond }) => [name, clipsPerSecond !== null])).toEqual([
      ['engine', true],
      ['node', false],
      ['wasm', false],
      ['webgpu', false],
    ]);
    expect(backends[2]!.reason).toContain('npm install @tensorflow/tfjs');
    expect(backends[3]!.reason).toContain('webgpu@0.6.2');
  });
});
