import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectures, readModel, type TrainingProvenance } from '../../src/network/index.ts';
import { saccade } from '../helpers/cli.ts';
import { writeFileIn } from '../helpers/files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const bundled = path.join(root, 'examples/recordings/nmnist/Test');
const nmnist = path.join(root, 'models/nmnist.safetensors');
const fieldCase = (name: string): string => path.join(root, 'test/field-cases', name, 'data');

type Outcome = Awaited<ReturnType<typeof saccade>>;

/** The smallest network, for one epoch. */
async function train(data: string, ...more: string[]): Promise<Outcome & { readonly model: string }> {
  const model = path.join(temporaryFolder(), 'm.safetensors');
  const small = ['--batch', '8', '--backend', 'wasm', '--epochs', '1', '--out', model];
  // A described network states its own.
  const width = more.includes('--network') ? [] : ['--width', '0.1'];
  return { ...(await saccade('train', data, ...small, ...width, ...more)), model };
}

const trainingOf = (file: string): TrainingProvenance => readModel(readFileSync(file)).training;

interface Evaluation {
  readonly split: string | null;
  readonly splitSha256: string | null;
  readonly part: string;
  readonly recordings: number;
  readonly leftOut: readonly { readonly id: string }[];
  readonly untestedClasses: readonly string[];
  readonly exact: {
    readonly samples: number;
    readonly correct: number;
    readonly classes: readonly string[];
    readonly confusion: readonly (readonly number[])[];
    readonly recallByClass: readonly (number | null)[];
    readonly balancedAccuracy: number;
  };
}

async function evaluate(data: string, model: string, ...more: string[]): Promise<Evaluation> {
  const { code, out, err } = await saccade('evaluate', data, '--model', model, '--json', ...more);
  expect(err).not.toMatch(/^error/m);
  expect(code).toBe(0);
  return JSON.parse(out) as Evaluation;
}

/** Bundled digits as a folder without parts. */
function digits(...labels: string[]): string {
  const folder = temporaryFolder();
  for (const label of labels)
    cpSync(path.join(bundled, label), path.join(folder, label), { recursive: true });
  return folder;
}

/** A text recording: an event each millisecond, near the left or the right border. */
function recording(side: 'left' | 'right', millis: number, from = 0): string {
  const x = side === 'left' ? 2 : 13;
  return `t,x,y,p\n${Array.from({ length: millis }, (_, i) => `${1000 * (from + i)},${x},${i % 16},${i % 2}\n`).join('')}`;
}

describe('classes', () => {
  it('field case evaluate-class-names: labels are matched by name', async () => {
    const data = digits('7', '9');
    const found = await evaluate(data, nmnist, '--part', 'train');
    expect(found).toMatchObject({ part: 'all', split: null, exact: { correct: 6, samples: 6 } });
    expect(found.exact.confusion[7]![7]).toBe(3);
    expect(found.exact.confusion[9]![9]).toBe(3);
    expect(found.exact.recallByClass.map((recall) => recall ?? -1)).toEqual([
      -1, -1, -1, -1, -1, -1, -1, 1, -1, 1,
    ]);
    expect(found.untestedClasses).toEqual(['0', '1', '2', '3', '4', '5', '6', '8']);
    const { out, err } = await saccade('evaluate', data, '--model', nmnist);
    expect(out).toMatch(/6 of 6 right/);
    expect(out).toMatch(/8 classes \(0, 1, 2, .*\) were not tested: no recordings/);
    expect(out).toMatch(/is \\ decided +0 .*\n(.*\n){7} {2}7 .* 3 .*100\.0 %/);
    expect(err).toMatch(/other recordings than the model was trained on .* all of them are measured/);
  });

  it('that the model lacks are refused by name, or left out and counted', async () => {
    const data = digits('7');
    cpSync(path.join(bundled, '9'), path.join(data, 'nine'), { recursive: true });
    expect(await saccade('evaluate', data, '--model', nmnist)).toMatchObject({
      code: 3,
      err: expect.stringMatching(
        /OTHER_CLASSES: the model has no class "nine"; it has 0, 1, .* 3 of 6 are of such classes/,
      ),
    });
    const found = await evaluate(data, nmnist, '--skip-bad');
    expect(found.exact).toMatchObject({ correct: 3, samples: 3 });
    expect(found.leftOut).toHaveLength(3);
  });

  it('of a described network are matched by name too', async () => {
    const data = fieldCase('capital-train');
    const network = architectures
      .find(({ name }) => name === 'compact')!
      .describe({
        steps: 4,
        width: 16,
        height: 16,
        classes: ['up', 'right', 'left'],
        neuron: { kind: 'lif' },
        widthFactor: 0.1,
      });
    const file = path.join(temporaryFolder(), 'network.json');
    writeFileSync(file, JSON.stringify(network));
    const size = ['--sensor', '16x16', '--steps', '4', '--step-us', '75000', '--network', file];
    const { code, out, err, model } = await train(data, ...size, '--json');
    expect(code).toBe(0);
    expect(err).toContain('note: class up was not trained: no recordings');
    const { exact, untestedClasses } = JSON.parse(out) as Evaluation;
    expect(exact.confusion.map((row) => row.reduce((a, b) => a + b, 0))).toEqual([0, 20, 20]);
    expect(untestedClasses).toEqual(['up']);
    expect(readModel(readFileSync(model)).network.classes).toEqual(['up', 'right', 'left']);
    writeFileSync(file, JSON.stringify({ ...network, classes: ['a', 'b', 'c'] }));
    expect(await train(data, ...size)).toMatchObject({
      code: 3,
      err: expect.stringContaining('OTHER_CLASSES'),
    });
  });

  it('field case single-class: at least two are needed', async () => {
    expect(await train(fieldCase('single-class'), '--sensor', '16x16', '--steps', '4')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/at least two classes are needed: .*"only"/),
    });
  });
});

