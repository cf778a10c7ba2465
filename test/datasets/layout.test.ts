import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openDataset, partOf, splitDataset, type OpenDatasetOptions } from '../../datasets/index.ts';
import { readLayout } from '../../datasets/layout.ts';
import { writeFileIn } from '../helpers/files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const fieldCases = path.resolve(import.meta.dirname, '../field-cases');
const bundled = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist');

/** `class@part` of each id. */
function places(ids: readonly string[], classFolder?: 'outer' | 'inner'): string[] {
  return readLayout('data', ids, classFolder).map((place) =>
    'problem' in place ? place.problem : `${place.className}@${place.part ?? '-'}`,
  );
}

function folderOf(names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) writeFileIn(folder, name, 'x,y,t,p\n');
  return folder;
}

describe('names of parts', () => {
  it.each([
    ['train', 'train'],
    ['Train', 'train'],
    ['TRAIN', 'train'],
    ['training', 'train'],
    ['val', 'validation'],
    ['Valid', 'validation'],
    ['validation', 'validation'],
    ['test', 'test'],
    ['Testing', 'test'],
    ['test-set', 'test'],
    ['eval', 'test'],
    ['Train2', null],
    ['extra', null],
    ['invalid', null],
  ])('%s is %s', (name, part) => {
    expect(partOf(name)).toBe(part);
  });
});

