import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import type { JobResult, LossTotal, PreprocessSummary } from '../../src/preprocess/index.ts';
import { lossLines, preprocessText } from '../../src/cli/preprocess-text.ts';
import { framesBelow, rows, writeRecording, type Row } from '../helpers/preprocess.ts';
import { writeFileIn } from '../helpers/files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'dist/cli/main.js');
const mixed = path.join(root, 'test/field-cases/mixed-sensors/data');
const RECORDINGS = 400;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command with its worker threads. */
function preprocess(
  args: readonly string[],
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, 'preprocess', ...args]);
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  onStart((signal) => child.kill(signal));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, ...texts });
    });
  });
}

describe('saccade preprocess', { timeout: 120_000 }, () => {
  it('refuses recordings of several sensors with exit code 3', async () => {
    const out = path.join(temporaryFolder(), 'o');
    const { code, err } = await preprocess([mixed, '--out', out, '--steps', '4']);
    expect(code).toBe(3);
    expect(err).toMatch(/^error SEVERAL_SENSORS: .*128x128.*346x260.*--resize WxH\.\n$/);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses an output folder among recordings, where anything may be one', async () => {
    const data = temporaryFolder();
    for (const name of ['a', 'b']) writeRecording(data, `${name}/1.csv`, rows(10));
    for (const out of [data, path.join(data, 'cache'), `${data}/a/../cache/deeper`]) {
      const { code, err } = await preprocess([data, '--out', out, '--steps', '2']);
      expect([code, err]).toEqual([2, expect.stringContaining('--out must not lie in')]);
    }
    expect(readdirSync(data)).toEqual(['a', 'b']);
    const beside = await preprocess([data, '--out', `${data}-out`, '--steps', '2', '--sensor', '34x34']);
    rmSync(`${data}-out`, { recursive: true });
    expect(beside.code).toBe(0);
  });

  it('says which recordings --sensor contradicts, and takes their own size', async () => {
    const out = temporaryFolder();
    const args = ['--steps', '4', '--sensor', '128x128', '--resize', '32x32'];
    const { code, out: text } = await preprocess([mixed, '--out', out, ...args]);
    expect(code).toBe(0);
    expect(text).toContain('4 written, 0 reused, 0 failed, of 4; 1,600 events');
    expect(text).toContain('2 recordings of 346x260 scaled to frames of 32x32 (b/0.aedat4)');
    expect(text).not.toContain('left out');
  });

  it('says what saturated, and float64 does not', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(data, 'c/hot.csv', Array<Row>(70_000).fill([1, 2, 3, 1]));
    const common = [data, '--sensor', '4x4', '--steps', '1'];
    const whole = await preprocess([...common, '--out', path.join(out, 'f'), '--dtype', 'float64']);
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('; 70,000 events\n') });
    const file = path.join(out, 'f/frames_number_1_split_by_number/c/hot.npz');
    expect(Math.max(...readNpzFrames(readFileSync(file), file).data)).toBe(70_000);
    const cut = await preprocess([...common, '--out', path.join(out, 'u'), '--dtype', 'uint8']);
    expect(cut.out).toContain('note: 69,745 events lost to full counts');
  });

  it('lists what fails and ends with exit code 4, with reading options as inspect has them', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(path.join(data, 'a'));
    writeFileSync(path.join(data, 'a/1.csv'), '3,3,0.001,1\n2,2,0.002,0\n');
    writeFileSync(path.join(data, 'a/2.csv'), '');
    const args = [data, '--out', out, '--steps', '2', '--geometry', '4x4'];
    const { code, out: text } = await preprocess([...args, '--columns', 'x,y,t,p', '--time-unit', 's']);
    expect(text).toContain('1 written, 0 reused, 1 failed, of 2; 2 events');
    expect(text).toMatch(/ {2}failed .*a\/2\.csv: \w+: The recording has no bytes/);
    expect(code).toBe(4);
    // Another reading is another set of parameters.
    const other = await preprocess([...args, '--columns', 'y,x,t,p', '--time-unit', 's']);
    expect(other).toMatchObject({ code: 3, err: expect.stringContaining('OTHER_PARAMETERS') });
  });

  it('reports, and prunes, outputs of recordings that are gone', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    for (const name of ['a/1.csv', 'b/1.csv']) writeRecording(data, name, rows(6));
    const args = [data, '--out', out, '--steps', '2', '--geometry', '4x4'];
    await preprocess(args);
    rmSync(path.join(data, 'b'), { recursive: true });
    const { out: text } = await preprocess(args);
    expect(text).toMatch(/note: 1 outputs have no recording any more.*b\/1\.npz; --prune removes them/);
    expect((await preprocess([...args, '--prune'])).out).toContain('removed 1 outputs');
    expect(framesBelow(out)).toEqual(['frames_number_2_split_by_number/a/1.npz']);
  });

  it('an archive that cannot be read is left out by name, and outputs of what it holds stay', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    const zip = zipSync({ '1.csv': readFileSync(writeRecording(temporaryFolder(), '1.csv', rows(6))) });
    for (const name of ['a.zip', 'b.zip']) writeFileIn(data, name, zip);
    const args = [data, '--out', out, '--steps', '2', '--geometry', '4x4'];
    expect(await preprocess(args)).toMatchObject({ code: 0 });
    writeFileIn(data, 'b.zip', zip.slice(0, -30));
    expect(await preprocess(args)).toMatchObject({ code: 3, err: expect.stringContaining('BAD_ARCHIVE') });
    const { code, err } = await preprocess([...args, '--skip-bad', '--prune']);
    expect(code).toBe(0);
    expect(err).toMatch(
      /left out 1 file, as asked \(--skip-bad\):\n.*b\.zip: is left out with all that it holds/,
    );
    expect(err).toContain('nothing is pruned');
    expect(framesBelow(out)).toHaveLength(2);
  });

  /** Recordings enough to be interrupted, and the command for them. */
  const many = (): { out: string; args: string[] } => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    for (let i = 0; i < RECORDINGS; i++) writeRecording(data, `a/${i}.csv`, rows(3000));
    return { out, args: [data, '--out', out, '--workers', '1', '--steps', '2', '--geometry', '4x4'] };
  };
  /** Sends signals as soon as there are some outputs. */
  const interruptAfterSome =
    (out: string, signals: readonly NodeJS.Signals[]) =>
    (kill: (signal: NodeJS.Signals) => void): void => {
      const timer = setInterval(() => {
        if (framesBelow(out).length < 3) return;
        clearInterval(timer);
        for (const signal of signals) kill(signal);
      }, 1);
    };

  it('finishes what is in hand at Ctrl-C, says how to go on, and goes on', async () => {
    const { out, args } = many();
    const stopped = await preprocess(args, interruptAfterSome(out, ['SIGINT']));
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain('Finishing the recordings in hand. Ctrl-C again ends at once.');
    expect(stopped.out).toContain('Interrupted: run the same command to go on.');
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /\.part$|lock$|manifest/.test(name))).toEqual([]);
    const done = framesBelow(out).length;
    expect(done).toBeLessThan(RECORDINGS);
    const resumed = await preprocess(args);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.out).toContain(`${RECORDINGS - done} written, ${done} reused`);
  });

  it('survives kill -9: the next run completes it and accepts nothing half written', async () => {
    const { out, args } = many();
    const killed = await preprocess(args, interruptAfterSome(out, ['SIGKILL']));
    expect(killed.code).toBe(null);
    const { out: text } = await preprocess([...args, '--json']);
    const summary = JSON.parse(text) as { written: number; reused: number; complete: boolean };
    expect(summary.complete).toBe(true);
    expect(summary.written + summary.reused).toBe(RECORDINGS);
    for (const name of framesBelow(out))
      expect([...readNpzFrames(readFileSync(path.join(out, name)), name).shape]).toEqual([2, 2, 4, 4]);
  });

  it('can be killed at any time: what the journal says is there, and what is there is whole', async () => {
    const { out, args } = many();
    const folder = path.join(out, 'frames_number_2_split_by_number');
    const killAfter = (millis: number) => (kill: (signal: NodeJS.Signals) => void) => {
      const timer = setInterval(() => {
        if (!existsSync(folder)) return;
        clearInterval(timer);
        setTimeout(() => {
          kill('SIGKILL');
        }, millis);
      }, 1);
    };
    for (const millis of [0, 0, 0, 100, 300, 500, 700, 900, 1200]) {
      await preprocess(args, killAfter(millis));
      const journal = path.join(folder, '.saccade-journal.jsonl');
      const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').slice(1, -1) : [];
      for (const line of lines) {
        const { outputs } = JSON.parse(line) as JobResult;
        for (const { path: name, sha256 } of outputs) {
          const hash = createHash('sha256')
            .update(readFileSync(path.join(out, name)))
            .digest('hex');
          expect(hash).toBe(sha256);
        }
      }
      for (const name of framesBelow(out)) {
        const { data } = readNpzFrames(readFileSync(path.join(out, name)), name);
        expect(Array.from(data).reduce((sum, count) => sum + count, 0)).toBe(3000);
      }
      // The manifest comes last: a kill between the last line and it leaves all lines and no manifest.
      if (existsSync(path.join(folder, 'manifest.json'))) expect(lines.length).toBe(RECORDINGS);
    }
    const { out: text, err } = await preprocess([...args, '--json']);
    expect(err).toBe('');
    expect(JSON.parse(text)).toMatchObject({ complete: true, failures: [], strangers: [] });
    expect(framesBelow(out).length).toBe(RECORDINGS);
    expect(
      readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.part')),
    ).toEqual([]);
  });

  it('ends at once at the second Ctrl-C; the next run takes over', async () => {
    const { out, args } = many();
    const ended = await preprocess(args, interruptAfterSome(out, ['SIGINT', 'SIGTERM']));
    expect(ended.code).toBe(130);
    expect(ended.err).toMatch(/Ctrl-C again ends at once\.\n\nEnded at once\.\n$/);
    expect((await preprocess(args)).code).toBe(0);
    expect(framesBelow(out).length).toBe(RECORDINGS);
  });
});