describe('parts', () => {
  it('field case capital-train: 40 and 40, of the folder data set', async () => {
    const { code, err, model } = await train(
      fieldCase('capital-train'),
      ...['--sensor', '16x16', '--steps', '4'],
    );
    expect(code).toBe(0);
    expect(err).toContain('split official');
    expect(err).toContain('40 recordings for training, 40 for testing');
    expect(trainingOf(model)).toMatchObject({ dataset: 'folder', split: 'official', recordings: 40 });
  });

  it('field case rare-class-untested: one of three is tested, and the report has every class', async () => {
    const size = ['--sensor', '16x16', '--steps', '4', '--step-us', '75000'];
    const { code, out, model } = await train(fieldCase('rare-class-untested'), ...size);
    expect(code).toBe(0);
    expect(out).toMatch(/of 7 right/);
    expect(out).toMatch(/balanced accuracy \(mean recall; classes are uneven\)/);
    expect(out).toMatch(/\n {2}rare +[.1] +[.1] /);
    const found = await evaluate(fieldCase('rare-class-untested'), model);
    expect(found).toMatchObject({
      split: 'random-0',
      splitSha256: trainingOf(model)['splitSha256'],
      part: 'test',
    });
    expect(found.exact.confusion.map((row) => row.reduce((a, b) => a + b, 0))).toEqual([6, 1]);
    const [common, rare] = found.exact.recallByClass as readonly [number, number];
    expect(found.exact.balancedAccuracy).toBeCloseTo((common + rare) / 2);
  });

  it('that has nothing to train on is named as such', async () => {
    expect(await train(path.dirname(bundled))).toMatchObject({
      code: 3,
      err: expect.stringMatching(/EMPTY_PART: .*train 0, validation 0, test 29/),
    });
  });

  it('a class that cannot be tested is said', async () => {
    const data = temporaryFolder();
    for (let i = 0; i < 5; i++) writeFileIn(data, `left/${i}.csv`, recording('left', 100));
    writeFileIn(data, 'right/0.csv', recording('right', 100));
    const { code, out } = await train(data, '--sensor', '16x16', '--steps', '2', '--step-us', '50000');
    expect(code).toBe(0);
    expect(out).toMatch(/class right was not tested: no recordings/);
    expect(out).toMatch(/right +\. +\. +untested/);
  });

  it('validation is for evaluate alone', async () => {
    const data = temporaryFolder();
    for (const part of ['train', 'Val', 'test'])
      for (const side of ['left', 'right'] as const)
        writeFileIn(data, `${part}/${side}/1.csv`, recording(side, part === 'Val' ? 201 : 100));
    const size = ['--sensor', '16x16', '--steps', '2', '--step-us', '50000'];
    const { err, model } = await train(data, ...size);
    expect(err).toContain('2 recordings for training, 2 for testing, 2 for validation');
    expect(trainingOf(model)).toMatchObject({ recordings: 2, clips: 2 });
    expect((await evaluate(data, model, '--part', 'validation')).exact.samples).toBe(4);
    expect((await evaluate(data, model)).exact.samples).toBe(2);
    expect((await evaluate(data, model, '--part', 'all')).exact.samples).toBe(8);
    rmSync(path.join(data, 'Val'), { recursive: true });
    expect(await saccade('evaluate', data, '--model', model, '--part', 'validation')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/EMPTY_PART: .*train 2, validation 0, test 2/),
    });
  });

  it('a recording in none of them is never split at random', async () => {
    const data = temporaryFolder();
    for (const side of ['left', 'right'] as const) {
      for (const part of ['train', 'test']) writeFileIn(data, `${part}/${side}/1.csv`, recording(side, 100));
      writeFileIn(data, `extra/${side}/1.csv`, recording(side, 100));
    }
    const size = ['--sensor', '16x16', '--steps', '2', '--step-us', '50000'];
    expect(await train(data, ...size)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/UNKNOWN_LAYOUT: .*"extra" is no known name.*--skip-bad/),
    });
    const { code, err, model } = await train(data, ...size, '--skip-bad');
    expect(code).toBe(0);
    expect(err).toMatch(/left out 2 recordings, as asked.*\n.*extra\/left\/1\.csv: lies in no part/);
    expect(trainingOf(model)).toMatchObject({ split: 'official', recordings: 2 });
  });
});

