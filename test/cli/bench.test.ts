import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingRace } from '../../src/cli/bench/training-race.ts';
import type { BenchReport } from '../../src/cli/commands/bench.ts';
import { saccade } from '../helpers/cli.ts';

const root = path.resolve(import.meta.dirname, '../..');
const sevens = path.join(root, 'examples/recordings/nmnist/Test/7');
const recordings = readdirSync(sevens).map((name) => path.join(sevens, name));

describe('bench', () => {
  it('times a small network at calibrated rates', async () => {
    // Threads run what was built.
    const main = path.join(root, 'dist/cli/main.js');
    const flags = ['--quick', '--rates', '5,20', '--threads', '2', '--json'];
    const out = execFileSync(process.execPath, [main, 'bench', ...flags], { encoding: 'utf8' });
    const { machine, network, rows } = JSON.parse(out) as BenchReport;
    expect(network).toBe('compact');
    expect(machine.node).toBe(process.version);
    const own = rows.filter(({ name }) => name === 'saccade');
    expect(own.map(({ threads }) => threads)).toEqual([1, 2, 1, 2]);
    expect(new Set(own.map(({ firingRate }) => firingRate.toFixed(2)))).toEqual(new Set(['0.05', '0.20']));
    for (const row of rows) {
      expect(row.median).toBeGreaterThan(0);
      expect(row.ratioP10 === null).toBe(row.name === 'saccade');
    }
    expect(rows.filter(({ name }) => name === 'oracle').length).toBe(2);
  });

  it('times a model on recordings, and prints a table', async () => {
    const model = path.join(root, 'models/nmnist.safetensors');
    const { out } = await saccade('bench', '--quick', '--threads', '1', '--model', model, ...recordings);
    expect(out).toContain('compact, 3 clips');
    expect(out).toMatch(/saccade +1 +\d+\.\d % /);
    expect(out).toMatch(/oracle +1 .*x/);
  });

  it('takes random events where there are no recordings', async () => {
    const model = path.join(root, 'models/nmnist.safetensors');
    const { out } = await saccade('bench', '--quick', '--model', model, '--threads', '1', '--json');
    const { clips, rows } = JSON.parse(out) as BenchReport;
    expect(clips).toBe(1);
    expect(rows.filter(({ name }) => name === 'saccade').length).toBe(1);
  });

  it('reads recordings as it is told to', async () => {
    const model = path.join(root, 'models/nmnist.safetensors');
    const quick = ['bench', '--quick', '--threads', '1', '--model', model];
    // Of another format; and of a sensor that these events do not fit.
    const other = await saccade(...quick, '--format', 'aedat4', recordings[0]!);
    expect(other.code).not.toBe(0);
    expect(other.err).toMatch(/AEDAT 4/);
    const cut = await saccade(...quick, '--filter', 'decimate=n:4', '--json', recordings[0]!);
    expect(cut.code).toBe(0);
    const nothing = await saccade(...quick, '--geometry', '34x34');
    expect(nothing.code).toBe(2);
    expect(nothing.err).toContain('files');
  });

  it('needs a model for recordings', async () => {
    const { code, err } = await saccade('bench', ...recordings);
    expect(code).toBe(2);
    expect(err).toContain('--model');
  });

  it('times training steps, the same on any number of threads', async () => {
    const main = path.join(root, 'dist/cli/main.js');
    const flags = ['bench', '--training', '--quick', '--threads', '2', '--json'];
    const out = execFileSync(process.execPath, [main, ...flags], { encoding: 'utf8' });
    const { races } = JSON.parse(out) as { readonly races: readonly TrainingRace[] };
    expect(races.map(({ network, batch }) => ({ network, batch }))).toEqual([
      { network: 'compact', batch: 4 },
    ]);
    const [{ rows, loss, bytes }] = races as [TrainingRace];
    expect(loss).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThan(2 ** 20);
    const named = rows.map(({ name, threads }) => `${name} ${threads}`);
    const rounded = 'saccade, gradients of powers of two';
    expect(named.slice(0, 4)).toEqual(['saccade 1', 'saccade 2', `${rounded} 1`, `${rounded} 2`]);
    expect(named).toContain('TensorFlow.js wasm 1');
    expect(rows.every(({ median }) => median > 0)).toBe(true);
  });

  it('prints a table of training steps, and takes no recordings for it', async () => {
    const { out } = await saccade('bench', '--training', '--quick', '--threads', '1');
    expect(out).toMatch(/compact, batch 4, \d+ MiB on one thread/);
    expect(out).toMatch(/TensorFlow\.js wasm +1 .*x/);
    const { code, err } = await saccade('bench', '--training', ...recordings);
    expect(code).toBe(2);
    expect(err).toContain('--training');
  });

  it('says what a rate is', async () => {
    const { code, err } = await saccade('bench', '--rates', '5,150');
    expect(code).toBe(2);
    expect(err).toContain('percents');
  });
});
