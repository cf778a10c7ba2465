import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/export/index.ts';
import type { Profile } from '../../src/inference/index.ts';
import { readModel, writeModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const model = path.join(root, 'models/nmnist.safetensors');
const bundled = path.join(root, 'examples/recordings/nmnist');
const seven = path.join(bundled, 'Test/7', readdirSync(path.join(bundled, 'Test/7'))[0]!);

describe('profile', () => {
  it('counts the same for people and for programs', async () => {
    const { out } = await saccade('profile', model, seven, '--json', '--repeats', '1');
    const found = JSON.parse(out) as Profile;
    expect(found).toMatchObject({ engine: 'wasm', mode: 'exact', clips: 1, steps: 10 });
    expect(found.layers.map(({ layer }) => layer)).toContain('mfp2');
    const text = (await saccade('profile', model, seven, '--repeats', '1')).out;
    expect(text).toContain(`${(found.counts.synapticOperations / 1e6).toFixed(2)} M synaptic operations`);
    for (const { table } of found.energy) expect(text).toContain(table.source);
  });
});

describe('export', () => {
  it('writes an ONNX file and says what goes in and comes out', async () => {
    const file = path.join(temporaryFolder(), 'nmnist.onnx');
    const { code, out } = await saccade('export', model, '--onnx', file, '--mode', 'eq9');
    expect(code).toBe(0);
    expect(out).toContain('counts [10,2,17,17]');
    expect(out).toContain('logits [10,10], mfp1, mfp2');
    expect(new Uint8Array(readFileSync(file))).toEqual(
      exportOnnx(readModel(readFileSync(model)), { mode: 'eq9' }),
    );
  });
});

describe('classify and evaluate', () => {
  it('decides right, by step or by window', async () => {
    const { out } = await saccade('classify', seven, '--model', model, '--every-step', '--json');
    const decisions = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { label?: string; final: boolean })
      .filter(({ label }) => label !== undefined);
    expect(decisions.length).toBe(10);
    expect(decisions.at(-1)).toMatchObject({ label: '7', final: true });
  });

  it('states both equations and the gap', async () => {
    const { code, out } = await saccade('evaluate', bundled, '--model', model, '--json');
    const report = JSON.parse(out) as {
      exact: { accuracy: number; samples: number };
      eq9: { accuracy: number };
      gap: unknown[];
    };
    expect(code).toBe(0);
    expect(report.exact.samples).toBe(29);
    expect(report.exact.accuracy).toBeGreaterThan(0.9);
    expect(report.eq9.accuracy).toBeLessThan(report.exact.accuracy);
    expect(report.gap.length).toBe(2);
    const text = (await saccade('evaluate', bundled, '--model', model)).out;
    expect(text).toMatch(/Eq\. 7, exact .*\n[\s\S]*Eq\. 9, literal/);
  });
});

describe('what is wrong', () => {
  const file = (folder: string, name: string, bytes: Uint8Array | string): string => {
    writeFileSync(path.join(folder, name), bytes);
    return path.join(folder, name);
  };

  it('a bad recording, data set or model: exit code 3 and a code on stderr', async () => {
    const folder = temporaryFolder();
    const text = file(folder, 'story.bin', 'Once upon a time');
    expect(await saccade('inspect', text)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^error NOT_A_RECORDING: .*\(byte 0\)/),
    });
    expect(await saccade('inspect', file(folder, 'empty.aedat', ''))).toMatchObject({
      code: 3,
      err: expect.stringContaining('EMPTY_FILE'),
    });
    expect(await saccade('inspect', path.join(folder, 'missing'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('NOT_FOUND'),
    });
    expect(await saccade('classify', seven, '--model', text)).toMatchObject({
      code: 3,
      err: expect.stringContaining('NOT_A_MODEL'),
    });
    const cut = file(folder, 'cut.safetensors', readFileSync(model).subarray(0, 5000));
    expect(await saccade('classify', seven, '--model', cut)).toMatchObject({
      code: 3,
      err: expect.stringContaining('TRUNCATED'),
    });
    expect(await saccade('evaluate', path.join(folder, 'nothing'), '--model', model)).toMatchObject({
      code: 3,
    });
  });

  it('a model for another sensor says so', async () => {
    const folder = temporaryFolder();
    const own = readModel(readFileSync(model));
    const other = { ...own, input: { ...own.input, sensor: { width: 8, height: 8 } } };
    const small = file(folder, 'small.safetensors', writeModel(other));
    expect(await saccade('classify', seven, '--model', small)).toMatchObject({
      code: 3,
      err: expect.stringContaining('SMALLER_SENSOR'),
    });
  });

  it('wrong usage: exit code 2', async () => {
    expect(await saccade('inspect')).toMatchObject({ code: 2 });
    expect(await saccade('fly')).toMatchObject({ code: 2 });
    expect(await saccade('train', bundled, '--out', 'x', '--epochs', 'many')).toMatchObject({ code: 2 });
    expect(await saccade('serve', '--model', model, '--host', '0.0.0.0')).toMatchObject({
      code: 2,
      err: expect.stringContaining('token'),
    });
  });

  it('help has examples', async () => {
    for (const command of [
      'inspect',
      'convert',
      'cut',
      'train',
      'evaluate',
      'classify',
      'serve',
      'stream',
      'preprocess',
      'latency',
    ]) {
      expect(await saccade(command, '--help')).toMatchObject({
        code: 0,
        out: expect.stringContaining('Examples:'),
      });
    }
  });
});
