import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import type { PreprocessSummary } from '../../src/preprocess/index.ts';
import {
  framesBelow,
  PARAMETERS,
  rows,
  runPreprocess,
  writeRecording,
  type RunOptions,
} from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const FOLDER = 'frames_number_2_split_by_number';
let root: string;
let out: string;

beforeEach(() => {
  root = temporaryFolder();
  out = temporaryFolder();
  for (const name of ['a/1.csv', 'a/2.csv', 'b/1.csv']) writeRecording(root, name, rows(6));
});

/** Runs, and says which recordings were read. */
async function run(options: RunOptions = {}): Promise<PreprocessSummary & { read: string[] }> {
  const read: string[] = [];
  const summary = await runPreprocess(root, out, {
    ...options,
    before: async (job) => {
      read.push(job.id);
      await options.before?.(job);
    },
  });
  return { ...summary, read: read.sort() };
}

const journal = (): string => path.join(out, FOLDER, '.saccade-journal.jsonl');
const output = (name: string): string => path.join(out, FOLDER, name);
const eventsOf = (name: string): number =>
  Array.from(readNpzFrames(readFileSync(output(name)), name).data).reduce((a, b) => a + b, 0);

/** Other bytes of the same length, under the same or another time. */
function replaceKeeping(file: string, what: 'time' | 'size'): void {
  const { mtime, atime } = statSync(file);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('0,0,0,0', '0,3,3,0'));
  if (what === 'time') utimesSync(file, atime, mtime);
}

