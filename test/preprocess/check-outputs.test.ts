import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkOutputs, type OutputCheck } from '../../src/preprocess/index.ts';
import { rows, runPreprocess, writeRecording, PARAMETERS } from '../helpers/preprocess.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const FOLDER = 'frames_number_2_split_by_number';
let data: string;
let out: string;

beforeEach(async () => {
  data = temporaryFolder();
  out = temporaryFolder();
  for (const name of ['a/1', 'a/2', 'b/1']) writeRecording(data, `${name}.csv`, rows(6));
  await runPreprocess(data, out);
});

const inFolder = (name: string): string => path.join(out, FOLDER, name);

async function checked(root: string = path.join(out, FOLDER)): Promise<OutputCheck> {
  const checks = await checkOutputs(root);
  expect(checks).toHaveLength(1);
  return checks[0]!;
}

describe('a check of an output folder', () => {
  it('finds all as it was made, also in a folder that was moved', async () => {
    expect(await checked()).toMatchObject({ files: 3, failures: 0, missing: [], changed: [], extra: [] });
    const moved = path.join(temporaryFolder(), 'frames');
    renameSync(path.join(out, FOLDER), moved);
    expect(await checked(moved)).toMatchObject({ files: 3, missing: [], changed: [], extra: [] });
  });

  it('names what is missing, changed and too much', async () => {
    rmSync(inFolder('a/1.npz'));
    const bytes = readFileSync(inFolder('a/2.npz'));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(inFolder('a/2.npz'), bytes);
    appendFileSync(inFolder('b/1.npz'), 'x');
    writeFileSync(inFolder('b/2.npz'), '');
    writeFileSync(inFolder('notes.txt'), '');
    expect(await checked()).toMatchObject({
      missing: ['a/1.npz'],
      changed: [
        { path: 'a/2.npz', problem: expect.stringMatching(/^has the SHA-256 [0-9a-f]{64}, and must have/) },
        {
          path: 'b/1.npz',
          problem: `has ${bytes.length + 1} bytes, and must have ${bytes.length}`,
        },
      ],
      extra: ['b/2.npz', 'notes.txt'],
    });
  });

  it('knows outputs whose recordings are gone, and checks them too', async () => {
    rmSync(path.join(data, 'b'), { recursive: true });
    await runPreprocess(data, out);
    expect(await checked()).toMatchObject({ files: 3, missing: [], changed: [], extra: [] });
    rmSync(inFolder('b/1.npz'));
    expect(await checked()).toMatchObject({ missing: ['b/1.npz'] });
  });

  it('goes over all folders of an output folder', async () => {
    await runPreprocess(data, out, {
      parameters: { rule: { ...PARAMETERS.rule, binning: { by: 'time', steps: 2 } } },
    });
    const done: number[] = [];
    const checks = await checkOutputs(out, (file, total) => done.push(file / total));
    expect(checks.map(({ folder, files }) => [path.basename(folder), files])).toEqual([
      [FOLDER, 3],
      ['frames_number_2_split_by_time', 3],
    ]);
    expect(done.at(-1)).toBe(1);
  });

  it('refuses a folder that was not finished, has no manifest, or another', async () => {
    cpSync(inFolder('manifest.json'), inFolder('kept.json'));
    rmSync(inFolder('manifest.json'));
    for (const folder of [out, path.join(out, FOLDER)])
      await expect(checkOutputs(folder)).rejects.toMatchObject({
        code: 'NO_MANIFEST',
        message: expect.stringContaining('never finished'),
      });
    await expect(checkOutputs(data)).rejects.toMatchObject({ code: 'NO_MANIFEST' });
    await expect(checkOutputs(path.join(data, 'none'))).rejects.toMatchObject({ code: 'NO_MANIFEST' });
    for (const text of ['{"tool":', '{"tool":"another"}', '{"tool":"saccade","version":"1","outputs":[7]}']) {
      writeFileSync(inFolder('manifest.json'), text);
      await expect(checkOutputs(out)).rejects.toMatchObject({ code: 'BAD_MANIFEST' });
    }
  });
});

describe('saccade preprocess --check', () => {
  it('ends with 0, 4 or 3, and says why', async () => {
    const right = await saccade('preprocess', '--check', out);
    expect(right).toMatchObject({ code: 0, err: '' });
    expect(right.out).toMatch(/3 files, 0\.0 MB read: all as the manifest says\n$/);
    rmSync(inFolder('a/1.npz'));
    mkdirSync(inFolder('c'));
    writeFileSync(inFolder('c/\x1b.npz'), '');
    const wrong = await saccade('preprocess', '--check', out);
    expect(wrong.code).toBe(4);
    expect(wrong.out).toContain(
      '1 missing, 0 changed, 1 too many\n  missing a/1.npz\n  too many c/\\x1b.npz\n',
    );
    const json = await saccade('preprocess', '--check', out, '--json');
    expect(JSON.parse(json.out)).toMatchObject([{ missing: ['a/1.npz'] }]);
    expect(await saccade('preprocess', '--check', data)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^error NO_MANIFEST: /),
    });
  });

  it('takes nothing else; without it a data set and --out are needed', async () => {
    for (const [args, problem] of [
      [['--check', out, '--out', out], /--out has no effect with --check/],
      [['--check', out, '--steps', '4'], /--steps has no effect with --check/],
      [[data, '--check', out], /--check takes a folder/],
      [['--out', out], /missing required argument 'data'/],
      [[data], /required option '--out <dir>'/],
    ] as const)
      expect(await saccade('preprocess', ...args)).toMatchObject({
        code: 2,
        err: expect.stringMatching(problem),
      });
  });
});