describe('a split against the parts that files state', () => {
  it('is taken, and said', async () => {
    const size = ['--sensor', '16x16', '--steps', '4', '--step-us', '75000'];
    const { err, model } = await train(fieldCase('capital-train'), ...size, '--split', 'random-3');
    expect(err).toContain('note: random-3 mixes the parts that the files state, as asked');
    expect(trainingOf(model)).toMatchObject({ split: 'random-3', recordings: 72 });
  });
});

describe('names from outside', () => {
  it('command no terminal', async () => {
    const data = temporaryFolder();
    for (const side of ['left', 'right'] as const)
      for (const i of [1, 2]) writeFileIn(data, `${side}\u001b[2J/${i}.csv`, recording(side, 100));
    const size = ['--sensor', '16x16', '--steps', '2', '--step-us', '50000'];
    const { code, out, err, model } = await train(data, ...size);
    const evaluated = await saccade('evaluate', data, '--model', model);
    expect(code).toBe(0);
    for (const text of [out, err, evaluated.out, evaluated.err]) expect(text).not.toContain('\u001b[2J');
    expect(out).toContain('left\\x1b');
  });
});

describe('bad recordings', () => {
  it('field case train-names-no-file: the name, before any training, or left out by name', async () => {
    const size = ['--sensor', '16x16', '--steps', '4', '--split', 'random-1'];
    const refused = await train(fieldCase('train-names-no-file'), ...size);
    expect(refused).toMatchObject({ code: 3, err: expect.stringMatching(/error EMPTY_FILE: b\/1\.csv: /) });
    expect(refused.err).not.toContain('epoch 1');
    const { code, err } = await train(fieldCase('train-names-no-file'), ...size, '--skip-bad');
    expect(code).toBe(0);
    expect(err).toMatch(
      /left out 1 recording, as asked \(--skip-bad\):\n.*b\/1\.csv: The recording has no bytes/,
    );
  });

  it('one that has only a header is no silent loss either', async () => {
    const data = temporaryFolder();
    cpSync(fieldCase('train-names-no-file'), data, { recursive: true });
    writeFileIn(data, 'b/1.csv', 't,x,y,p\n');
    expect(await train(data, '--sensor', '16x16', '--steps', '4')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/error EMPTY_RECORDING: b\/1\.csv: The recording has no events/),
    });
    expect(await saccade('evaluate', data, '--model', nmnist, '--skip-bad')).toMatchObject({
      code: 3,
      err: expect.stringMatching(
        /left out 6 recordings.*\n.*a\/0\.csv: is of "a", no class of the model(.*\n)*error EMPTY_PART/,
      ),
    });
  });
});

