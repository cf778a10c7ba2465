import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  openDataset,
  readImage,
  RecordingOpener,
  splitDataset,
  type OpenDataset,
} from '../../../datasets/index.ts';
import { joinBytes } from '../../../src/formats/bytes.ts';
import { cifarRecord, drawnPlanes, jpegOf } from '../../helpers/images.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { hasTool } from '../../helpers/tools.ts';

function write(root: string, id: string, bytes: Uint8Array | string): void {
  const file = path.join(root, id);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

const described = ({ samples, classes }: OpenDataset): unknown[] =>
  samples.map(({ id, label, part }) => [id, classes[label], part]);

/** Pixels of each image, read from the data set and by its location alone. */
async function pixelsOf({ samples, definition: { images } }: OpenDataset): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  const opener = new RecordingOpener();
  for (const sample of samples) {
    const { pixels } = await readImage(sample, images!);
    expect((await readImage(await opener.open(sample.location), images!)).pixels).toEqual(pixels);
    found.push(pixels);
  }
  await opener.close();
  return found;
}

const size32 = { width: 32, height: 32 };
const size64 = { width: 64, height: 64 };

/** Records of CIFAR-10 with these labels. */
const batch = (...labels: number[]): Uint8Array =>
  joinBytes(labels.map((label, i) => cifarRecord([label], i)));

describe('CIFAR-10', () => {
  it.each(['cifar-10-batches-bin/', ''])('is read from its batches in "%s"', async (folder) => {
    const root = temporaryFolder();
    write(root, `${folder}data_batch_2.bin`, batch(9, 0));
    write(root, `${folder}data_batch_1.bin`, batch(3));
    write(root, `${folder}test_batch.bin`, batch(0, 5));
    write(root, `${folder}batches.meta.txt`, 'airplane\n');
    const dataset = await openDataset(root);
    expect(dataset.definition.id).toBe('cifar10');
    expect(described(dataset)).toEqual([
      ['data_batch_1.bin/0', 'cat', 'train'],
      ['data_batch_2.bin/0', 'truck', 'train'],
      ['data_batch_2.bin/1', 'airplane', 'train'],
      ['test_batch.bin/0', 'airplane', 'test'],
      ['test_batch.bin/1', 'dog', 'test'],
    ]);
    const drawn = [
      [3, 0],
      [9, 0],
      [0, 1],
      [0, 0],
      [5, 1],
    ].map(([label, i]) => drawnPlanes(label!, i!, size32));
    expect(await pixelsOf(dataset)).toEqual(drawn);
    expect(splitDataset(dataset)).toMatchObject({
      name: 'official',
      train: { length: 3 },
      test: { length: 2 },
    });
    await dataset.close();
  });

  it('is read whole where labels lie over the borders of chunks', async () => {
    const root = temporaryFolder();
    const labels = Array.from({ length: 400 }, (_, i) => (7 * i) % 10);
    write(root, 'data_batch_1.bin', batch(...labels));
    const dataset = await openDataset(root);
    expect(dataset.samples.map(({ label }) => label)).toEqual(labels);
    const last = await readImage(dataset.samples[399]!, dataset.definition.images!);
    expect(last.pixels).toEqual(drawnPlanes(labels[399]!, 399, size32));
    await dataset.close();
  });

  it('names a record that is cut and a label that cannot be, with their places', async () => {
    const root = temporaryFolder();
    const good = batch(1, 2, 3);
    write(root, 'data_batch_1.bin', good.subarray(0, 2 * 3073 + 1000));
    await expect(openDataset(root)).rejects.toMatchObject({
      code: 'BAD_RECORD',
      path: 'data_batch_1.bin/2',
      message: expect.stringContaining('from byte 6146 on there are 1000 of its 3073 bytes') as string,
    });
    const skipped = await openDataset(root, undefined, { skipBad: true });
    expect([skipped.samples.length, skipped.leftOut.map(({ id }) => id)]).toEqual([
      2,
      ['data_batch_1.bin/2'],
    ]);
    await skipped.close();
    write(root, 'data_batch_1.bin', good);
    write(root, 'test_batch.bin', batch(0, 10));
    await expect(openDataset(root)).rejects.toMatchObject({
      code: 'BAD_RECORD',
      message: expect.stringContaining('An image has label 10 at byte 3073, and there are 0 to 9') as string,
    });
    write(root, 'test_batch.bin', '');
    const empty = await openDataset(root);
    expect(empty.samples).toHaveLength(3);
    await empty.close();
    await expect(openDataset(temporaryFolder(), 'cifar10')).rejects.toMatchObject({
      code: 'EMPTY_DATASET',
      message: expect.stringContaining(
        'It is read from cifar-10-binary.tar.gz, or from what that unpacks to',
      ) as string,
    });
  });
});

it('pixels that are not all there are no image', async () => {
  const entry = {
    id: 'test_batch.bin/1',
    open: async function* () {
      yield new Uint8Array(3071);
    },
  };
  await expect(readImage(entry, { codec: 'rgb-planes', size: size32 })).rejects.toMatchObject({
    code: 'BAD_IMAGE',
    path: 'test_batch.bin/1',
    message: expect.stringContaining('has 3071 bytes of 3072') as string,
  });
});