describe('a summary in words', () => {
  const loss: LossTotal = { total: 1234, recordings: 3, most: 'a/1.csv' };

  it('has a phrase for each kind of loss, and shows unknown ones as they are', () => {
    expect(lossLines({ late: loss })).toEqual([
      '1,234 late events left out, behind a time step that was closed; `saccade convert --sort` sorts them (in 3 recordings, most in a/1.csv)',
    ]);
    expect(lossLines({ NEW_KIND: { ...loss, recordings: 1 } })).toEqual(['1,234 NEW_KIND (in a/1.csv)']);
  });

  it('commands no terminal, whatever recordings are called', () => {
    expect(lossLines({ late: { ...loss, most: 'a/\x1b[2J\n.csv' } }).join()).toContain('a/\\x1b[2J\\x0a.csv');
  });

  it('lists few names and counts the others', () => {
    const names = Array.from({ length: 8 }, (_, i) => `${i}.npz`);
    const summary: PreprocessSummary = {
      ...{ folder: 'f', total: 8, reused: 8, written: 0, stale: 2, failures: [], events: 5, losses: {} },
      notes: [{ code: 'INFERRED_CHIP', message: 'the chip is inferred', recordings: 3, first: 'a/1.aedat' }],
      ...{
        orphans: [],
        pruned: false,
        packs: 0,
        strangers: names,
        sensors: [],
        otherVersions: ['0.0.1'],
        complete: true,
      },
    };
    const text = preprocessText(summary, 'recording');
    expect(preprocessText(summary, 'image')).toContain('note: 3 images: the chip is inferred');
    expect(text).toBe(
      [
        'f: 0 written, 8 reused, 0 failed, of 8, 2 had changed; 5 events',
        '  note: 3 recordings: the chip is inferred (a/1.aedat)',
        '  note: 8 files of frames in the folder come from elsewhere: 0.npz, 1.npz, 2.npz, 3.npz, 4.npz and 3 more',
        '  note: reused outputs were made by saccade 0.0.1; remove the folder to make them anew',
        '',
      ].join('\n'),
    );
  });
});