describe('what folders say', () => {
  it('classes, below anything that holds everything', () => {
    expect(places(['cat/1.csv', 'dog/2.csv'])).toEqual(['cat@-', 'dog@-']);
    expect(places(['set/v2/cat/1.csv', 'set/v2/dog/2.csv'])).toEqual(['cat@-', 'dog@-']);
    expect(places(['cat/1.csv', 'cat/2.csv'])).toEqual(['cat@-', 'cat@-']);
    expect(places(['set/cat/1.csv', 'set/cat/2.csv'])).toEqual(['cat@-', 'cat@-']);
  });

  it('parts around classes, or in them', () => {
    const around = ['set/Train/cat/1.csv', 'set/VALID/cat/2.csv', 'set/eval/dog/3.csv'];
    expect(places(around)).toEqual(['cat@train', 'cat@validation', 'dog@test']);
    expect(places(['cat/train/1.csv', 'cat/test/2.csv', 'dog/train/3.csv'])).toEqual([
      'cat@train',
      'cat@test',
      'dog@train',
    ]);
    expect(places(['train/cat/1.csv', 'train/cat/2.csv'])).toEqual(['cat@train', 'cat@train']);
    expect(places(['Train/dog/1.csv', 'train/test/2.csv'])).toEqual(['dog@train', 'test@train']);
  });

  it('classes that are called like parts', () => {
    expect(places(['valid/1.csv', 'invalid/2.csv'])).toEqual(['valid@-', 'invalid@-']);
  });

  it('a recording in no part, or an unknown one, while others are in parts', () => {
    const [, stray, unknown] = places(['train/cat/1.csv', 'cat/2.csv', 'Train2/cat/3.csv']);
    expect(stray).toMatch(/lies in no part while others lie in train\/, and "cat" is no known name/);
    expect(unknown).toMatch(/"Train2" is no known name/);
    expect(places(['train/cat/1.csv', '2.csv'])[1]).toMatch(/lies in no part/);
    expect(places(['cat/1.csv', 'dog/1.csv', '2.csv'])[2]).toBe('lies in no folder that names its class');
    expect(places(['train/cat/1.csv', 'train/2.csv'])[1]).toBe('lies in no folder that names its class');
  });

  it('asks where it cannot be told', () => {
    const code = (ids: readonly string[]): unknown => {
      try {
        return places(ids);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code(['1.csv', '2.csv'])).toBe('UNKNOWN_LAYOUT');
    expect(code(['train/1.csv', 'test/2.csv'])).toBe('UNKNOWN_LAYOUT');
    const nested = ['subject1/cat/1.csv', 'subject1/dog/2.csv', 'subject2/cat/3.csv'];
    expect(() => places(nested)).toThrow(/"subject1" or "cat" may be the class: say --class-folder/);
    expect(places(nested, 'inner')).toEqual(['cat@-', 'dog@-', 'cat@-']);
    expect(places(nested, 'outer')).toEqual(['subject1@-', 'subject1@-', 'subject2@-']);
  });
});

describe('a folder', () => {
  it('field case capital-train: own folders Train and Test are not N-MNIST', async () => {
    const dataset = await openDataset(path.join(fieldCases, 'capital-train/data'));
    expect([dataset.definition.id, dataset.classes]).toEqual(['folder', ['left', 'right']]);
    const split = splitDataset(dataset);
    expect([split.name, split.train.length, split.test.length]).toEqual(['official', 40, 40]);
    expect(split.train.every(({ id }) => id.startsWith('Train/'))).toBe(true);
  });

  it('N-MNIST is still N-MNIST, with hidden folders too; digits of another format are not', async () => {
    const folder = temporaryFolder();
    cpSync(bundled, folder, { recursive: true });
    writeFileIn(folder, 'Test/.cache/x.bin');
    expect((await openDataset(folder)).definition.id).toBe('nmnist');
    const own = folderOf(['Train/0/1.csv', 'Train/1/2.csv', 'Test/0/3.csv']);
    expect((await openDataset(own)).definition.id).toBe('folder');
    const mixed = folderOf(['Train/0/00001.bin', 'Train/left/00002.bin']);
    expect((await openDataset(mixed)).definition.id).toBe('folder');
  });

  it('an archive of own cats is not CIFAR10-DVS', async () => {
    const folder = folderOf(['dog/1.csv', 'horse/1.csv']);
    writeFileIn(folder, 'cat.zip', zipSync({ 'cat/1.csv': Uint8Array.of(1) }));
    expect((await openDataset(folder)).definition.id).toBe('folder');
  });

  it('validation is a part of its own', async () => {
    const dataset = await openDataset(
      folderOf(['train/a/1.csv', 'val/a/2.csv', 'valid/a/3.csv', 'test/a/4.csv']),
    );
    const { name, train, validation, test } = splitDataset(dataset);
    expect(name).toBe('official');
    const ids = [train, validation, test].map((samples) => samples.map(({ id }) => id));
    expect(ids).toEqual([['train/a/1.csv'], ['val/a/2.csv', 'valid/a/3.csv'], ['test/a/4.csv']]);
  });

  it('a stray is refused by name, or left out by name', async () => {
    const folder = folderOf(['train/a/1.csv', 'test/a/2.csv', 'a/3.csv', 'Train2/a/4.csv']);
    await expect(openDataset(folder)).rejects.toMatchObject({
      code: 'UNKNOWN_LAYOUT',
      message: expect.stringMatching(
        /lies in no part .* with 1 more\. .*--skip-bad.*\(Train2\/a\/4\.csv|a\/3\.csv\)/,
      ),
    });
    const dataset = await openDataset(folder, undefined, { skipBad: true });
    expect(dataset.samples.map(({ id }) => id)).toEqual(['test/a/2.csv', 'train/a/1.csv']);
    expect(dataset.leftOut.map(({ id }) => id).sort()).toEqual(['Train2/a/4.csv', 'a/3.csv']);
    expect(splitDataset(dataset)).toMatchObject({ name: 'official', train: [{ id: 'train/a/1.csv' }] });
  });

  describe('an archive of several that cannot be read', () => {
    const zipOf = (...names: readonly string[]): Uint8Array =>
      zipSync(Object.fromEntries(names.map((name) => [name, new TextEncoder().encode('x,y,t,p\n')])));
    const broken = zipOf('1.csv').slice(0, -30);

    it.each(['a', 'Test', 'airplane', 'user03'])('%s.zip is refused, or left out by name', async (name) => {
      const folder = temporaryFolder();
      for (const sound of ['k', 'z']) writeFileIn(folder, `${sound}.zip`, zipOf('1.csv', '2.csv'));
      writeFileIn(folder, `${name}.zip`, broken);
      await expect(openDataset(folder)).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
      const { definition, samples, classes, leftOut } = await openDataset(folder, undefined, {
        skipBad: true,
      });
      expect(definition.id).toBe('folder');
      expect(samples.map(({ id }) => id)).toEqual(['k/1.csv', 'k/2.csv', 'z/1.csv', 'z/2.csv']);
      expect(classes).toEqual(['k', 'z']);
      expect(leftOut).toMatchObject([
        { id: `${name}.zip`, problem: expect.stringMatching(/^is left out with all .*cannot be/) },
      ]);
    });

    it('in another archive, and one that is packed as a whole', async () => {
      const file = path.join(temporaryFolder(), 'all.zip');
      const members = { 'a.zip': zipOf('1.csv'), 'b.zip': broken, 'c.tar.gz': broken, 'd.tar': broken };
      writeFileSync(file, zipSync(members));
      await expect(openDataset(file)).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
      const { samples, leftOut, close } = await openDataset(file, undefined, { skipBad: true });
      expect(samples.map(({ id }) => id)).toEqual(['a/1.csv']);
      expect(leftOut.map(({ id }) => id)).toEqual(['b.zip', 'c.tar.gz', 'd.tar']);
      await close();
    });

    it('of a data set with a layout of its own', async () => {
      const digits = temporaryFolder();
      writeFileIn(digits, 'Test.zip', zipOf('Test/7/00001.bin'));
      writeFileIn(digits, 'Train.zip', broken);
      const cars = temporaryFolder();
      writeFileIn(cars, 'n-cars_test.zip', zipOf('test/cars/obj_000001_td.dat'));
      writeFileIn(cars, 'n-cars_train.zip', broken);
      const images = temporaryFolder();
      writeFileIn(images, 'cat.zip', zipOf('cat/cifar10_cat_1.aedat'));
      writeFileIn(images, 'dog.zip', broken);
      for (const [root, id, bad] of [
        [digits, 'nmnist', 'Train.zip'],
        [cars, 'ncars', 'n-cars_train.zip'],
        [images, 'cifar10-dvs', 'dog.zip'],
      ] as const) {
        await expect(openDataset(root, id)).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
        const { definition, samples, leftOut, close } = await openDataset(root, undefined, { skipBad: true });
        expect([definition.id, samples.length, leftOut.map((file) => file.id)]).toEqual([id, 1, [bad]]);
        await close();
      }
    });

    it('is refused where it is all there is', async () => {
      const folder = temporaryFolder();
      const file = writeFileIn(folder, 'n-cars_train.zip', broken);
      for (const id of ['folder', 'ncars'])
        await expect(openDataset(file, id, { skipBad: true })).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
      await expect(openDataset(folder, 'folder', { skipBad: true })).rejects.toMatchObject({
        code: 'EMPTY_DATASET',
        message: expect.stringContaining('n-cars_train.zip is left out with all') as string,
      });
    });
  });

  it('counts what is no recording, and follows links but not in circles', async () => {
    const folder = folderOf([
      'a/1.csv',
      'a/notes.txt',
      'README.md',
      '.git/x.csv',
      'a/.2.csv',
      '__MACOSX/a/1.csv',
    ]);
    const elsewhere = folderOf(['1.csv']);
    symlinkSync(elsewhere, path.join(folder, 'b'));
    symlinkSync(folder, path.join(folder, 'b/up'));
    const { samples, otherFiles, classes } = await openDataset(folder);
    expect(samples.map(({ id }) => id)).toEqual(['a/1.csv', 'b/1.csv']);
    expect([classes, otherFiles.map(({ id }) => id)]).toEqual([
      ['a', 'b'],
      ['a/notes.txt', 'README.md'],
    ]);
    const asText = await openDataset(folder, undefined, { format: 'csv' });
    expect(asText.samples.map(({ id }) => id)).toContain('a/notes.txt');
  });

  it('says what there is where there is no recording', async () => {
    const folder = folderOf(['a/1.txt', 'a/2.txt']);
    await expect(openDataset(folder)).rejects.toMatchObject({
      code: 'EMPTY_DATASET',
      message: expect.stringContaining('2 files that are none by their names: a/1.txt, a/2.txt'),
    });
  });
});

describe('archives in a folder', () => {
  const one = Uint8Array.of(1, 2, 3);
  const idsOf = async (root: string, options?: OpenDatasetOptions): Promise<unknown> => {
    const { samples, classes, otherFiles, close } = await openDataset(root, 'folder', options);
    for (const { open, bytes } of samples) for await (const chunk of open()) expect(chunk.length).toBe(bytes);
    await close();
    return [samples.map(({ id, label }) => [id, classes[label]]), otherFiles.map(({ id }) => id)];
  };

  it('are folders of their names, and hold the recordings of classes', async () => {
    const root = temporaryFolder();
    writeFileIn(root, 'dog.zip', zipSync({ '2.csv': one, '10.csv': one, 'notes.md': one }));
    // The folder that it holds is that of its name.
    writeFileIn(root, 'cat.zip', zipSync({ 'cat/1.csv': one }));
    writeFileIn(root, 'README.md');
    expect(await idsOf(root)).toEqual([
      [
        ['cat/1.csv', 'cat'],
        ['dog/2.csv', 'dog'],
        ['dog/10.csv', 'dog'],
      ],
      ['dog/notes.md', 'README.md'],
    ]);
  });

  it('lie in folders of classes, or in another archive', async () => {
    const root = temporaryFolder();
    writeFileIn(root, 'left/1.zip', zipSync({ 'a.csv': one }));
    writeFileIn(root, 'right/2.zip', zipSync({ 'a.csv': one, 'b.csv': one }));
    const wanted = [
      [
        ['left/1/a.csv', 'left'],
        ['right/2/a.csv', 'right'],
        ['right/2/b.csv', 'right'],
      ],
      [],
    ];
    await expect(idsOf(root)).rejects.toMatchObject({
      code: 'UNKNOWN_LAYOUT',
      message: expect.stringContaining('--class-folder outer') as string,
    });
    expect(await idsOf(root, { classFolder: 'outer' })).toEqual(wanted);
    const inner = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(root, name)));
    const outer = writeFileIn(
      temporaryFolder(),
      'all.zip',
      zipSync({ 'left/1.zip': inner('left/1.zip'), 'right/2.zip': inner('right/2.zip') }),
    );
    expect(await idsOf(outer, { classFolder: 'outer' })).toEqual(wanted);
  });

  it('are not looked into beside recordings, which they may hold too', async () => {
    const root = folderOf(['cat/1.csv', 'dog/1.csv']);
    writeFileIn(root, 'dog.zip', zipSync({ '1.csv': one }));
    const { samples, otherFiles } = await openDataset(root);
    expect([samples.length, otherFiles.map(({ id }) => id)]).toEqual([2, ['dog.zip']]);
  });

  it('that cannot be read are named', async () => {
    const root = temporaryFolder();
    const file = writeFileIn(root, 'left/1.zip', 'PK');
    await expect(idsOf(root)).rejects.toMatchObject({ code: 'BAD_ARCHIVE', path: file });
  });
});

