import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskSync } from '../../src/preprocess/disk-sync.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const { PATH } = process.env;
let folder: string;
let calls: string;

beforeEach(() => {
  folder = temporaryFolder();
  calls = path.join(temporaryFolder(), 'calls');
});
afterEach(() => {
  process.env['PATH'] = PATH;
});

function files(count: number): string[] {
  mkdirSync(path.join(folder, 'a'), { recursive: true });
  return Array.from({ length: count }, (_, i) => {
    const file = path.join(folder, 'a', `${i}.part`);
    writeFileSync(file, 'x');
    return file;
  });
}

/** A program called `sync` that notes how it is called. */
function fakeSync(exitCode: number): void {
  const bin = temporaryFolder();
  const script = `#!/bin/sh\necho "$@" >> ${calls}\nexit ${exitCode}\n`;
  writeFileSync(path.join(bin, 'sync'), script);
  chmodSync(path.join(bin, 'sync'), 0o755);
  process.env['PATH'] = `${bin}:${PATH}`;
}

describe.skipIf(process.platform === 'win32')('syncing', () => {
  it('many files is one call for the file system', async () => {
    fakeSync(0);
    expect(await new DiskSync(folder, true).files(files(100))).toEqual(new Map());
    expect(readFileSync(calls, 'utf8')).toBe(`-f ${folder}\n`);
  });

  it('few files, or where it is not to be had, is a call each: what is missing is named', async () => {
    fakeSync(0);
    const missing = path.join(folder, 'a/missing.part');
    for (const [count, canSyncAll] of [
      [3, true],
      [100, false],
    ] as const) {
      const faults = await new DiskSync(folder, canSyncAll).files([...files(count), missing]);
      expect([...faults.keys()]).toEqual([missing]);
      expect(faults.get(missing)).toMatchObject({ code: 'ENOENT' });
    }
    expect(() => readFileSync(calls)).toThrow('ENOENT');
  });

  it.each([
    ['fails', () => fakeSync(1)],
    ['is missing', () => void (process.env['PATH'] = '')],
  ])('falls back where the program %s, and does not ask for it again', async (_, prepare) => {
    prepare();
    const disk = new DiskSync(folder, true);
    const missing = path.join(folder, 'a/missing.part');
    for (let i = 0; i < 2; i++)
      expect([...(await disk.files([...files(100), missing])).keys()]).toEqual([missing]);
    if (process.env['PATH'] !== '') expect(readFileSync(calls, 'utf8')).toBe(`-f ${folder}\n`);
  });

  it.skipIf(process.platform !== 'linux')('with the real program succeeds', async () => {
    const disk = new DiskSync(folder);
    expect(await disk.files(files(100))).toEqual(new Map());
    expect(await disk.folders([folder, path.join(folder, 'a')])).toEqual(new Map());
  });

  it.skipIf(!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(tmpdir()).dev)(
    'is a call each where a folder is on another disk',
    async () => {
      fakeSync(0);
      const elsewhere = mkdtempSync('/dev/shm/saccade-');
      try {
        writeFileSync(path.join(elsewhere, 'x'), '');
        const disk = new DiskSync(folder, true);
        expect(await disk.files([...files(100), path.join(elsewhere, 'x')])).toEqual(new Map());
        const folders = Array<string>(20).fill(elsewhere);
        expect(await disk.folders(folders)).toEqual(new Map());
        expect(() => readFileSync(calls)).toThrow('ENOENT');
      } finally {
        rmSync(elsewhere, { recursive: true });
      }
    },
  );
});
