import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobResult } from '../../src/preprocess/index.ts';
import type { DiskSync } from '../../src/preprocess/disk-sync.ts';
import type { Journal } from '../../src/preprocess/journal.ts';
import { keepParts } from '../../src/preprocess/keep-outputs.ts';
import { OutputBatches } from '../../src/preprocess/output-batches.ts';
import { filesBelow, partOf } from '../../src/preprocess/write-whole.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

let out: string;
/** What was done, in order, and what was there then. */
let log: string[];

beforeEach(() => {
  out = temporaryFolder();
  log = [];
});

/** A result whose outputs are written under the names of parts. */
function written(id: string, outputs = 1): JobResult {
  mkdirSync(path.join(out, 'a'), { recursive: true });
  const paths = Array.from({ length: outputs }, (_, i) => `a/${id}_${i}.npz`);
  for (const file of paths) writeFileSync(partOf(path.join(out, file)), id);
  return { id, target: id, outputs: paths.map((file) => ({ path: file })) } as unknown as JobResult;
}

interface Faults {
  readonly sync?: (file: string) => boolean;
  readonly journal?: boolean;
  readonly syncMs?: number;
}

function batchesWith({ sync = () => false, journal = false, syncMs = 0 }: Faults = {}): OutputBatches {
  const there = async (): Promise<string> =>
    (await filesBelow(out)).map((file) => path.basename(file)).join(' ');
  const synced = async (files: readonly string[]): Promise<Map<string, Error>> => {
    const names = files.map((file) => path.relative(out, file));
    log.push(`sync ${names.join(' ')} | ${await there()}`);
    await sleep(syncMs);
    return new Map(
      names.flatMap((name, i) => (sync(name) ? [[files[i]!, new Error(`no ${name}`)] as const] : [])),
    );
  };
  const lines = {
    add: async (results: readonly JobResult[]) => {
      log.push(`journal ${results.map(({ id }) => id).join(' ')} | ${await there()}`);
      if (journal) throw new Error('disk full');
    },
  };
  return new OutputBatches({
    keep: (results, onLost) =>
      keepParts(results, onLost, { out, disk: { files: synced, folders: synced } as unknown as DiskSync }),
    journal: lines as unknown as Journal,
    onKept: (results) => void log.push(`kept ${results.map(({ id }) => id).join(' ')}`),
    onLost: ({ id }, error) => void log.push(`lost ${id}: ${error.message}`),
  });
}

const part = (name: string): string => path.relative(out, partOf(path.join(out, name)));
const base = (name: string): string => path.basename(part(name));

describe('output batches', () => {
  it('are synced, renamed, and recorded, in this order', async () => {
    const batches = batchesWith();
    batches.add(written('x'));
    batches.add(written('y', 2));
    await batches.finish();
    const names = ['a/x_0.npz', 'a/y_0.npz', 'a/y_1.npz'];
    const bases = names.map((name) => path.basename(name)).join(' ');
    expect(log).toEqual([
      `sync ${names.map(part).join(' ')} | ${names.map(base).join(' ')}`,
      `sync a | ${bases}`,
      `journal x y | ${bases}`,
      'kept x y',
    ]);
  });

  it('gather while one is on its way', async () => {
    const batches = batchesWith({ syncMs: 20 });
    batches.add(written('x'));
    await vi.waitUntil(() => log.length > 0);
    for (const id of ['y', 'z']) batches.add(written(id));
    await batches.finish();
    expect(log.filter((line) => line.startsWith('kept'))).toEqual(['kept x', 'kept y z']);
    expect(await filesBelow(out)).toEqual(['a/x_0.npz', 'a/y_0.npz', 'a/z_0.npz']);
  });

  it('leave nothing of a result that cannot be kept, and keep the others', async () => {
    const batches = batchesWith({ sync: (name) => name === part('a/y_1.npz') });
    for (const result of [written('x'), written('y', 3), written('z')]) batches.add(result);
    await batches.finish();
    expect(log.slice(1)).toEqual([
      `lost y: no ${part('a/y_1.npz')}`,
      'sync a | x_0.npz z_0.npz',
      'journal x z | x_0.npz z_0.npz',
      'kept x z',
    ]);
    expect(await filesBelow(out)).toEqual(['a/x_0.npz', 'a/z_0.npz']);
  });

  it('end with the fault of the journal, and take nothing more', async () => {
    const batches = batchesWith({ journal: true });
    batches.add(written('x'));
    await vi.waitUntil(() => log.some((line) => line.startsWith('journal')));
    await sleep(1);
    expect(() => {
      batches.add(written('y'));
    }).toThrow('disk full');
    await expect(batches.finish()).rejects.toThrow('disk full');
    expect(log.some((line) => line.startsWith('kept'))).toBe(false);
    expect(existsSync(partOf(path.join(out, 'a/y_0.npz')))).toBe(true);
  });

  it('record nothing if a folder cannot be synced', async () => {
    const batches = batchesWith({ sync: (name) => name === 'a' });
    batches.add(written('x'));
    await expect(batches.finish()).rejects.toThrow('no a');
    expect(log.some((line) => line.startsWith('journal'))).toBe(false);
  });
});