describe('an output is made anew', () => {
  it('when its recording has another size', async () => {
    await run();
    const kept = statSync(output('a/2.npz')).mtimeMs;
    writeRecording(root, 'a/1.csv', rows(9));
    expect(await run()).toMatchObject({ read: ['a/1.csv'], reused: 2, written: 1, stale: 1, complete: true });
    expect(eventsOf('a/1.npz')).toBe(9);
    expect(statSync(output('a/2.npz')).mtimeMs).toBe(kept);
    expect(await run()).toMatchObject({ read: [], reused: 3, stale: 0 });
  });

  it('when its recording has another size under the same time', async () => {
    const file = path.join(root, 'a/1.csv');
    utimesSync(file, 1000, 1000);
    await run();
    writeRecording(root, 'a/1.csv', rows(9));
    utimesSync(file, 1000, 1000);
    expect(await run()).toMatchObject({ read: ['a/1.csv'], stale: 1 });
    replaceKeeping(file, 'size');
    utimesSync(file, 1000, 1000);
    expect(await run()).toMatchObject({ read: [], stale: 0 });
    expect(await run({ verify: true })).toMatchObject({ read: ['a/1.csv'], stale: 1 });
  });

  it('when its recording was written later, were it with as many bytes', async () => {
    await run();
    replaceKeeping(path.join(root, 'a/1.csv'), 'size');
    expect(await run()).toMatchObject({ read: ['a/1.csv'], stale: 1 });
  });

  it('with verify when the content changed behind size and time, and not when only the time did', async () => {
    await run();
    replaceKeeping(path.join(root, 'a/1.csv'), 'time');
    utimesSync(path.join(root, 'a/2.csv'), 1, 1);
    expect(await run({ verify: true })).toMatchObject({ read: ['a/1.csv'], stale: 1, reused: 2 });
    // The time that was found right is remembered.
    expect(await run()).toMatchObject({ read: [], reused: 3 });
  });

  it('when its bytes changed, one by one, or when it is gone', async () => {
    await run();
    const bytes = readFileSync(output('a/1.npz'));
    bytes[bytes.length - 30]! ^= 1;
    writeFileSync(output('a/1.npz'), bytes);
    rmSync(output('b/1.npz'));
    expect(await run()).toMatchObject({ read: ['a/1.csv', 'b/1.csv'], reused: 1, written: 2, stale: 0 });
    writeFileSync(output('a/1.npz'), Buffer.concat([readFileSync(output('a/1.npz')), Buffer.alloc(1)]));
    expect(await run()).toMatchObject({ read: ['a/1.csv'] });
  });

  it('and is not there before, also if it never comes to that', async () => {
    await run();
    writeFileSync(output('a/1.npz'), 'torn');
    writeRecording(root, 'a/2.csv', rows(9));
    let during: string[] | undefined;
    const first = new AbortController();
    await run({
      workers: 1,
      signal: first.signal,
      before: () => {
        during = framesBelow(out);
        first.abort();
        throw new Error('not today');
      },
    });
    expect(during).toEqual([`${FOLDER}/b/1.npz`]);
    expect(await run({ signal: AbortSignal.abort() })).toMatchObject({ reused: 1, complete: false });
    expect(framesBelow(out)).toEqual([`${FOLDER}/b/1.npz`]);
  });

  it('and nothing wrong is left where a loader reads if that fails', async () => {
    await run();
    writeFileSync(path.join(root, 'a/1.csv'), '');
    const summary = await run();
    expect(summary).toMatchObject({ written: 0, reused: 2, complete: true });
    expect(summary.failures).toMatchObject([{ id: 'a/1.csv', location: path.join(root, 'a/1.csv') }]);
    expect(framesBelow(out)).toEqual([`${FOLDER}/a/2.npz`, `${FOLDER}/b/1.npz`]);
  });

  it('under its new name where the name says how many frames there are', async () => {
    const parameters = {
      rule: { ...PARAMETERS.rule, binning: { by: 'duration', durationMicros: 3 } },
    } as const;
    await run({ parameters });
    expect(framesBelow(out)).toContain('duration_3/a/1_2.npz');
    writeRecording(root, 'a/1.csv', rows(20));
    await run({ parameters });
    expect(framesBelow(out)).toEqual([
      'duration_3/a/1_7.npz',
      'duration_3/a/2_2.npz',
      'duration_3/b/1_2.npz',
    ]);
  });

  it('while there is no manifest of another state', async () => {
    await run();
    expect(existsSync(output('manifest.json'))).toBe(true);
    writeRecording(root, 'a/1.csv', rows(9));
    const abort = new AbortController();
    const stopped = await run({ signal: abort.signal, before: () => abort.abort(), workers: 1 });
    expect(stopped).toMatchObject({ complete: true });
    writeRecording(root, 'a/1.csv', rows(10));
    writeRecording(root, 'a/2.csv', rows(10));
    const again = new AbortController();
    expect(await run({ signal: again.signal, before: () => again.abort(), workers: 1 })).toMatchObject({
      complete: false,
      written: 1,
    });
    expect(existsSync(output('manifest.json'))).toBe(false);
    expect(existsSync(output('a/2.npz'))).toBe(false);
  });
});

describe('members of an archive', () => {
  const archive = (): string => path.join(root, 'data.zip');
  const write = (events: number): void => {
    const text = (count: number): Uint8Array =>
      new TextEncoder().encode(['t,x,y,p', ...rows(count).map((row) => row.join(','))].join('\n'));
    writeFileSync(archive(), zipSync({ 'a/1.csv': text(events), 'b/1.csv': text(6) }));
  };
  const runZip = (options: RunOptions = {}): Promise<PreprocessSummary> =>
    runPreprocess(archive(), out, options);

  it("are as old as it, unless their content is looked at; size and hash are a member's own", async () => {
    write(6);
    expect(await runZip()).toMatchObject({ written: 2 });
    expect(await runZip()).toMatchObject({ reused: 2 });
    write(9);
    utimesSync(archive(), 1, 1);
    expect(await runZip({ verify: true })).toMatchObject({ reused: 1, stale: 1 });
    utimesSync(archive(), 2, 2);
    expect(await runZip()).toMatchObject({ reused: 0, stale: 2 });
  });
});

