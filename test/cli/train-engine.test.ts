import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEventAugmentation } from '../../src/filters/index.ts';
import { describePlain, readModel } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { writeFileIn } from '../helpers/files.ts';
import { runPreprocess } from '../helpers/preprocess.ts';
import { saccadeProcess } from '../helpers/process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const bundled = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist/Test');
const SIZE = '--sensor 34x34 --resize 8x8 --step-us 30000 --steps 4'.split(' ');
/** What a described network states itself. */
const WIDTH = ['--width', '0.1'];
const RUN = '--split random-1 --epochs 2 --backend engine'.split(' ');

/** Trains on some recordings of two classes, in this process. */
async function train(...options: string[]): Promise<{
  readonly result: Awaited<ReturnType<typeof saccade>>;
  readonly model: string;
}> {
  const { args, model } = trainArguments(options);
  return { result: await saccade(...args), model };
}

function trainArguments(options: readonly string[]): { readonly args: string[]; readonly model: string } {
  const folder = temporaryFolder();
  const data = path.join(folder, 'data');
  for (const label of ['0', '1'])
    cpSync(path.join(bundled, label), path.join(data, label), { recursive: true });
  const model = path.join(folder, 'm.safetensors');
  const own = options.includes('--network') ? [] : WIDTH;
  return { args: ['train', data, ...SIZE, ...own, ...RUN, '--out', model, ...options], model };
}