describe('a zip archive', () => {
  const archive = (members: Record<string, Uint8Array>): string =>
    writeFileIn(temporaryFolder(), 'data.zip', zipSync(members));
  const one = Uint8Array.of(1, 2, 3);

  it('leaves out what systems hide or leave behind', async () => {
    const file = archive({
      'data/a/1.csv': one,
      'data/b/1.csv': one,
      '__MACOSX/data/a/._1.csv': one,
      'data/a/.DS_Store': one,
      'data/.cache/2.csv': one,
    });
    const { samples, classes, otherFiles } = await openDataset(file);
    expect(samples.map(({ id }) => id)).toEqual(['data/a/1.csv', 'data/b/1.csv']);
    expect([classes, otherFiles.map(({ id }) => id)]).toEqual([['a', 'b'], []]);
  });

  it('reads no member beyond the cap, and none that is a trap', async () => {
    const zeros = new Uint8Array(80 * 2 ** 20);
    const file = archive({ 'a/1.csv': new Uint8Array(5000).fill(65), 'b/trap.csv': zeros });
    const read = async (id: string, options: OpenDatasetOptions): Promise<number> => {
      const dataset = await openDataset(file, undefined, options);
      let bytes = 0;
      try {
        for await (const chunk of dataset.samples.find((sample) => sample.id === id)!.open())
          bytes += chunk.length;
      } finally {
        await dataset.close();
      }
      return bytes;
    };
    expect(await read('a/1.csv', {})).toBe(5000);
    expect(await read('a/1.csv', { maxMemberBytes: 5000 })).toBe(5000);
    await expect(read('a/1.csv', { maxMemberBytes: 4999 })).rejects.toMatchObject({
      code: 'TOO_LARGE',
      path: expect.stringMatching(/data\.zip!a\/1\.csv$/),
      message: expect.stringContaining('--max-member-bytes 5000'),
    });
    await expect(read('b/trap.csv', {})).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringMatching(/more than 200 times/),
    });
    expect(await read('b/trap.csv', { maxMemberBytes: zeros.length })).toBe(zeros.length);
  });
});