describe('an output whose recording is gone', () => {
  it('is reported, also in the manifest, until it is pruned', async () => {
    await run();
    rmSync(path.join(root, 'b'), { recursive: true });
    for (let i = 0; i < 2; i++) {
      const summary = await run();
      expect(summary).toMatchObject({ total: 2, reused: 2, orphans: [`${FOLDER}/b/1.npz`], pruned: false });
      expect(summary.strangers).toEqual([]);
    }
    expect(manifest()).toMatchObject({ orphans: [{ path: `${FOLDER}/b/1.npz` }] });
    expect(await run({ prune: true })).toMatchObject({ orphans: [`${FOLDER}/b/1.npz`], pruned: true });
    expect(existsSync(output('b'))).toBe(false);
    expect(manifest()).toMatchObject({ orphans: [] });
    expect(await run()).toMatchObject({ orphans: [], reused: 2 });
  });

  it('counts again when the recording comes back', async () => {
    await run();
    const file = path.join(root, 'b/1.csv');
    renameSync(file, `${file}.away`);
    expect(await run()).toMatchObject({ total: 2 });
    renameSync(`${file}.away`, file);
    expect(await run()).toMatchObject({ read: [], reused: 3, orphans: [] });
  });

  it('is reported as long as one of its windows is there', async () => {
    const rule = { ...PARAMETERS.rule, binning: { by: 'fixed-count', stepEvents: 1, steps: 3 } } as const;
    const parameters = { rule, windows: 'all' } as const;
    await run({ parameters });
    rmSync(path.join(root, 'b'), { recursive: true });
    const folder = path.join(out, 'frames_number_3_fixed_count_1/b');
    rmSync(path.join(folder, '1_0.npz'));
    expect(await run({ parameters })).toMatchObject({ orphans: [expect.any(String), expect.any(String)] });
    expect((await run({ parameters, prune: true })).pruned).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });

  it('is no longer reported when somebody removed it', async () => {
    await run();
    rmSync(path.join(root, 'b'), { recursive: true });
    rmSync(output('b'), { recursive: true });
    expect(await run()).toMatchObject({ orphans: [] });
  });
});

const manifest = (): Record<string, unknown> =>
  JSON.parse(readFileSync(output('manifest.json'), 'utf8')) as Record<string, unknown>;

describe('the journal', () => {
  it.each([
    ['torn in its first line', (text: string) => text.slice(0, 20)],
    ['empty', () => ''],
    ['with a first line that is none', (text: string) => `null\n${text}`],
    ['with other JSON in front', (text: string) => `{"x":1}\n${text}`],
  ])('%s is begun anew', async (_, damage) => {
    await run();
    writeFileSync(journal(), damage(readFileSync(journal(), 'utf8')));
    expect(await run()).toMatchObject({ written: 3, complete: true });
    expect(await run()).toMatchObject({ reused: 3, written: 0 });
  });

  it('torn in its last line loses that one', async () => {
    await run({ workers: 1 });
    const text = readFileSync(journal(), 'utf8');
    writeFileSync(journal(), text.slice(0, -40));
    expect(await run()).toMatchObject({ written: 1, reused: 2 });
    expect(await run()).toMatchObject({ written: 0, reused: 3 });
  });

  it('believes its last line of a recording, and none that lacks something', async () => {
    await run({ workers: 1 });
    const lines = readFileSync(journal(), 'utf8').trim().split('\n');
    const wrong = lines[1]!.replace(/"sha256":"[0-9a-f]+"/g, '"sha256":"0"');
    const poor = JSON.stringify({ ...(JSON.parse(lines[2]!) as object), outputs: [] });
    writeFileSync(journal(), `${[...lines, wrong, poor].join('\n')}\n`);
    expect((await run()).read.length).toBe(1);
  });

  it('that cannot be read is not taken for a new one', async () => {
    mkdirSync(journal(), { recursive: true });
    await expect(run()).rejects.toMatchObject({ code: 'EISDIR' });
    expect(framesBelow(out)).toEqual([]);
  });

  it('may not name files outside of its folder', async () => {
    await run();
    const precious = path.join(out, 'precious.npz');
    writeFileSync(precious, 'mine');
    const lines = readFileSync(journal(), 'utf8').trim().split('\n');
    const own = JSON.parse(lines[1]!) as { target: string; outputs: { path: string }[] };
    const evil = { ...own, target: 'gone', outputs: [{ ...own.outputs[0], path: 'precious.npz' }] };
    writeFileSync(journal(), `${[...lines, JSON.stringify(evil)].join('\n')}\n`);
    await run({ prune: true });
    expect(readFileSync(precious, 'utf8')).toBe('mine');
  });

  it('that cannot be read is no journal of nothing', async () => {
    mkdirSync(journal(), { recursive: true });
    await expect(runPreprocess(root, out)).rejects.toThrow(expect.objectContaining({ code: 'EISDIR' }));
  });

  it('of other parameters is refused, and left as it is', async () => {
    await run();
    const before = readFileSync(journal(), 'utf8');
    for (const parameters of [
      { dtype: 'uint8' },
      { decoding: { timeUnit: 'ms' } },
      { windows: 'all' },
      { rule: { ...PARAMETERS.rule, convention: 'spikingjelly' } },
    ] as const) {
      await expect(run({ parameters })).rejects.toMatchObject({ code: 'OTHER_PARAMETERS' });
    }
    expect(readFileSync(journal(), 'utf8')).toBe(before);
  });
});