describe('saccade train --backend engine', () => {
  it('trains, says so, and writes the same file again', async () => {
    const { result, model } = await train();
    expect(result).toMatchObject({ code: 0 });
    expect(result.err).toContain('Training on the training engine');
    expect(readModel(readFileSync(model)).training['backend']).toBe('engine');
    const again = await train();
    expect(readFileSync(again.model).equals(readFileSync(model))).toBe(true);
  });

  it('shares the work between threads, to the same file', async () => {
    const { args, model } = trainArguments(['--threads', '2']);
    const { code, err } = await saccadeProcess(args);
    expect({ code, says: /Training on the training engine, .*, 2 threads\./.test(err) }).toEqual({
      code: 0,
      says: true,
    });
    const { result, model: alone } = await train();
    expect(result.err).toContain('one thread');
    expect(readFileSync(model).equals(readFileSync(alone))).toBe(true);
  });

  it('goes on with the same clips only: files replaced or left out meanwhile are others', async () => {
    const { args } = trainArguments([]);
    const [folder, bad] = [args[1]!, path.join(args[1]!, '1/bad.bin')];
    writeFileSync(bad, 'no recording');
    const one = [...args, '--skip-bad', '--keep-checkpoint'];
    const more = [...one, '--epochs', '3'];
    expect(await saccade(...one)).toMatchObject({ code: 0 });
    const files = readdirSync(path.join(folder, '0')).map((name) => path.join(folder, '0', name));
    const own = files.map((file) => readFileSync(file));
    const write = (contents: readonly (Uint8Array | string)[]): void => {
      for (const [i, file] of files.entries()) writeFileSync(file, contents[i]!);
    };
    const other = {
      code: 3,
      err: expect.stringMatching(/WRONG_CHECKPOINT.*the recordings or the way from them to frames \(data\)/),
    };
    write(own.map((bytes) => bytes.subarray(0, 5 * Math.floor(bytes.length / 10))));
    expect(await saccade(...more)).toMatchObject(other);
    write([...own.slice(0, -1), 'no recording either']);
    expect(await saccade(...more)).toMatchObject(other);
    write(own);
    expect(await saccade(...more)).toMatchObject({ code: 0, err: expect.stringContaining('Going on after') });
  });

  it('refuses test windows of other lengths before it trains', async () => {
    const folder = temporaryFolder();
    const write = (name: string, micros: number): void => {
      const rows = Array.from({ length: 40 }, (_, i) => `${(i * micros) / 40},${i % 4},1,${i % 2}`);
      writeFileIn(folder, name, `t,x,y,p\n${rows.join('\n')}\n`);
    };
    for (const label of ['a', 'b']) {
      for (const part of ['1', '2']) write(`train/${label}/${part}.csv`, 50_000);
      write(`test/${label}/1.csv`, 80_000);
    }
    const size = '--sensor 4x4 --by duration --duration 10000 --steps 5'.split(' ');
    const model = path.join(folder, 'm.safetensors');
    const { code, err } = await saccade('train', folder, ...size, '--epochs', '1', '--out', model);
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('BAD_SAMPLE') as string });
    expect(err).not.toContain('epoch 1');
  });

  it('states on how many clips it measured the gap', async () => {
    const { result } = await train('--json');
    const { gapClips, exact } = JSON.parse(result.out) as { gapClips: number; exact: { samples: number } };
    expect(gapClips).toBeGreaterThanOrEqual(1);
    expect(gapClips).toBeLessThanOrEqual(exact.samples);
  });

  it('trains residual blocks', async () => {
    const { result, model } = await train('--network', 'resnet19', '--width', '0.02');
    expect(result).toMatchObject({ code: 0 });
    expect(readModel(readFileSync(model)).training['backend']).toBe('engine');
  });

  it('leaves a network that it cannot train to TensorFlow.js, and says so', async () => {
    const { result, model } = await train('--max-count', '300');
    expect(result).toMatchObject({ code: 0 });
    expect(result.err).toMatch(
      /The training engine cannot train this network: counts up to 300 are more than 255/,
    );
    expect(readModel(readFileSync(model)).training['backend']).toBe('wasm');
  });

  it('rounds gradients where that is asked for, and tells of every epoch what it does', async () => {
    const { result, model } = await train('--gradients', 'power-of-two');
    expect(result).toMatchObject({ code: 0 });
    expect(result.err).toMatch(
      /epoch 2 gradients not rounded to 0: conv2 \d+ % of \d+ levels, 0 % clipped, cosine 0\.\d{3}\n/,
    );
    const { training } = readModel(readFileSync(model));
    expect(training).toMatchObject({ gradients: 'power-of-two', gradientLevels: 6 });
    const exact = await train();
    expect(readModel(readFileSync(exact.model)).training).not.toHaveProperty('gradients');
    expect(readFileSync(exact.model).equals(readFileSync(model))).toBe(false);
  });

  it('rounds gradients by itself where layers are wide, on the engine alone', async () => {
    const network = path.join(temporaryFolder(), 'network.json');
    const { width, height } = { width: 8, height: 8 };
    const neuron = { kind: 'mfp', structure: 'diagonal' } as const;
    const wide = describePlain('wide', [64, 'AP2', 8], {
      steps: 4,
      width,
      height,
      classes: ['0', '1'],
      neuron,
    });
    writeFileSync(network, JSON.stringify(wide));
    const auto = await train('--network', network);
    expect(auto.result.err).toContain('Gradients of inner layers are rounded to powers of two');
    expect(readModel(readFileSync(auto.model)).training).toMatchObject({
      gradients: 'power-of-two',
      gradientLevels: 6,
    });
    for (const flags of [
      ['--gradients', 'float32'],
      ['--backend', 'wasm'],
    ]) {
      const { result, model } = await train('--network', network, ...flags);
      expect(result.err).not.toContain('are rounded');
      expect(readModel(readFileSync(model)).training).not.toHaveProperty('gradients');
    }
  });

  it('mixes clips and draws for events anew in each epoch, states both, and writes the same file again', async () => {
    const flags = ['--augment', 'drop-random:1|noise:50,roll:1,mixup:0.2|cutmix:1', '--epochs', '3'];
    const { result, model } = await train(...flags);
    expect(result).toMatchObject({ code: 0 });
    const { training } = readModel(readFileSync(model));
    expect(training).toMatchObject({
      ...{ maxShift: 0, epochs: 3 },
      augment: [
        [{ operation: 'roll', amount: 1 }],
        [{ operation: 'mixup', amount: 0.2 }, { operation: 'cutmix', amount: 1 }], // prettier-ignore
      ],
      augmentEvents: [[{ operation: 'drop-random', amount: 1 }, { operation: 'noise', amount: 50 }]], // prettier-ignore
    });
    // A share of 1 is drawn for one recording in eighteen.
    expect(result.err).toMatch(
      /in epoch \d, what was drawn for their events leaves no window of \d of \d+ recordings \(/,
    );
    const again = await train(...flags);
    expect(readFileSync(again.model).equals(readFileSync(model))).toBe(true);
    const other = await train(...flags, '--seed', '2');
    expect(readFileSync(other.model).equals(readFileSync(model))).toBe(false);
  });

  it('trains on copies that preprocessing wrote, states them, and keeps those of a recording on one side', async () => {
    const steps = parseEventAugmentation('event-drop');
    const cache = async (data: string): Promise<string> => {
      const { folder, failures } = await runPreprocess(data, temporaryFolder(), {
        parameters: {
          ...{ content: 'events', decoding: { format: 'atis40' }, geometry: { width: 34, height: 34 } },
          augmentation: { steps, seed: 4, copies: 2 },
        },
      });
      expect(failures).toEqual([]);
      return folder;
    };
    const [parted, whole] = [temporaryFolder(), temporaryFolder()];
    for (const label of ['0', '1']) {
      for (const part of ['train', 'test'])
        cpSync(path.join(bundled, label), path.join(parted, part, label), { recursive: true });
      cpSync(path.join(bundled, label), path.join(whole, label), { recursive: true });
    }
    const model = path.join(temporaryFolder(), 'm.safetensors');
    const run = ['--epochs', '1', '--backend', 'engine', '--out', model];
    const taken = await saccade('train', await cache(parted), ...SIZE, ...WIDTH, ...run);
    expect(taken).toMatchObject({ code: 0 });
    expect(taken.err).toMatch(/2 augmented copies of each recording/);
    expect(readModel(readFileSync(model)).training).toMatchObject({
      augmentedCopies: { steps, seed: 4, copies: 2 },
    });
    const mixed = await saccade(
      'train',
      await cache(whole),
      ...SIZE,
      ...WIDTH,
      ...run,
      '--split',
      'random-1',
    );
    expect(mixed.code).not.toBe(0);
    expect(mixed.err).toMatch(/LEAKED_COPIES.*others of the same recording are for training/);
  });

  it.each([
    [['--augment', 'roll:5|noise:5'], /choice between operations on clips and such on events/],
    [['--augment', 'mixup:1,cutmix:1'], /more than one step/],
    [['--augment', 'blur:1'], /no operation "blur"/],
    [['--augment', 'drop-time:0.5', '--split', 'time-0.5'], /border of a split by time/],
    [['--gradients', 'power-of-two', '--gradient-levels', '14'], /at most 13/],
    [['--network', import.meta.filename], /--network names a file that is not JSON/],
    [['--network', 'no-such-network'], /--network names a file that cannot be read/],
    [['--gradient-levels', '4'], /--gradient-levels goes with --gradients power-of-two/],
    [['--gradients', 'power-of-two', '--backend', 'wasm'], /TensorFlow\.js does not round them/],
  ])('refuses %s', async (options, message) => {
    const { result } = await train(...options);
    expect(result.code).not.toBe(0);
    expect(result.err).toMatch(message);
  });
});