describe('CIFAR-100', () => {
  it('has two labels, of which the fine one is the class', async () => {
    const root = temporaryFolder();
    write(root, 'cifar-100-binary/train.bin', joinBytes([cifarRecord([4, 0], 0), cifarRecord([13, 99], 1)]));
    write(root, 'cifar-100-binary/test.bin', cifarRecord([19, 41], 0));
    write(root, 'cifar-100-binary/fine_label_names.txt', 'apple\n');
    const dataset = await openDataset(root);
    expect(dataset.definition.id).toBe('cifar100');
    expect(new Set(dataset.classes).size).toBe(100);
    expect(described(dataset)).toEqual([
      ['train.bin/0', 'apple', 'train'],
      ['train.bin/1', 'worm', 'train'],
      ['test.bin/0', 'lawn_mower', 'test'],
    ]);
    expect((await pixelsOf(dataset))[1]).toEqual(drawnPlanes(99, 1, size32));
    await dataset.close();
    for (const [labels, problem] of [
      [[20, 0], 'coarse label 20 at byte 0'],
      [[0, 100], 'fine label 100 at byte 1'],
    ] as const) {
      write(root, 'cifar-100-binary/test.bin', cifarRecord(labels, 0));
      await expect(openDataset(root)).rejects.toMatchObject({
        code: 'BAD_RECORD',
        message: expect.stringContaining(problem) as string,
      });
    }
  });

  it('is not taken for granted where only the names of its files are there', async () => {
    const root = temporaryFolder();
    write(root, 'train.bin', cifarRecord([0, 0], 0));
    expect((await openDataset(root, undefined, { skipBad: true }).catch(() => null))?.definition.id).not.toBe(
      'cifar100',
    );
    const asked = await openDataset(root, 'cifar100');
    expect(asked.samples).toHaveLength(1);
    await asked.close();
  });
});

describe.skipIf(!hasTool('tar'))('CIFAR as it was downloaded', () => {
  const files = (): [id: string, Record<string, Uint8Array | string>][] => [
    [
      'cifar-10',
      {
        'cifar-10-batches-bin/data_batch_1.bin': batch(3, 7),
        'cifar-10-batches-bin/test_batch.bin': batch(5),
        'cifar-10-batches-bin/readme.html': '<html>',
      },
    ],
    [
      'cifar-100',
      {
        'cifar-100-binary/train.bin': joinBytes([cifarRecord([4, 0], 0), cifarRecord([13, 99], 1)]),
        'cifar-100-binary/test.bin': cifarRecord([19, 41], 0),
        'cifar-100-binary/fine_label_names.txt': 'apple\n',
      },
    ],
  ];

  it.each(['.tar.gz', '.tar', '.zip'])('is read from its archive, %s, as from the folder', async (kind) => {
    for (const [name, members] of files()) {
      const folder = temporaryFolder();
      for (const [id, bytes] of Object.entries(members)) write(folder, id, bytes);
      const unpacked = await openDataset(folder);
      expect(unpacked.definition.id).toBe(name.replace('-', ''));
      const wanted = [described(unpacked), await pixelsOf(unpacked)];
      await unpacked.close();
      const root = temporaryFolder();
      const archive = path.join(root, `${name}-binary${kind}`);
      const whole = Object.entries(members).map(([id, bytes]) => [id, Buffer.from(bytes)] as const);
      if (kind === '.zip') writeFileSync(archive, zipSync(Object.fromEntries(whole)));
      // With and without the folder around them.
      else if (kind === '.tar')
        execFileSync('tar', ['-cf', archive, '-C', path.join(folder, readdirSync(folder)[0]!), '.']);
      else execFileSync('tar', ['-czf', archive, '-C', folder, '.']);
      for (const place of [root, archive]) {
        const dataset = await openDataset(place);
        expect(dataset.definition.id).toBe(name.replace('-', ''));
        expect([described(dataset), await pixelsOf(dataset)]).toEqual(wanted);
        await dataset.close();
      }
      expect(readdirSync(root)).toEqual(
        kind === '.tar' ? [path.basename(archive)] : ['.saccade-unpacked', path.basename(archive)],
      );
      // Of another name it must be said which it is.
      renameSync(archive, path.join(root, `mine${kind}`));
      const asked = await openDataset(path.join(root, `mine${kind}`), name.replace('-', ''));
      expect(described(asked)).toEqual(wanted[0]);
      await asked.close();
    }
  });
});

