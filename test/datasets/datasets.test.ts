import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FRAME_RULE_DEFAULTS } from '../../src/frames/index.ts';
import {
  compareNatural,
  datasetDefinitions,
  kFold,
  openDataset,
  openEntry,
  readClips,
  readLabelledClips,
  splitDataset,
  type OpenDataset,
  type Sample,
} from '../../datasets/index.ts';
import { writeCifar10DvsZips } from '../helpers/cifar10-dvs.ts';
import { writeFileIn } from '../helpers/files.ts';
import { hasSharedData, sharedPath } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const bundled = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist');

describe('N-MNIST', () => {
  it('the bundled clips, from folders', async () => {
    const { definition, samples, classes } = await openDataset(bundled);
    expect(definition.id).toBe('nmnist');
    expect(classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(samples.length).toBe(29);
    expect(samples.every(({ part, id, label }) => part === 'test' && id.startsWith(`Test/${label}/`))).toBe(
      true,
    );
  });

  it('unpacked in part beside its archives: all recordings, each once', async () => {
    const folder = temporaryFolder();
    const members = Object.fromEntries(
      [0, 1, 2].map((digit) => [`Train/${digit}/0000${digit}.bin`, Uint8Array.of(1, 2, 0x80, 0, digit)]),
    );
    writeFileSync(path.join(folder, 'Train.zip'), zipSync(members));
    writeFileIn(folder, 'Train/0/00000.bin', members['Train/0/00000.bin']);
    mkdirSync(path.join(folder, 'Train/1'));
    const { definition, samples, otherFiles, notes } = await openDataset(folder);
    expect([definition.id, samples.map(({ id }) => id)]).toEqual(['nmnist', Object.keys(members)]);
    expect(otherFiles).toEqual([]);
    const [first, second] = ['Train.zip!Train/0/00000.bin', 'Train/0/00000.bin'].map((name) =>
      path.join(folder, name),
    );
    expect(notes).toEqual([`1 recording is there twice and taken once: ${first!} (as ${second!})`]);
  });

  it.skipIf(!hasSharedData)('the small set, from zips in place', async () => {
    const dataset = await openDataset(sharedPath('nmnist-small'));
    const count = (part: string): number[] =>
      dataset.classes.map(
        (_, label) => dataset.samples.filter((s) => s.part === part && s.label === label).length,
      );
    expect(count('train')).toEqual([97, 116, 99, 93, 105, 92, 94, 117, 87, 100]);
    expect(count('test')).toEqual([8, 14, 8, 11, 14, 7, 10, 15, 2, 11]);
    const split = splitDataset(dataset);
    expect(split).toMatchObject({ name: 'official' });
    expect([split.train.length, split.test.length]).toEqual([1000, 100]);
    const { clips } = await readLabelledClips(split.test.slice(0, 1), {
      decoding: dataset.definition.decoding,
      rule: { ...FRAME_RULE_DEFAULTS, sensor: null, binning: { by: 'number', steps: 10 } },
    });
    expect(clips[0]!.clip).toMatchObject({ steps: 10, geometry: { width: 34, height: 34 }, outside: 0 });
    await dataset.close();
  });
});

describe('CIFAR10-DVS', () => {
  /** A data set of the real size, without the recordings. */
  const full: OpenDataset = {
    definition: datasetDefinitions.find(({ id }) => id === 'cifar10-dvs')!,
    classes: ['airplane', 'automobile'],
    samples: ['airplane', 'automobile'].flatMap((name, label) =>
      Array.from({ length: 1000 }, (_, i): Sample => ({
        id: `${name}/cifar10_${name}_${i}.aedat`,
        location: '',
        bytes: 0,
        label,
        part: null,
        open: async function* () {},
      })),
    ),
    otherFiles: [],
    leftOut: [],
    notes: [],
    close: async () => undefined,
  };
  const testNumbers = (name: string): number[] =>
    splitDataset(full, name)
      .test.filter(({ label }) => label === 0)
      .map(({ id }) => Number(/(\d+)\.aedat/.exec(id)![1]))
      .sort((a, b) => a - b);
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it.each([
    ['tet', range(900, 999)],
    ['tebn', range(0, 99)],
    ['sj-lexicographic-0.9', [...range(91, 99), ...range(909, 999)]],
    ['sj-lexicographic-0.9-duration', [9, ...range(91, 99), ...range(910, 999)]],
  ])('the split %s', (name, numbers) => {
    expect(testNumbers(name)).toEqual(numbers);
    expect(splitDataset(full, name).train.length).toBe(1800);
  });

  it('a recording that is there twice is taken once; one of another size is named', async () => {
    const folder = temporaryFolder();
    const [cat, cut] = [new Uint8Array(16), new Uint8Array(8)];
    for (const name of ['cat/cifar10_cat_1.aedat', 'cat/copy/cifar10_cat_1.aedat', 'dog/cifar10_cat_1.aedat'])
      writeFileIn(folder, name, cat);
    const zip = zipSync({ 'cat/cifar10_cat_1.aedat': cat, 'cat/cifar10_cat_2.aedat': cat });
    writeFileSync(path.join(folder, 'cat.zip'), zip);
    const { definition, samples } = await openDataset(folder);
    expect(definition.id).toBe('cifar10-dvs');
    expect(samples.map(({ id }) => id)).toEqual(['cat/cifar10_cat_1.aedat', 'cat/cifar10_cat_2.aedat']);

    writeFileIn(folder, 'cat/cifar10_cat_2.aedat', cut);
    await expect(openDataset(folder)).rejects.toMatchObject({
      code: 'UNKNOWN_LAYOUT',
      message: expect.stringMatching(/has 16 bytes, and .*cat\/cifar10_cat_2\.aedat of the same name 8\./),
    });
    const { leftOut } = await openDataset(folder, undefined, { skipBad: true });
    expect(leftOut.map(({ id }) => id)).toEqual(['cat.zip/cat/cifar10_cat_2.aedat']);
  });

  it('random splits are named by their seed, and lists by a hash', () => {
    expect(testNumbers('random-1')).toHaveLength(100);
    expect(splitDataset(full, 'random-1').sha256).toBe(splitDataset(full, 'random-1').sha256);
    expect(splitDataset(full, 'random-1').sha256).not.toBe(splitDataset(full, 'random-2').sha256);
    expect(() => splitDataset(full, 'random')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SPLIT' }));
  });

  it.skipIf(!hasSharedData)(
    "reads class zips in the original layout, in SpikingJelly's orientation",
    async () => {
      const folder = temporaryFolder();
      writeCifar10DvsZips(folder, 3, 2000);
      const dataset = await openDataset(folder);
      expect(dataset.definition.id).toBe('cifar10-dvs');
      expect(dataset.samples.map(({ id }) => id)).toContain('cat/cifar10_cat_2.aedat');
      const { decoding, convention } = dataset.definition;
      const { clips } = await readClips(dataset.samples[0]!, {
        decoding,
        rule: { ...FRAME_RULE_DEFAULTS, convention, sensor: null, binning: { by: 'number', steps: 10 } },
        output: { width: 48, height: 48 },
      });
      expect(clips[0]).toMatchObject({ steps: 10, events: 2000, geometry: { width: 48, height: 48 } });
      await dataset.close();
    },
  );
});

describe('NavGesture', () => {
  it('recordings of who sits and who walks are others, whatever they are called', async () => {
    const folder = temporaryFolder();
    const user = (bytes: number): Uint8Array => zipSync({ 'user01/user01_do_1.dat': new Uint8Array(bytes) });
    for (const [i, name] of ['sit', 'walk'].entries())
      writeFileSync(path.join(folder, `navgesture-${name}.zip`), zipSync({ 'user01.zip': user(8 + i) }));
    const { samples, otherFiles } = await openDataset(folder);
    expect(samples.map(({ id, bytes }) => [id, bytes])).toEqual([
      ['user01/user01_do_1.dat', 8],
      ['navgesture-walk.zip!user01.zip/user01/user01_do_1.dat', 9],
    ]);
    expect(otherFiles).toEqual([]);
  });
});

describe("a user's own folder", () => {
  const write = (folder: string, name: string): void => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Uint8Array.of(1, 2, 0x80, 0, 5));
  };

  it('one subfolder per class, in natural order, other files left alone', async () => {
    const folder = temporaryFolder();
    for (const name of ['class_10/b.bin', 'class_2/a.bin', 'class_2/notes.txt', 'class_2/.hidden.bin'])
      write(folder, name);
    const { classes, samples, definition } = await openDataset(folder);
    expect([definition.id, classes]).toEqual(['folder', ['class_2', 'class_10']]);
    expect(samples.map(({ id }) => id)).toEqual(['class_2/a.bin', 'class_10/b.bin']);
  });

  it('a recording that lies packed beside itself is taken once', async () => {
    const folder = temporaryFolder();
    for (const name of ['a/1.bin', 'a/1.bin.gz', 'a/2.bin.zst', 'b/1.bin', 'b/1.bin.GZ', 'b/2.bin.gz'])
      write(folder, name);
    const { samples, notes, otherFiles } = await openDataset(folder);
    expect(samples.map(({ id }) => id)).toEqual(['a/1.bin', 'a/2.bin.zst', 'b/1.bin', 'b/2.bin.gz']);
    expect([notes, otherFiles]).toEqual([
      ['2 recordings are there twice and taken once: a/1.bin.gz (as a/1.bin), b/1.bin.GZ (as b/1.bin)'],
      [],
    ]);
  });

  it('classes that are several by their spelling alone are said', async () => {
    const folder = temporaryFolder();
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    for (const name of [
      `train/${composed}`,
      `test/${decomposed}`,
      'train/Big dog',
      'test/big_dog',
      'train/cat',
    ])
      write(folder, `${name}/1.bin`);
    const { classes, notes } = await openDataset(folder);
    expect(classes).toHaveLength(5);
    expect([...notes].sort()).toEqual([
      expect.stringMatching(/^"big_dog" and "Big dog" are 2 classes|^"Big dog" and "big_dog" are 2 classes/),
      expect.stringMatching(/^"caf.*" and "caf.*" are 2 classes, as they are spelt$/),
    ]);
  });

  it('train and test folders make an official split', async () => {
    const folder = temporaryFolder();
    for (const name of ['train/a/1.bin', 'test/a/2.bin']) write(folder, name);
    const split = splitDataset(await openDataset(folder), 'official');
    expect([split.train.length, split.test.length]).toEqual([1, 1]);
  });

  it('names what is wrong', async () => {
    const folder = temporaryFolder();
    await expect(openDataset(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(openDataset(folder)).rejects.toMatchObject({ code: 'EMPTY_DATASET' });
    await expect(openDataset(folder, 'imagenet')).rejects.toMatchObject({ code: 'UNKNOWN_LAYOUT' });
  });

  it('is split at random unless all files lie below train and test', async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 10; i++) write(folder, `cat/${i}.aedat`);
    const unsorted = splitDataset(await openDataset(folder));
    expect([unsorted.name, unsorted.train.length, unsorted.test.length]).toEqual(['random-0', 9, 1]);

    const sorted = temporaryFolder();
    write(sorted, 'train/cat/1.aedat');
    write(sorted, 'test/cat/2.aedat');
    expect(splitDataset(await openDataset(sorted)).name).toBe('official');
  });
});