describe('windows of long recordings', () => {
  const size = ['--sensor', '16x16', '--steps', '2', '--step-us', '50000'];
  const long = (): string => {
    const data = temporaryFolder();
    writeFileIn(data, 'left/1.csv', recording('left', 2001));
    writeFileIn(data, 'right/1.csv', recording('right', 1001));
    return data;
  };

  it('are all used, split by time where recordings are few, and evaluated on the same side', async () => {
    const data = long();
    const { code, out, err, model } = await train(data, ...size, '--json');
    expect(code).toBe(0);
    expect(err).toContain('every class has fewer than 5 recordings');
    expect(err).toContain('2 recordings of 1.0 s to 2.0 s: 30 windows, first 80 % of each for training: 24');
    const training = trainingOf(model);
    expect(training).toMatchObject({ split: 'time-0.8', windows: 'all', recordings: 2, clips: 24 });
    const reported = JSON.parse(out) as Evaluation;
    expect(reported.exact.samples).toBe(6);
    const found = await evaluate(data, model);
    expect(found).toMatchObject({ split: 'time-0.8', splitSha256: training['splitSha256'], recordings: 2 });
    expect(found.exact.confusion).toEqual(reported.exact.confusion);
    expect((await evaluate(data, model, '--part', 'train')).exact.samples).toBe(24);
    expect((await evaluate(data, model, '--part', 'all')).exact.samples).toBe(30);
  });

  it('of a folder with other recordings are no test that anybody planned, which is said', async () => {
    const data = long();
    const { model } = await train(data, ...size);
    writeFileIn(data, 'left/2.csv', recording('left', 501));
    const { out, err } = await saccade('evaluate', data, '--model', model);
    expect(out).toContain('all recordings');
    expect(out).toContain('3 recordings, 35 windows');
    expect(err).toContain('if some of them were trained on, the accuracy is no test');
    const asked = await saccade('evaluate', data, '--model', model, '--split', 'random-1');
    expect(asked.err).toMatch(
      /trained by another list .*\(split time-0\.8.*what is tested here may have been trained on/,
    );
  });

  it('are not cut anew behind the back of what was trained on', async () => {
    const data = long();
    const { model } = await train(data, ...size);
    const refused = async (...more: string[]): Promise<void> => {
      expect(await saccade('evaluate', data, '--model', model, ...more)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/must be as in training/),
      });
    };
    await refused('--windows', '10');
    await refused('--by', 'fixed-duration', '--step-us', '10000');
    expect((await evaluate(data, model, '--windows', '3', '--part', 'all')).exact.samples).toBe(6);
  });

  it('can be the first or some, and then recordings are left whole', async () => {
    const { err, model } = await train(long(), ...size, '--windows', 'first');
    expect(trainingOf(model)).toMatchObject({ split: 'random-0', windows: 1, clips: 2 });
    expect(err).toContain('2 recordings: 2 windows');
    expect((await evaluate(long(), model, '--part', 'all')).exact.samples).toBe(2);
    const text = (await saccade('evaluate', long(), '--model', model, '--windows', '4', '--part', 'all')).out;
    expect(text).toContain('8 windows of 2 recordings: windows of one recording are alike');
    expect(await train(long(), ...size, '--windows', '0')).toMatchObject({ code: 2 });
    // All 30 windows have 30,720 bytes, those for training 24,576, and of the last recording's 20 all are read.
    const fits = await train(long(), ...size, '--max-clip-bytes', String(30 * 1024));
    expect(fits.code).toBe(3);
    expect(fits.err).toMatch(/train: 2 recordings .*24\n(.*\n)*error CLIPS_TOO_LARGE/);
    expect(await train(long(), ...size, '--max-clip-bytes', '5000')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/CLIPS_TOO_LARGE: left\/1\.csv: .*--windows N/),
    });
  });

  it('of short recordings are not split by time', async () => {
    const data = temporaryFolder();
    for (const i of [1, 2])
      for (const side of ['left', 'right'] as const)
        writeFileIn(data, `${side}/${i}.csv`, recording(side, 100));
    const { model } = await train(data, ...size);
    expect(trainingOf(model)).toMatchObject({ split: 'random-0', recordings: 2, clips: 2 });
  });
});