describe('Tiny ImageNet', () => {
  const classes = ['n01443537', 'n02056570'];
  const annotations = `val_0.JPEG\t${classes[1]!}\t0\t0\t63\t63\nval_1.JPEG\t${classes[0]!}\t3\t4\t50\t60\n`;

  async function files(): Promise<Record<string, Uint8Array>> {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const image = (label: number, number: number, grey = false): Promise<Uint8Array> =>
      jpegOf(drawnPlanes(label, number, size64), size64, { grey });
    return {
      'wnids.txt': text(`${classes.join('\n')}\n`),
      'words.txt': text('n01443537\tgoldfish, Carassius auratus\n'),
      [`train/${classes[0]!}/images/${classes[0]!}_0.JPEG`]: await image(0, 0),
      [`train/${classes[0]!}/${classes[0]!}_boxes.txt`]: text('n01443537_0.JPEG\t0\t10\t63\t58\n'),
      [`train/${classes[1]!}/images/${classes[1]!}_0.JPEG`]: await image(1, 0, true),
      'val/images/val_0.JPEG': await image(1, 1),
      'val/images/val_1.JPEG': await image(0, 1),
      'val/val_annotations.txt': text(annotations),
      'test/images/test_0.JPEG': await image(0, 2),
    };
  }

  it('is read as unpacked, from its archive, and once where both are there', async () => {
    const all = await files();
    const root = temporaryFolder();
    for (const [id, bytes] of Object.entries(all)) write(root, `tiny-imagenet-200/${id}`, bytes);
    const dataset = await openDataset(root);
    expect(dataset.definition.id).toBe('tiny-imagenet');
    const wanted = [
      [`train/${classes[0]!}/images/${classes[0]!}_0.JPEG`, classes[0], 'train'],
      [`train/${classes[1]!}/images/${classes[1]!}_0.JPEG`, classes[1], 'train'],
      ['val/images/val_0.JPEG', classes[1], 'validation'],
      ['val/images/val_1.JPEG', classes[0], 'validation'],
    ].map(([id, ...rest]) => [`tiny-imagenet-200/${id!}`, ...rest]);
    expect(described(dataset)).toEqual(wanted);
    expect(dataset.otherFiles.map(({ id }) => id)).toContain('tiny-imagenet-200/test/images/test_0.JPEG');
    expect(splitDataset(dataset)).toMatchObject({
      name: 'official',
      train: { length: 2 },
      validation: { length: 2 },
      test: { length: 0 },
    });
    expect(splitDataset(dataset, 'validation-as-test')).toMatchObject({
      train: { length: 2 },
      validation: { length: 0 },
      test: { length: 2 },
    });
    const pixels = await pixelsOf(dataset);
    await dataset.close();

    const zipped = Object.fromEntries(
      Object.entries(all).map(([id, bytes]) => [`tiny-imagenet-200/${id}`, bytes]),
    );
    const archive = path.join(root, 'tiny-imagenet-200.zip');
    writeFileSync(archive, zipSync(zipped));
    const both = await openDataset(root);
    expect(both.samples).toHaveLength(4);
    await both.close();
    const alone = await openDataset(archive);
    expect(alone.definition.id).toBe('tiny-imagenet');
    expect(await pixelsOf(alone)).toEqual(pixels);
    const inside = await openDataset(path.join(root, 'tiny-imagenet-200'));
    expect(inside.samples).toHaveLength(4);
    await Promise.all([alone.close(), inside.close()]);
  });

  it('is read with validation images sorted by class, and says which of its list are not there', async () => {
    const all = await files();
    const root = temporaryFolder();
    for (const [id, bytes] of Object.entries(all)) if (!id.startsWith('val/images')) write(root, id, bytes);
    write(root, `val/${classes[1]!}/images/val_0.JPEG`, all['val/images/val_0.JPEG']!);
    write(root, 'wnids.txt', classes.map((name) => `${name} \r\n`).join(''));
    const dataset = await openDataset(root);
    expect(described(dataset).slice(2)).toEqual([
      [`val/${classes[1]!}/images/val_0.JPEG`, classes[1], 'validation'],
    ]);
    expect(dataset.notes).toEqual(['1 image of val_annotations.txt is not there: val_1.JPEG']);
    await dataset.close();
    write(root, `val/${classes[1]!}/val_1.JPEG`, all['val/images/val_1.JPEG']!);
    await expect(openDataset(root)).rejects.toMatchObject({
      path: `val/${classes[1]!}/val_1.JPEG`,
      message: expect.stringContaining('lies in the folder of n02056570 and is of n01443537') as string,
    });
  });

  it('names what its lists do not know', async () => {
    const all = await files();
    const root = temporaryFolder();
    for (const [id, bytes] of Object.entries(all)) write(root, id, bytes);
    write(root, 'val/val_annotations.txt', annotations.split('\n')[0]!);
    await expect(openDataset(root)).rejects.toMatchObject({
      code: 'UNKNOWN_LAYOUT',
      path: 'val/images/val_1.JPEG',
      message: expect.stringContaining('An image has no class in val_annotations.txt') as string,
    });
    write(root, 'val/val_annotations.txt', annotations);
    write(root, 'wnids.txt', classes[0]!);
    const skipped = await openDataset(root, undefined, { skipBad: true });
    expect(skipped.samples.map(({ id }) => id)).toEqual([
      `train/${classes[0]!}/images/${classes[0]!}_0.JPEG`,
      'val/images/val_1.JPEG',
    ]);
    expect(skipped.leftOut[0]).toMatchObject({ problem: 'is of n02056570, which wnids.txt does not name' });
    await skipped.close();
  });
});
