import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { zipSync } from 'fflate';
import { datasetDefinitions } from '../../../datasets/index.ts';
import { durationText } from '../../../src/cli/datasets/file-progress.ts';
import { hdf5File } from '../../formats/hdf5/files.ts';
import { exitCode } from '../../../src/cli/datasets/verify-command.ts';
import { saccade } from '../../helpers/cli.ts';
import { cifarRecord } from '../../helpers/images.ts';
import { serve, startFileHost } from '../../helpers/file-host.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const quick = ['--attempts', '1', '--timeout', '5'];

describe('list and info', () => {
  it('have every data set, for people and for programs', async () => {
    const { code, out } = await saccade('datasets', 'list');
    expect(code).toBe(0);
    for (const { id, title } of datasetDefinitions) {
      expect(out).toContain(title);
      expect((await saccade('datasets', 'info', id)).out).toContain(title);
    }
    const all = JSON.parse((await saccade('datasets', 'list', '--json')).out) as {
      id: string;
      recordings: number;
    }[];
    expect(all.find(({ id }) => id === 'nmnist')).toMatchObject({
      recordings: 70_000,
      licence: 'CC BY-SA 4.0',
    });
    const info = JSON.parse((await saccade('datasets', 'info', 'cifar10-dvs', '--json')).out) as {
      files: unknown[];
    };
    expect(info.files).toHaveLength(10);
    expect(info.files[0]).toEqual({
      name: 'airplane.zip',
      mirrors: ['https://api.figshare.com/v2/file/download/7712788'],
      hash: { algorithm: 'md5', hex: '0afd5c4bf9ae06af762a77b180354fdd' },
    });
  });

  it('refuse other names', async () => {
    expect(await saccade('datasets', 'info', 'imagenet')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/UNKNOWN_LAYOUT: .*"imagenet"; known are nmnist/),
    });
  });

  it('every stated hash, address and file name is well-formed', () => {
    for (const { about } of datasetDefinitions) {
      const names = about.files.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { name, mirrors, hash } of about.files) {
        expect(path.basename(name)).toBe(name);
        if (hash !== undefined)
          expect(hash.hex).toMatch(hash.algorithm === 'md5' ? /^[\da-f]{32}$/ : /^[\da-f]{64}$/);
        for (const mirror of mirrors) expect(mirror).toMatch(/^https?:\/\/[^ ]+$/);
        // Its page answers programs with an empty 202.
        for (const mirror of mirrors) expect(mirror).not.toContain('ndownloader');
        if (mirrors.length === 0) expect(about.byHand).toBeDefined();
      }
    }
  });
});