describe('reading options', () => {
  const size = ['--steps', '2', '--step-us', '50000'];

  it('archives beside recordings are named with what to do', async () => {
    const data = temporaryFolder();
    for (const side of ['left', 'right'] as const)
      for (const i of [1, 2]) writeFileIn(data, `${side}/${i}.csv`, recording(side, 100));
    writeFileIn(data, 'left/more.zip', 'PK');
    expect(await train(data, '--sensor', '16x16', ...size)).toMatchObject({
      code: 0,
      err: expect.stringMatching(
        /not used: left\/more\.zip\. Archives beside recordings are not looked into: unpack them/,
      ),
    });
  });

  it('reach the decoder, as inspect has them', async () => {
    const data = temporaryFolder();
    for (const i of [1, 2])
      for (const side of ['left', 'right'] as const) {
        const swapped = recording(side, 100).replace('t,x,y,p\n', '');
        writeFileIn(
          data,
          `${side}/${i}.txt`,
          swapped.replaceAll(/^(\d+),(\d+),(\d+),(\d+)$/gm, '$2 $3 $4 $1'),
        );
      }
    const sensor = ['--sensor', '16x16', ...size];
    expect(await train(data, ...sensor)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/EMPTY_DATASET: .*With --format csv, \.txt files are recordings too/),
    });
    const reading = ['--format', 'csv', '--columns', 'x,y,p,t', '--time-unit', 'us'];
    const { code, model } = await train(data, ...sensor, ...reading);
    expect(code).toBe(0);
    expect((await evaluate(data, model, ...reading)).exact.samples).toBe(2);
  });

  it('are asked for by the name of a file where a time could be anything', async () => {
    const data = temporaryFolder();
    for (const i of [1, 2])
      for (const side of ['left', 'right'] as const)
        writeFileIn(
          data,
          `${side}/${i}.csv`,
          recording(side, 100).replaceAll(/^(\d+),/gm, (_, t: string) => `${(Number(t) / 1e6).toFixed(6)},`),
        );
    const sensor = ['--sensor', '16x16', ...size];
    const refused = await train(data, ...sensor);
    expect(refused.code).toBeGreaterThan(0);
    expect(refused.err).toMatch(/error \w+: (left|right)\/\d\.csv: .*--time-unit/);
    const { code, model } = await train(data, ...sensor, '--time-unit', 's');
    expect(code).toBe(0);
    expect(trainingOf(model)).toMatchObject({ recordings: 2, clips: 2 });
  });

  it('win over what a data set is known by, and that is said', async () => {
    const { err } = await saccade('evaluate', path.dirname(bundled), '--model', nmnist, '--format', 'csv');
    expect(err).toContain('note: N-MNIST is read with format atis40; csv is taken, as asked');
  });

  it('the sensor is what recordings state; where they differ or say nothing it is asked for', async () => {
    const data = fieldCase('mixed-sensors');
    expect(await train(data, ...size)).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /--sensor must be given: .*128x128 \(2 recordings: a\/0\.aedat4, .*346x260 \(2 /,
      ),
    });
    const one = temporaryFolder();
    cpSync(path.join(data, 'a'), path.join(one, 'a'), { recursive: true });
    cpSync(path.join(data, 'a'), path.join(one, 'b'), { recursive: true });
    const { code, err, model } = await train(one, ...size, '--resize', '16x16', '--windows', 'first');
    expect(code).toBe(0);
    expect(err).toContain('note: the recordings state a sensor of 128x128');
    expect(readModel(readFileSync(model)).input.sensor).toEqual({ width: 128, height: 128 });
    writeFileIn(one, 'b/text.csv', recording('left', 100));
    expect(await train(one, ...size)).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /128x128 \(4 recordings: .*\) is stated, but 1 recording states nothing \(b\/text/,
      ),
    });
    expect(await train(fieldCase('capital-train'), ...size)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--sensor must be given: the recordings do not state/),
    });
  });

  it('field case sensor-overrides: what --sensor contradicts and what becomes of it is said', async () => {
    const sensor = ['--sensor', '128x128', '--resize', '32x32', '--windows', 'first'];
    const { code, err } = await train(fieldCase('mixed-sensors'), ...size, ...sensor);
    expect(code).toBe(0);
    expect(err).toMatch(
      /--sensor is 128x128, recordings state other sizes: 346x260 \(2 recordings: b\/0\.aedat4/,
    );
    expect(err).toMatch(/of 346x260 scaled to 128x128, in b\//);
    expect(err).not.toMatch(/outside the sensor/);
    expect(await train(fieldCase('mixed-sensors'), ...size, ...sensor, '--fit', 'refuse')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/error OTHER_SENSOR: b\/\d\.aedat4: The recording is of 346x260/),
    });
  });
});
