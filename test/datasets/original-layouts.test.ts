import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  openDataset,
  RecordingOpener,
  readClips,
  readLabelledClips,
  splitDataset,
  type OpenDataset,
  type Sample,
} from '../../datasets/index.ts';
import { concatBatches, type EventBatch } from '../../src/events/index.ts';
import { joinBytes } from '../../src/formats/bytes.ts';
import { Aedat4Encoder, createDecoder, NpyEncoder } from '../../src/formats/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../src/frames/index.ts';
import { canonicalText } from '../helpers/decode.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { pythonWith } from '../helpers/python.ts';
import { hasSharedData, readShared, sharedPath } from '../helpers/shared-data.ts';
import { hdf5File } from '../formats/hdf5/files.ts';
import { matFile } from '../formats/mat/samples.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const h5py = pythonWith('h5py');
const rule = { ...FRAME_RULE_DEFAULTS, sensor: null, binning: { by: 'number', steps: 2 } } as const;

function write(root: string, id: string, bytes: Uint8Array | string): void {
  const file = path.join(root, id);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

function copy(root: string, id: string, shared: string): void {
  mkdirSync(path.dirname(path.join(root, id)), { recursive: true });
  cpSync(sharedPath(shared), path.join(root, id));
}

const decoded = (bytes: Uint8Array, fileName: string): EventBatch => {
  const decoder = createDecoder({ fileName });
  return concatBatches([...decoder.push(bytes), ...decoder.finish()]);
};

/** Events in the frames of each recording, all of it in one window. */
async function eventsOf({ samples, definition }: OpenDataset): Promise<number[]> {
  const { sensor, decoding, convention } = definition;
  const read = await readLabelledClips(samples, { decoding, rule: { ...rule, convention, sensor } });
  return read.clips.map(({ clip }) => clip.events);
}

const described = ({ definition, classes, samples }: OpenDataset): unknown[] => [
  definition.id,
  samples.map(({ id, label, part }: Sample) => [id, classes[label], part]),
];

describe.skipIf(!hasSharedData)('original layouts, of real recordings', () => {
  it('N-Caltech101: folders, an archive, both at once', async () => {
    const root = temporaryFolder();
    const real = readShared('atis40/ncaltech101-faces_easy_0001.bin');
    write(root, 'Caltech101/Faces_easy/image_0001.bin', real);
    write(root, 'Caltech101/BACKGROUND_Google/image_0001.bin', real);
    const dataset = await openDataset(root);
    expect(described(dataset)).toEqual([
      'ncaltech101',
      [
        ['Caltech101/BACKGROUND_Google/image_0001.bin', 'BACKGROUND_Google', null],
        ['Caltech101/Faces_easy/image_0001.bin', 'Faces_easy', null],
      ],
    ]);
    expect(await eventsOf(dataset)).toEqual([67445, 67445]);
    const archive = path.join(root, 'Caltech101.zip');
    writeFileSync(
      archive,
      zipSync({ 'Caltech101/Faces_easy/image_0001.bin': real, 'Caltech101/yin_yang/image_0001.bin': real }),
    );
    const both = await openDataset(root);
    expect(both.samples.map(({ label }) => both.classes[label])).toEqual([
      'BACKGROUND_Google',
      'Faces_easy',
      'yin_yang',
    ]);
    await both.close();
    const alone = await openDataset(archive);
    expect([alone.definition.id, alone.samples.length]).toEqual(['ncaltech101', 2]);
    await alone.close();
  });

  it('N-Cars: folders as unpacked and archives, the stated parts', async () => {
    const root = temporaryFolder();
    copy(root, 'n-cars_train/cars/obj_004397_td.dat', 'dat/NCARS_obj_004397_td.dat');
    copy(root, 'n-cars_train/background/obj_000001_td.dat', 'dat/sample_ncars.dat');
    const test = zipSync({ 'test/cars/obj_000002_td.dat': readShared('dat/sample_ncars.dat') });
    writeFileSync(path.join(root, 'n-cars_test.zip'), test);
    const dataset = await openDataset(root);
    expect(described(dataset)).toEqual([
      'ncars',
      [
        ['n-cars_train/background/obj_000001_td.dat', 'background', 'train'],
        ['n-cars_train/cars/obj_004397_td.dat', 'cars', 'train'],
        ['test/cars/obj_000002_td.dat', 'cars', 'test'],
      ],
    ]);
    expect(splitDataset(dataset)).toMatchObject({ name: 'official' });
    expect(await eventsOf(dataset)).toEqual([2009, 4407, 2009]);
    await dataset.close();
  });

  it.each(['.zip', '.tar.gz'])('N-Cars as it was downloaded: archives in an archive (%s)', async (kind) => {
    const root = temporaryFolder();
    const car = readShared('dat/NCARS_obj_004397_td.dat');
    const none = readShared('dat/sample_ncars.dat');
    const inner = {
      'n-cars_train.zip': zipSync({
        'train/cars/obj_004397_td.dat': car,
        'train/background/obj_000001_td.dat': none,
      }),
      'n-cars_test.zip': zipSync({ 'test/cars/obj_000002_td.dat': none }, { level: 0 }),
      'README.txt': new Uint8Array(3),
    };
    const archive = path.join(root, `Prophesee_Dataset_n_cars${kind}`);
    if (kind === '.zip') writeFileSync(archive, zipSync(inner));
    else {
      const folder = temporaryFolder();
      for (const [name, bytes] of Object.entries(inner)) write(folder, name, bytes);
      execFileSync('tar', ['-czf', archive, '-C', folder, '.']);
    }
    for (const place of [root, archive]) {
      const dataset = await openDataset(place);
      expect(described(dataset)).toEqual([
        'ncars',
        [
          ['test/cars/obj_000002_td.dat', 'cars', 'test'],
          ['train/background/obj_000001_td.dat', 'background', 'train'],
          ['train/cars/obj_004397_td.dat', 'cars', 'train'],
        ],
      ]);
      expect(await eventsOf(dataset)).toEqual([2009, 2009, 4407]);
      const opener = new RecordingOpener();
      for (const { location, bytes } of dataset.samples)
        expect((await opener.open(location)).bytes).toBe(bytes);
      await opener.close();
      await dataset.close();
    }
  });

  it('POKER-DVS: all hundred recordings', async () => {
    const dataset = await openDataset(sharedPath('poker-dvs'));
    const count = dataset.classes.map((_, label) => dataset.samples.filter((s) => s.label === label).length);
    expect([dataset.definition.id, dataset.classes, count]).toEqual([
      'poker-dvs',
      ['club', 'diamond', 'heart', 'spade'],
      [17, 35, 23, 25],
    ]);
    const all = readdirSync(sharedPath('poker-dvs')).length;
    expect((await eventsOf(dataset)).length).toBe(all);
  });

  it('MNIST-DVS: scales of a symbol stay on one side', async () => {
    const root = temporaryFolder();
    for (const digit of [0, 1])
      for (let n = 1; n <= 10; n++)
        for (const scale of [4, 8, 16]) {
          const two = String(scale).padStart(2, '0');
          const four = String(n).padStart(4, '0');
          const name = `grabbed_data${digit}/scale${scale}/mnist_${digit}_scale${two}_${four}.aedat`;
          copy(root, name, `aedat2-mnist-dvs/mnist_0_scale04_${four}.aedat`);
        }
    const dataset = await openDataset(root);
    expect([dataset.definition.id, dataset.samples.length]).toEqual(['mnist-dvs', 60]);
    const split = splitDataset(dataset);
    expect(split.name).toBe('symbols-0');
    const symbols = (samples: readonly Sample[]): Set<string> =>
      new Set(samples.map(({ id }) => id.replace(/.*mnist_(\d)_scale\d+_(\d+).*/, '$1/$2')));
    expect(symbols(split.test).size).toBe(2);
    expect(split.test).toHaveLength(6);
    for (const symbol of symbols(split.test)) expect(symbols(split.train)).not.toContain(symbol);
    expect(splitDataset(dataset, 'symbols-1').sha256).not.toBe(split.sha256);
    expect(await eventsOf({ ...dataset, samples: dataset.samples.slice(0, 1) })).toEqual([15744]);
  });

  it('NavGesture: users in folders and archives, subjects on one side', async () => {
    const root = temporaryFolder();
    const real = readShared('dat/sample_ncars.dat');
    write(root, 'user01/user01_do_01_td.dat', real);
    write(root, 'user01/user01_ho_01_td.dat', real);
    writeFileSync(path.join(root, 'user02.zip'), zipSync({ 'user02/user02_le_01_td.dat': real }));
    const dataset = await openDataset(root);
    expect([dataset.definition.id, dataset.samples.map(({ label }) => dataset.classes[label])]).toEqual([
      'navgesture',
      ['swipe down', 'home', 'swipe left'],
    ]);
    const { train, test } = splitDataset(dataset);
    const users = (samples: readonly Sample[]): string[] => [
      ...new Set(samples.map(({ id }) => id.slice(0, 6))),
    ];
    expect([...users(train), ...users(test)].sort()).toEqual(['user01', 'user02']);
    expect(await eventsOf(dataset)).toEqual([2009, 2009, 2009]);
    await dataset.close();
    const user = zipSync({ 'user03/user03_le_01_td.dat': real });
    const archive = path.join(temporaryFolder(), 'navgesture-walk.zip');
    writeFileSync(archive, zipSync({ 'navgesture-walk/user03.zip': user }));
    const downloaded = await openDataset(archive);
    expect([downloaded.definition.id, await eventsOf(downloaded)]).toEqual(['navgesture', [2009]]);
    await downloaded.close();
  });

  it('ASL-DVS: letters of MAT files, places from 0', async () => {
    const root = temporaryFolder();
    write(root, 'ASLDVS/a/a_0001.mat', matFile('signed'));
    write(root, 'ASLDVS/y/y_4200.mat', matFile('signed'));
    const letters = await openDataset(root);
    expect(described(letters)).toEqual([
      'asl-dvs',
      [
        ['ASLDVS/a/a_0001.mat', 'a', null],
        ['ASLDVS/y/y_4200.mat', 'y', null],
      ],
    ]);
    expect([letters.classes.length, letters.classes.includes('j')]).toEqual([24, false]);
    // The fourth event is of eleven days later.
    expect(await eventsOf(letters)).toEqual([3, 3]);
  });

  it('DVS-Lip and the converted CIFAR10-DVS', async () => {
    const events = decoded(readShared('aedat2-mnist-dvs/mnist_0_scale04_0001.aedat'), 'a.aedat');
    const lip = temporaryFolder();
    write(lip, 'DVS-Lip/train/america/0.npy', encodeAll(new NpyEncoder(), events));
    write(lip, 'DVS-Lip/test/young/12.npy', encodeAll(new NpyEncoder(), events));
    const words = await openDataset(lip);
    expect(described(words)).toEqual([
      'dvs-lip',
      [
        ['DVS-Lip/test/young/12.npy', 'young', 'test'],
        ['DVS-Lip/train/america/0.npy', 'america', 'train'],
      ],
    ]);
    expect(words.classes).toHaveLength(100);
    expect(await eventsOf(words)).toEqual([events.length, events.length]);

    const converted = temporaryFolder();
    for (let i = 0; i < 10; i++)
      write(converted, `cat/cifar10_cat_${i}.aedat4`, encodeAll(new Aedat4Encoder(), events));
    const cats = await openDataset(converted);
    expect([cats.definition.id, cats.classes[cats.samples[0]!.label]]).toEqual(['cifar10-dvs-aedat4', 'cat']);
    expect(splitDataset(cats, 'tet').test.map(({ id }) => id)).toEqual(['cat/cifar10_cat_9.aedat4']);
    expect((await eventsOf(cats))[0]).toBe(events.length);
  });

  it('DVS128 Gesture: a clip for each line of the labels, start ≤ t < end, the official split', async () => {
    const root = temporaryFolder();
    const real = readShared('aedat3/derived-dvs128.aedat');
    const { t } = decoded(real, 'a.aedat');
    const lines = ['1,0,1000000', '11,900000,2000000', '1,2000000,3825704'];
    for (const trial of ['user01_natural', 'user24_led']) {
      write(root, `DvsGesture/${trial}.aedat`, real);
      write(
        root,
        `DvsGesture/${trial}_labels.csv`,
        `class,startTime_usec,endTime_usec\n${lines.join('\n')}\n`,
      );
    }
    write(root, 'DvsGesture/trials_to_train.txt', 'user01_natural.aedat\n');
    write(root, 'DvsGesture/trials_to_test.txt', 'user24_led.aedat\n\n');
    const dataset = await openDataset(root);
    expect(described(dataset)).toEqual([
      'dvs128-gesture',
      ['user01_natural', 'user24_led'].flatMap((trial, i) =>
        ['hand_clapping', 'other_gestures', 'hand_clapping'].map((gesture, n) => [
          `DvsGesture/${trial}_${n}`,
          gesture,
          i === 0 ? 'train' : 'test',
        ]),
      ),
    ]);
    const within = (from: number, to: number): number => t.filter((at) => at >= from && at < to).length;
    const expected = [within(0, 1e6), within(9e5, 2e6), within(2e6, 3_825_704)];
    expect(await eventsOf(dataset)).toEqual([...expected, ...expected]);
    expect(expected[2]).toBeLessThan(within(2e6, 3_825_705));
    const { train, test, name } = splitDataset(dataset);
    expect([name, train.length, test.length]).toEqual(['official', 3, 3]);

    // As it was downloaded, alone in a folder and by its own name.
    const packed = temporaryFolder();
    const archive = path.join(packed, 'DvsGesture.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', root, 'DvsGesture']);
    for (const place of [packed, archive]) {
      const downloaded = await openDataset(place);
      expect(described(downloaded)).toEqual(described(dataset));
      expect(splitDataset(downloaded).sha256).toBe(splitDataset(dataset).sha256);
      expect(await eventsOf(downloaded)).toEqual([...expected, ...expected]);
      await downloaded.close();
    }
    // Unpacked beside it, each recording is there once.
    cpSync(path.join(root, 'DvsGesture'), path.join(packed, 'DvsGesture'), { recursive: true });
    const both = await openDataset(packed);
    expect(both.samples).toHaveLength(6);
    expect(both.samples[0]!.location).not.toContain('!');
    await both.close();
  });

  it('DVS128 Gesture: lists that name what is not there, labels without titles, a copy', async () => {
    const root = temporaryFolder();
    const real = readShared('aedat3/derived-dvs128.aedat');
    const trial = (name: string, labels: string): void => {
      write(root, `${name}.aedat`, real);
      write(root, `${name}_labels.csv`, labels);
    };
    trial('user01_natural', '1,0,1000000\n2,1000000,2000000\n');
    trial('x-copy/user01_natural', '1,0,1000000\n');
    write(root, 'trials_to_train.txt', 'user01_natural.aedat\nuser02_led.aedat\n');
    write(root, 'trials_to_test.txt', 'user24_led.aedat\n');
    const { samples, notes, otherFiles } = await openDataset(root);
    expect(samples.map(({ id }) => id)).toEqual(['user01_natural_0', 'user01_natural_1']);
    expect(notes).toEqual([
      expect.stringMatching(
        /^1 recording is there twice and taken once: .*x-copy.user01_natural\.aedat \(as/,
      ),
      '2 recordings of trials_to_train.txt and trials_to_test.txt are not there: user02_led.aedat, user24_led.aedat',
    ]);
    expect(otherFiles.map(({ id }) => id)).toEqual(['x-copy/user01_natural_labels.csv']);

    write(root, 'user01_natural_labels.csv', 'class,start,end\n');
    await expect(openDataset(root)).rejects.toThrow(/has no clips in user01_natural_labels\.csv/);
    write(root, 'trials_to_test.txt', 'user01_natural.aedat\n');
    await expect(openDataset(root)).rejects.toThrow(/user01_natural\.aedat is in trials_to_train\.txt too/);
  });

  it('DVS128 Gesture: the real labels, and what is wrong with others', async () => {
    const root = temporaryFolder();
    copy(root, 'user01_natural.aedat', 'aedat3/derived-dvs128.aedat');
    copy(root, 'user01_natural_labels.csv', 'aedat3/dvsgesture-user01_natural_labels.csv');
    const { samples } = await openDataset(root);
    const rows = readFileSync(sharedPath('aedat3/dvsgesture-user01_natural_labels.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(samples).toHaveLength(rows.length - 1);
    expect(samples[0]!.clip).toEqual({ startMicros: 53036986, endMicros: 59508469 });
    for (const bad of ['12,1,2', '1,5,5', '1,2', '1,x,9']) {
      write(root, 'user01_natural_labels.csv', `class,start,end\n${bad}\n`);
      await expect(openDataset(root)).rejects.toMatchObject({ code: 'UNKNOWN_LAYOUT' });
    }
    copy(root, 'user02_led.aedat', 'aedat3/derived-dvs128.aedat');
    write(root, 'user01_natural_labels.csv', 'class,start,end\n1,0,9\n');
    await expect(openDataset(root)).rejects.toThrow(/user02_led_labels\.csv/);
    expect((await openDataset(root, undefined, { skipBad: true })).leftOut).toHaveLength(1);
  });
});

it('SHD: recordings of a file, as its decoder reads them one by one', async () => {
  const root = temporaryFolder();
  const bytes = hdf5File('shd.h5');
  write(root, 'shd_train.h5', bytes);
  write(root, 'shd_test.h5', bytes);
  const dataset = await openDataset(root);
  expect(described(dataset)).toEqual([
    'shd',
    [
      ['shd_train.h5/0', '4', 'train'],
      ['shd_train.h5/1', '11', 'train'],
      ['shd_test.h5/0', '4', 'test'],
      ['shd_test.h5/1', '11', 'test'],
    ],
  ]);
  expect(await eventsOf(dataset)).toEqual([4, 1, 4, 1]);
  const opener = new RecordingOpener();
  for (const [i, sample] of dataset.samples.slice(0, 2).entries()) {
    const members = [sample, await opener.open(sample.location)];
    for (const entry of members) {
      const decoder = createDecoder({ ...dataset.definition.decoding });
      const batches: EventBatch[] = [];
      let length = 0;
      for await (const chunk of entry.open()) {
        length += chunk.length;
        batches.push(...decoder.push(chunk));
      }
      batches.push(...decoder.finish());
      expect(entry.bytes).toBe(length);
      const whole = createDecoder({ format: 'hdf5', sample: i });
      const wanted = concatBatches([...whole.push(bytes), ...whole.finish()]);
      expect(canonicalText(concatBatches(batches))).toBe(canonicalText(wanted));
    }
  }
  await opener.close();
  await dataset.close();
  const { train, test } = splitDataset(dataset);
  expect([train.length, test.length]).toEqual([2, 2]);
});

it.skipIf(h5py === null)(
  'SHD: units without times are named, those that there are not left out',
  async () => {
    const root = temporaryFolder();
    h5py!(
      `
import h5py, sys
with h5py.File(sys.argv[1], 'w') as f:
    for name, kind, rows in (('times', 'f8', [[0.1, 0.2], [0.1, 0.2, 0.3]]), ('units', 'i4', [[5], [65541, 6, -65530]])):
        data = f.create_dataset(f'spikes/{name}', (2,), dtype=h5py.vlen_dtype(kind))
        for i, row in enumerate(rows): data[i] = row
    f['labels'] = [0, 1]
`,
      path.join(root, 'shd_test.h5'),
    );
    const { samples, definition } = await openDataset(root);
    const options = { ...definition, rule: { ...rule, sensor: definition.sensor } };
    await expect(readClips(samples[0]!, options)).rejects.toMatchObject({
      code: 'BAD_RECORD',
      message: expect.stringContaining('2 times and 1 units') as string,
    });
    const { clips, decode } = await readClips(samples[1]!, options);
    expect([clips[0]!.events, decode.dropped['outside-sensor']]).toEqual([1, 2]);
  },
);

it.each(['.zip', '.gz'])('SHD as it is handed out, %s: the same recordings', async (kind) => {
  const root = temporaryFolder();
  const bytes = hdf5File('shd.h5');
  for (const part of ['train', 'test']) {
    const name = `shd_${part}.h5`;
    write(root, `${name}${kind}`, kind === '.zip' ? zipSync({ [name]: bytes }) : gzipSync(bytes));
  }
  const dataset = await openDataset(root);
  expect(dataset.definition.id).toBe('shd');
  expect(dataset.samples.map(({ id, label, part }) => [id, label, part])).toEqual([
    ['shd_train.h5/0', 4, 'train'],
    ['shd_train.h5/1', 11, 'train'],
    ['shd_test.h5/0', 4, 'test'],
    ['shd_test.h5/1', 11, 'test'],
  ]);
  expect(await eventsOf(dataset)).toEqual([4, 1, 4, 1]);
  const opener = new RecordingOpener();
  for (const sample of dataset.samples) {
    const members = [sample, await opener.open(sample.location)].map(async ({ open }) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of open()) parts.push(chunk);
      return joinBytes(parts);
    });
    const [listed, opened] = await Promise.all(members);
    expect(opened).toEqual(listed);
  }
  await opener.close();
  await dataset.close();
  const alone = await openDataset(path.join(root, `shd_test.h5${kind}`));
  expect([alone.definition.id, alone.samples.length]).toEqual(['shd', 2]);
  await alone.close();
});

it('SSC has a part for validation, and takes no other file for its own', async () => {
  const root = temporaryFolder();
  for (const part of ['train', 'valid', 'test']) write(root, `ssc_${part}.h5`, hdf5File('shd.h5'));
  const dataset = await openDataset(root);
  expect(dataset.definition.id).toBe('ssc');
  expect([...new Set(dataset.samples.map(({ part }) => part))]).toEqual(['train', 'validation', 'test']);
  await dataset.close();
  write(root, 'ssc_train.h5', hdf5File('dsec-gzip.h5'));
  await expect(openDataset(root)).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
});

it('folders of anybody are taken for none of them', async () => {
  const root = temporaryFolder();
  const text = 't,x,y,p\n1,2,3,1\n';
  for (const id of [
    'train/cat/1.npy',
    'test/up/image_0001.bin',
    'cars/obj_1.dat',
    'sp/sp_x.dat',
    'user01/wave.dat',
  ])
    write(root, id, text);
  const { definition } = await openDataset(root, undefined, { skipBad: true });
  expect(definition.id).toBe('folder');
});
