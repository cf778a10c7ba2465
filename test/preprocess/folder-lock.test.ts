import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { FolderLock } from '../../src/preprocess/folder-lock.ts';
import { rows, runPreprocess, writeRecording } from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const lockOf = (folder: string): string => path.join(folder, '.saccade-lock');

/** A lock as another run would leave it. */
function leave(folder: string, own: object, ageSeconds = 0): void {
  const holder = { token: 'theirs', pid: process.pid, host: os.hostname(), ...own };
  writeFileSync(lockOf(folder), JSON.stringify(holder));
  const then = Date.now() / 1000 - ageSeconds;
  utimesSync(lockOf(folder), then, then);
}

/** The number of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('the lock of an output folder', () => {
  it('is held by one at a time and names who holds it', async () => {
    const folder = path.join(temporaryFolder(), 'new');
    const lock = await FolderLock.acquire(folder);
    await expect(FolderLock.acquire(folder)).rejects.toMatchObject({
      code: 'FOLDER_IN_USE',
      message: expect.stringContaining(`process ${process.pid} on ${os.hostname()}`),
    });
    await lock.release();
    expect(existsSync(lockOf(folder))).toBe(false);
    await (await FolderLock.acquire(folder)).release();
  });

  it('is given to one of many that ask at once, also over the lock of a killed run', async () => {
    for (const dead of [false, true]) {
      const folder = temporaryFolder();
      if (dead) leave(folder, { pid: deadPid() });
      const asked = await Promise.allSettled(Array.from({ length: 20 }, () => FolderLock.acquire(folder)));
      const got = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(got.length).toBe(1);
      await got[0]!.release();
    }
  });

  it.each([
    ['of a process that ended', () => ({ pid: deadPid() }), 0],
    ['of an earlier process with our number', () => ({}), 0],
    ['of another machine that is silent for a minute', () => ({ host: 'elsewhere' }), 61],
  ])('%s is taken over', async (_, own, age) => {
    const folder = temporaryFolder();
    leave(folder, own(), age);
    await (await FolderLock.acquire(folder)).release();
  });

  it.each([
    ['of a process that runs', { pid: process.ppid }, 3600],
    ['of another machine that was heard lately', { host: 'elsewhere' }, 59],
  ])('%s is respected', async (_, own, age) => {
    const folder = temporaryFolder();
    leave(folder, own, age);
    await expect(FolderLock.acquire(folder)).rejects.toMatchObject({ code: 'FOLDER_IN_USE' });
    expect(JSON.parse(readFileSync(lockOf(folder), 'utf8'))).toMatchObject(own);
  });

  it('without sense is respected for a minute', async () => {
    const folder = temporaryFolder();
    writeFileSync(lockOf(folder), '{"pid');
    await expect(FolderLock.acquire(folder)).rejects.toMatchObject({ code: 'FOLDER_IN_USE' });
    utimesSync(lockOf(folder), 1, 1);
    await (await FolderLock.acquire(folder)).release();
  });

  it('says now and then that its run is alive', async () => {
    const folder = temporaryFolder();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const lock = await FolderLock.acquire(folder);
      utimesSync(lockOf(folder), 1, 1);
      vi.advanceTimersByTime(10_000);
      await expect
        .poll(async () =>
          (await import('node:fs/promises')).stat(lockOf(folder)).then(({ mtimeMs }) => mtimeMs),
        )
        .toBeGreaterThan(1_000_000);
      await lock.release();
    } finally {
      vi.useRealTimers();
    }
  });

  it('that somebody else took meanwhile is not removed', async () => {
    const folder = temporaryFolder();
    const lock = await FolderLock.acquire(folder);
    leave(folder, { host: 'elsewhere' });
    await lock.release();
    expect(existsSync(lockOf(folder))).toBe(true);
  });
});

describe('two runs into one folder', () => {
  it('at once: the second is refused and changes nothing', async () => {
    const [root, out] = [temporaryFolder(), temporaryFolder()];
    for (const name of ['a/1.csv', 'b/1.csv']) writeRecording(root, name, rows(6));
    let second: Promise<unknown> | undefined;
    const first = await runPreprocess(root, out, {
      before: async () => {
        second ??= runPreprocess(root, out).catch((error: unknown) => error);
        await second;
      },
    });
    expect(first).toMatchObject({ written: 2, complete: true });
    expect(await second).toMatchObject({ code: 'FOLDER_IN_USE' });
  });

  it('one after the other leave no lock, also after an error', async () => {
    const [root, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(root, 'a/1.csv', rows(6));
    await runPreprocess(root, out);
    await expect(runPreprocess(root, out, { parameters: { dtype: 'uint8' } })).rejects.toThrow();
    const folder = path.join(out, 'frames_number_2_split_by_number');
    expect(existsSync(lockOf(folder))).toBe(false);
    mkdirSync(path.join(out, 'other'));
    await (await FolderLock.acquire(folder)).release();
  });
});