describe('download and verify', () => {
  it('what a mirror has, whose hash is wrong, is refused; the others are named; nothing is left', async () => {
    const host = await startFileHost((request, response) => {
      if (request.url === '/DvsGesture.tar.gz')
        serve(request, response, { content: Uint8Array.of(0x1f, 0x8b, 8, 0) });
      else response.writeHead(404).end();
    });
    const folder = temporaryFolder();
    const { code, out, err } = await saccade(
      'datasets',
      'download',
      'dvs128-gesture',
      '--to',
      folder,
      '--mirror',
      host.url,
      ...quick,
    );
    expect(err).toBe('');
    expect(code).toBe(3);
    expect(out).toMatch(/DvsGesture\.tar\.gz: error WRONG_HASH: /);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a file that no host hands out is asked of the user', async () => {
    const folder = temporaryFolder();
    const { code, out } = await saccade('datasets', 'download', 'dvs128-gesture', '--to', folder, '--json');
    expect(code).toBe(3);
    const { files } = JSON.parse(out) as {
      files: { name: string; error: { code: string; message: string } }[];
    };
    expect(files[0]!.error.code).toBe('LOGIN_REQUIRED');
    expect(files[0]!.error.message).toContain('ibm.ent.box.com');
  });

  it("a folder of recordings is nobody's to hand out", async () => {
    expect(await saccade('datasets', 'download', 'folder')).toMatchObject({ code: 2 });
  });

  it('a file without a stated hash comes, is recorded, and is compared with that', async () => {
    const archive = zipSync({ 'n-cars_train/cars/obj_000001_td.dat': new Uint8Array(64) });
    const host = await startFileHost((request, response) => serve(request, response, { content: archive }));
    const folder = temporaryFolder();
    const { downloadDataset } = await import('../../../src/cli/datasets/download-dataset.ts');
    const { verifyFile } = await import('../../../src/cli/datasets/verify-file.ts');
    const file = { name: 'x.zip', mirrors: [`${host.url}/x.zip`] };
    const about = {
      classes: null,
      recordings: null,
      licence: null,
      citation: '',
      homepage: null,
      files: [file],
    };
    const options = { signal: new AbortController().signal };
    const [first] = await downloadDataset({ about }, folder, options);
    expect(first).toMatchObject({ downloaded: { checked: false } });
    expect(await verifyFile(file, folder)).toMatchObject({ state: 'as-downloaded' });
    const record = path.join(folder, '.saccade-downloads.json');
    const kept = readFileSync(record);
    writeFileSync(record, kept.subarray(0, -10));
    await expect(verifyFile(file, folder)).rejects.toMatchObject({ code: 'BAD_RECORD' });
    writeFileSync(record, kept);
    const [again] = await downloadDataset({ about }, folder, options);
    expect(again).toMatchObject({ there: { state: 'as-downloaded' } });
    expect(host.seen).toHaveLength(1);
    writeFileSync(path.join(folder, 'x.zip'), zipSync({ a: new Uint8Array(3) }));
    expect(await verifyFile(file, folder)).toMatchObject({
      state: 'wrong',
      problem: 'is another than was downloaded',
    });
    const [other] = await downloadDataset({ about }, folder, options);
    expect(other).toMatchObject({ error: { code: 'OTHER_FILE' } });
    expect(readFileSync(path.join(folder, 'x.zip'))).not.toEqual(Buffer.from(archive));
  });

  it('verify says what is missing, wrong, and how many recordings there are', async () => {
    const folder = temporaryFolder();
    const empty = await saccade('datasets', 'verify', 'nmnist', folder);
    expect(empty).toMatchObject({
      code: 3,
      out: expect.stringMatching(/Train\.zip: missing\nTest\.zip: missing/),
    });
    const bundled = path.resolve(import.meta.dirname, '../../../examples/recordings/nmnist/Test');
    cpSync(bundled, path.join(folder, 'Test'), { recursive: true });
    const part = await saccade('datasets', 'verify', 'nmnist', folder);
    expect(part).toMatchObject({ code: 3, out: expect.stringContaining('recordings: 29 of 70,000') });
    writeFileSync(path.join(folder, 'Train.zip'), zipSync({ 'Train/3/00001.bin': new Uint8Array(5) }));
    const wrong = await saccade('datasets', 'verify', 'nmnist', folder);
    expect(wrong).toMatchObject({
      code: 3,
      out: expect.stringMatching(/Train\.zip: WRONG: has the md5 [\da-f]{32}, and must have 2095/),
    });
    cpSync(path.join(folder, 'Test/7'), path.join(folder, 'Test/copy/7'), { recursive: true });
    const strange = await saccade('datasets', 'verify', 'nmnist', folder);
    expect(strange.out).toContain('recordings: 30 of 70,000');
    cpSync(path.join(folder, 'Test'), path.join(folder, 'copy/Test'), { recursive: true });
    const twice = await saccade('datasets', 'verify', 'nmnist', folder);
    expect(twice.out).toMatch(/recordings: 30 of 70,000\nnote: 29 recordings are there twice and taken once/);
  });

  it('verify misses a part of which no file is there', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'shd_train.h5'), hdf5File('shd.h5'));
    const part = await saccade('datasets', 'verify', 'shd', folder);
    expect(part).toMatchObject({ code: 3, out: expect.stringContaining('note: all are of one part, train') });
    writeFileSync(path.join(folder, 'shd_test.h5'), hdf5File('shd.h5'));
    expect(await saccade('datasets', 'verify', 'shd', folder)).toMatchObject({ code: 0 });
  });

  it.each([
    ['all is whole', ['stated', 'stated'], 9, 9, 0],
    ['nobody states how many recordings', ['stated', 'as-downloaded'], 9, null, 0],
    ['unpacked and taken away', ['missing', 'missing'], 9, 9, 0],
    ['nothing tells', ['missing', 'missing'], 9, null, 0],
    ['whole files, of which a part was unpacked', ['stated', 'stated'], 8, 9, 4],
    ['one of the files, and nobody states how many', ['stated', 'missing'], 9, null, 4],
    ['a wrong one', ['stated', 'wrong'], 9, 9, 4],
    ['nothing there', ['missing', 'missing'], 0, 9, 3],
    ['recordings that nobody hands out, some', [], 8, 9, 4],
  ] as const)('the exit code of verify: %s', (_, states, found, stated, code) => {
    expect(
      exitCode(
        states.map((state) => ({ state })),
        { found, stated, lacksPart: false },
      ),
    ).toBe(code);
  });
});

it('durations for people', () => {
  expect([0.2, 59, 61, 3599.5, 3600, 7325].map(durationText)).toEqual([
    '1 s',
    '59 s',
    '1 min 1 s',
    '1 h 0 min',
    '1 h 0 min',
    '2 h 2 min',
  ]);
});

describe('data sets of images', () => {
  it('are told and counted', async () => {
    const info = (await saccade('datasets', 'info', 'cifar10')).out;
    expect(info).toMatch(/images +60,000\n +pixels +32x32, red, green and blue\n +format +rgb-planes/);
    const folder = temporaryFolder();
    writeFileSync(
      path.join(folder, 'test_batch.bin'),
      Buffer.concat([cifarRecord([3], 0), cifarRecord([9], 1)]),
    );
    const verified = await saccade('datasets', 'verify', 'cifar10', folder);
    expect(verified.out).toContain('images: 2 of 60,000');
    expect(verified.code).not.toBe(0);

    const packed = temporaryFolder();
    const archive = path.join(packed, 'cifar-10-binary.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', folder, '.']);
    const counted = await saccade('datasets', 'verify', 'cifar10', packed);
    expect(counted.out).toMatch(/cifar-10-binary\.tar\.gz: WRONG: has \d+ bytes.*\nimages: 2 of 60,000/);
    writeFileSync(archive, readFileSync(archive).subarray(0, 100));
    const cut = await saccade('datasets', 'verify', 'cifar10', packed);
    expect(cut.out).toMatch(/images: none can be opened, BAD_ARCHIVE: .*ends early/);
    expect(cut.code).toBe(3);
  });
});
