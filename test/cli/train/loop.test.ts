import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../src/network/index.ts';
import { saccade } from '../../helpers/cli.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const bundled = path.resolve(import.meta.dirname, '../../../examples/recordings/nmnist/Test');
const SIZE = '--sensor 34x34 --resize 8x8 --width 0.1 --step-us 30000 --steps 4 --split random-1'.split(' ');

/** Three recordings of each of three classes, two of them for training. */
function someData(folder: string): string {
  const data = path.join(folder, 'data');
  for (const label of ['0', '1', '2'])
    cpSync(path.join(bundled, label), path.join(data, label), { recursive: true });
  return data;
}

interface Trained {
  readonly result: Awaited<ReturnType<typeof saccade>>;
  readonly folder: string;
  readonly model: string;
}

async function train(folder: string, ...options: string[]): Promise<Trained> {
  const data = existsSync(path.join(folder, 'data')) ? path.join(folder, 'data') : someData(folder);
  const model = path.join(folder, 'm.safetensors');
  const base = options.includes('--epochs') ? [] : ['--epochs', '3'];
  const result = await saccade('train', data, ...SIZE, ...base, '--out', model, ...options);
  return { result, folder, model };
}

describe('saccade train', () => {
  it('--validation keeps whole recordings, writes the best and the last; --log has a row for each epoch', async () => {
    const folder = temporaryFolder();
    const log = path.join(folder, 'log.csv');
    const { result, model } = await train(
      folder,
      '--validation',
      '0.3',
      '--log',
      log,
      '--class-weights',
      'balanced',
    );
    expect(result).toMatchObject({ code: 0 });
    expect(result.err).toMatch(/3 recordings for training, 3 for choosing the epoch, 3 for testing/);
    expect(result.err).toMatch(/epoch \d of 3 is the best on \d+ validation clips .*m\.last\.safetensors/);
    const { training } = readModel(readFileSync(model));
    expect(training['validationRecordings']).toHaveLength(3);
    expect(training['classWeights']).toHaveLength(3);
    const last = readModel(readFileSync(path.join(folder, 'm.last.safetensors'))).training;
    expect(last['epoch']).toBe(3);
    const [head, ...rows] = readFileSync(log, 'utf8').trim().split('\n');
    expect(head).toMatch(
      /^epoch,loss,accuracy,validation_loss,validation_accuracy,rate,seconds,clips_per_second,firing_/,
    );
    expect(rows.map((row) => row.split(',')[0])).toEqual(['1', '2', '3']);
    for (const row of rows) expect(row.split(',')).toHaveLength(head!.split(',').length);
    const best = rows.map((row) => Number(row.split(',')[4]));
    expect(Math.max(...best)).toBeCloseTo(training['validationAccuracy'] as number, 12);
  });

  it('goes on with more epochs from a checkpoint that was kept, and says so for good', async () => {
    const folder = temporaryFolder();
    const log = path.join(folder, 'log.jsonl');
    const first = await train(folder, '--keep-checkpoint', '--log', log);
    expect(first.result).toMatchObject({ code: 0 });
    expect(existsSync(`${first.model}.checkpoint`)).toBe(true);
    const other = await train(folder, '--seed', '2');
    expect(other.result).toMatchObject({ code: 3, err: expect.stringContaining('seed 1 there, 2 here') });
    const second = await train(folder, '--epochs', '4', '--log', log);
    expect(second.result).toMatchObject({ code: 0 });
    expect(second.result.err).toContain('Going on after epoch 3 of 3.');
    expect(second.result.err).toContain('note: epochs is 4 from here on, and was 3');
    expect(existsSync(`${first.model}.checkpoint`)).toBe(false);
    expect(readModel(readFileSync(first.model)).training['changes']).toEqual([
      { epoch: 3, option: 'epochs', from: 3, to: 4 },
    ]);
    const rows = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as { epoch: number });
    expect(rows.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  });

  it('--time ends with a whole model that says how far it came', async () => {
    // The time counts from the beginning of the process, which is this test's.
    const seconds = Math.ceil(performance.now() / 1000) + 4;
    const { result, model } = await train(temporaryFolder(), '--time', `${seconds}s`, '--epochs', '1000000');
    expect(result).toMatchObject({ code: 0 });
    expect(result.err).toMatch(/The time ended after \d+ of 1000000 epochs/);
    const { training } = readModel(readFileSync(model));
    expect(training).toMatchObject({ end: 'time', timeMillis: 1000 * seconds });
    expect(training['epochsDone']).toBeGreaterThan(0);
  });

  it.each([
    [['--time', '1ms'], 'is over before training begins'],
    [['--patience', '3'], '--patience goes with --validation'],
    [['--optimizer', 'adam', '--weight-decay', '0.1'], 'goes with --optimizer adamw or sgd'],
    [['--momentum', '0.5'], 'goes with --optimizer sgd'],
    [['--momentum', '0'], 'goes with --optimizer sgd'],
    [['--shift', '8'], 'must be below 8'],
    [['--warm-up', '3'], 'from 0 to below 3'],
    [['--validation', '1.5'], 'above 0 and below 1'],
    [['--validation', 'time-0.5'], 'splits recordings by time'],
    [['--log', 'log.txt'], 'ends in .csv or .jsonl'],
    [['--checkpoint-every', '60'], 'Expected a time'],
  ])('%j is a usage error', async (options, said) => {
    const { result } = await train(temporaryFolder(), ...options);
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining(said) });
  });

  it.each([
    ['--optimizer', 'adamw', '--weight-decay', '0.1', '--warm-up', '1.5'],
    ['--optimizer', 'sgd', '--schedule', 'constant'],
  ])('%s %s %s %s trains, and the model says with what', async (...options) => {
    const { result, model } = await train(temporaryFolder(), ...options);
    expect(result).toMatchObject({ code: 0 });
    expect(readModel(readFileSync(model)).training['optimiser']).toMatchObject({ kind: options[1] });
  });
});