describe('zip archives', () => {
  it('a damaged archive, a damaged member, a name that leaves the folder', async () => {
    const folder = temporaryFolder();
    const good = zipSync({ 'a/x.bin': new Uint8Array(5000).map((_, i) => (i * 7919) % 251) });
    const save = (name: string, bytes: Uint8Array): string => {
      writeFileSync(path.join(folder, name), bytes);
      return path.join(folder, name);
    };
    await expect(openDataset(save('cut.zip', good.subarray(0, good.length - 30)))).rejects.toMatchObject({
      code: 'BAD_ARCHIVE',
    });
    await expect(
      openDataset(save('evil.zip', zipSync({ '../evil.bin': Uint8Array.of(1) }))),
    ).rejects.toMatchObject({ code: 'UNSAFE_NAME' });
    const damaged = good.slice();
    damaged.fill(0xff, 60, 80);
    const entry = await openEntry(`${save('damaged.zip', damaged)}!a/x.bin`);
    await expect(drain(entry.open())).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
    await expect(openEntry(`${path.join(folder, 'damaged.zip')}!nothing`)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

describe('folds and order', () => {
  it('every sample is in exactly one fold, classes spread evenly', () => {
    const samples = Array.from({ length: 53 }, (_, i) => ({ label: i % 3, i }));
    const folds = kFold(samples, 5, 1);
    expect(
      folds
        .flat()
        .map(({ i }) => i)
        .sort((a, b) => a - b),
    ).toEqual(samples.map(({ i }) => i));
    for (const fold of folds) expect(fold.length).toBeGreaterThanOrEqual(10);
    expect(kFold(samples, 5, 1)).toEqual(folds);
  });

  it('sorts as people count', () => {
    expect(['a_10', 'a_2', 'a_1'].sort(compareNatural)).toEqual(['a_1', 'a_2', 'a_10']);
  });
});