describe('files of others and of killed runs', () => {
  it('half written ones go, if their names are ours', async () => {
    await run();
    const parts = [
      'a/1.npz.4711.part',
      'manifest.json.12.part',
      '.saccade-journal.jsonl.9.part',
      '.saccade-lock.01234567-89ab-cdef-0123-456789abcdef',
    ].map(output);
    const foreign = ['a/notes.part', 'a/x.bin.77.part', 'a/1.npz.part', 'a/1.npz.4711.part.txt'].map(output);
    for (const file of [...parts, ...foreign]) writeFileSync(file, '');
    writeFileSync(path.join(out, '1.npz.4711.part'), '');
    rmSync(output('b/1.npz'));
    const there = (): string[] => parts.filter((file) => existsSync(file));
    let during: string[] | undefined;
    const summary = await run({
      before: () => {
        during = there();
        // As a thread leaves it that is ended in the middle.
        writeFileSync(output('a/1.npz.5.part'), '');
      },
    });
    expect(summary.failures).toEqual([]);
    expect([during, there(), existsSync(output('a/1.npz.5.part'))]).toEqual([[], [], false]);
    expect(foreign.filter((file) => existsSync(file))).toEqual(foreign);
    expect(existsSync(path.join(out, '1.npz.4711.part'))).toBe(true);
  });

  it('frames that no run made are named', async () => {
    await run();
    writeFileSync(output('a/foreign.npz'), '');
    expect(await run()).toMatchObject({ strangers: [`${FOLDER}/a/foreign.npz`] });
    expect(existsSync(output('a/foreign.npz'))).toBe(true);
  });

  it('an output that a given-up job wrote all the same goes', async () => {
    const summary = await run({
      before: ({ id, target }) => {
        if (id !== 'a/1.csv') return;
        writeRecording(out, `${target}.npz`, rows(3));
        throw new Error('took too long');
      },
    });
    expect(summary).toMatchObject({ failures: [{ id: 'a/1.csv' }], strangers: [] });
    expect(existsSync(output('a/1.npz'))).toBe(false);
  });

  it('outputs of another version of saccade are said', async () => {
    await run({ version: '0.0.1' });
    writeRecording(root, 'a/1.csv', rows(9));
    expect(await run({ version: '0.0.2' })).toMatchObject({ otherVersions: ['0.0.1'], reused: 2 });
  });
});
