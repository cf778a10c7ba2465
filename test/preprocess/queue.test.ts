/** Preprocessing through a queue: what comes out is what one machine makes, whatever happens on the way. */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { MemoryJobQueue, type DeliveredJob, type JobQueue } from '../../src/cluster/index.ts';
import { parseEventAugmentation } from '../../src/filters/index.ts';
import {
  isRefusal,
  PreprocessError,
  QueueWorker,
  type QueueWorkerOptions,
  type Share,
} from '../../src/preprocess/index.ts';
import { encodeJobs, groupName, type JobMessage } from '../../src/preprocess/queue/job-message.ts';
import {
  inThread,
  PARAMETERS,
  rows,
  runPreprocess,
  writeRecording,
  type RunOptions,
} from '../helpers/preprocess.ts';
import { treeOf } from '../helpers/tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const FOLDER = 'frames_number_2_split_by_number';
let data: string;
let out: string;
let queue: JobQueue;

beforeEach(() => {
  data = temporaryFolder();
  out = temporaryFolder();
  const own = new MemoryJobQueue();
  queue = own;
  onTestFinished(() => own.close());
  for (let i = 0; i < 12; i++) writeRecording(data, `${i % 2 ? 'a' : 'b'}/${i}.csv`, rows(4 + i, 10 * i));
});

/** What a worker logged. */
interface Log {
  readonly begun: string[];
  readonly problems: string[];
}

async function startWorker(
  options: Partial<QueueWorkerOptions> & { readonly before?: RunOptions['before'] } = {},
): Promise<Log> {
  const log: Log = { begun: [], problems: [] };
  const { before, ...own } = options;
  const worker = new QueueWorker({
    version: 'test',
    slots: 2,
    shares: [data, out].map((folder) => ({ here: folder, there: folder })),
    createRunner: (setting) => inThread(setting, before),
    onBegin: (_, recordings) => void log.begun.push(...recordings),
    ...own,
  });
  await queue.work(worker.handle, {
    slots: 2,
    retryMs: 5,
    isRefusal,
    onProblem: (problem) => log.problems.push(problem),
  });
  return log;
}

const submit = (options: RunOptions = {}): ReturnType<typeof runPreprocess> =>
  runPreprocess(data, out, { queue: { queue, visibleWithinMs: 100 }, ...options });

/** The tree that this machine makes by itself. */
async function local(options: RunOptions = {}): Promise<Record<string, string>> {
  const alone = temporaryFolder();
  await runPreprocess(data, alone, options);
  return treeOf(alone);
}

describe('preprocessing through a queue', () => {
  it('makes the same tree, with several windows and failures, and leaves nothing at the queue', async () => {
    writeRecording(data, 'a/none.csv', []);
    writeFileSync(path.join(data, 'b/bad.aedat'), 'no recording');
    const parameters = {
      windows: 'all' as const,
      rule: { ...PARAMETERS.rule, binning: { by: 'fixed-count' as const, steps: 2, stepEvents: 2 } },
    };
    await Promise.all([startWorker(), startWorker()]);
    const summary = await submit({ parameters });
    expect(summary.failures.map(({ id }) => id)).toEqual(['a/none.csv', 'b/bad.aedat']);
    expect(treeOf(out)).toEqual(await local({ parameters }));
    expect(await queue.state()).toMatchObject({ waiting: 0, inHand: 0 });
    const kept: string[] = [];
    await queue.openGroup(groupName({ ...PARAMETERS, ...parameters }, out), ({ id }) => kept.push(id));
    expect(kept).toEqual([]);
    // Everything is there: nothing is submitted.
    const again = await submit({ parameters });
    expect(again).toMatchObject({ reused: 12, written: 0 });
  });

  it('makes copies with the filters that were drawn for them', async () => {
    await startWorker();
    const steps = parseEventAugmentation('flip:0.5,noise:9000');
    const parameters = { augmentation: { steps, seed: 3, copies: 2 } };
    expect(await submit({ parameters })).toMatchObject({ written: 24, failures: [] });
    expect(treeOf(out)).toEqual(await local({ parameters }));
  });

  it('names recordings as the submitter does, where the worker knows them by other paths', async () => {
    writeFileSync(path.join(data, 'a/bad.aedat'), 'no recording');
    const elsewhere = temporaryFolder();
    for (const [name, target] of Object.entries({ data, out }))
      symlinkSync(target, path.join(elsewhere, name));
    const shares: Share[] = [
      { here: path.join(elsewhere, 'data'), there: data },
      { here: path.join(elsewhere, 'out'), there: out },
    ];
    await startWorker({ shares });
    const summary = await submit();
    expect(summary.failures).toHaveLength(1);
    expect(JSON.stringify(summary)).not.toContain(elsewhere);
    expect(treeOf(out)).toEqual(await local());
  });

  it('a recording that kills its worker is given up alone, with the reason of local runs', async () => {
    const before: RunOptions['before'] = ({ id }) => {
      if (id === 'a/5.csv')
        throw new PreprocessError('WORKER_DIED', 'The worker died on a/5.csv: exit code 1.');
    };
    await startWorker({ before });
    const summary = await submit();
    expect(summary.failures).toMatchObject([
      { id: 'a/5.csv', error: 'WORKER_DIED: The worker died on a/5.csv: exit code 1.' },
    ]);
    expect(treeOf(out)).toEqual(await local({ before }));
  });

  it('a recording that no worker can do is given up with the last reason, the others are made', async () => {
    for (let i = 12; i < 40; i++) writeRecording(data, `b/${i}.csv`, rows(4));
    const tried: string[] = [];
    const log = await startWorker({
      onBegin: ({ delivery, maxDeliveries }, recordings) => {
        if (!recordings.includes('a/5.csv')) return;
        tried.push(`${recordings.length} ${delivery}/${maxDeliveries}`);
        throw new Error(`no memory, ${delivery}`);
      },
    });
    const summary = await submit({ queue: { queue, maxDeliveries: 3 } });
    expect(summary.failures).toMatchObject([
      { id: 'a/5.csv', error: 'GIVEN_UP: No worker could do it: no memory, 3.' },
    ]);
    expect(summary.written).toBe(39);
    // First in company, twice, then alone.
    expect(tried).toEqual(['3 1/2', '3 2/2', '1 1/3', '1 2/3', '1 3/3']);
    expect(log.problems).toHaveLength(5);
  });

  it('refuses recordings that are not the submitter’s: size, time, hash, or not there', async () => {
    const copy = temporaryFolder();
    cpSync(data, copy, { recursive: true, preserveTimestamps: true });
    writeRecording(copy, 'a/1.csv', rows(4, 900_000));
    const touched = path.join(copy, 'b/2.csv');
    utimesSync(touched, 1, 1);
    rmSync(path.join(copy, 'b/4.csv'));
    const shares = [
      { here: copy, there: data },
      { here: out, there: out },
    ];
    await startWorker({ shares });
    const { failures, written } = await submit({ queue: { queue, maxDeliveries: 2 } });
    expect(failures.map(({ id, error }) => `${id} ${error}`)).toEqual([
      expect.stringMatching(
        /^a\/1\.csv GIVEN_UP: .*does not see the submitter's a\/1\.csv at .*: it has \d+ bytes, not \d+/,
      ),
      expect.stringMatching(/^b\/2\.csv GIVEN_UP: .*it is of 1970-.*--verify/),
      expect.stringMatching(/^b\/4\.csv GIVEN_UP: .*ENOENT/),
    ]);
    expect(written).toBe(9);
    // With their content compared, times do not matter, and equal sizes do not help.
    const swapped = readFileSync(path.join(copy, 'b/6.csv'), 'utf8').replace('\n60,', '\n59,');
    writeFileSync(path.join(copy, 'b/6.csv'), swapped);
    rmSync(path.join(out, FOLDER, 'b/6.npz'));
    const verified = await submit({ queue: { queue, maxDeliveries: 2 }, verify: true });
    expect(verified.failures.map(({ id, error }) => `${id} ${error}`)).toEqual([
      expect.stringMatching(/^a\/1\.csv/),
      expect.stringMatching(/^b\/4\.csv/),
      expect.stringMatching(/^b\/6\.csv GIVEN_UP: .*it has SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}/),
    ]);
  });

  it('believes a worker only what it sees', async () => {
    const elsewhere = temporaryFolder();
    mkdirSync(path.join(elsewhere, FOLDER, '.saccade-parts'), { recursive: true });
    const shares = [
      { here: data, there: data },
      { here: elsewhere, there: out },
    ];
    await startWorker({ shares });
    const { failures, written } = await submit();
    expect(written).toBe(0);
    expect(failures).toHaveLength(12);
    for (const { error } of failures)
      expect(error).toMatch(/^NOT_SHARED: .* wrote .*, which here cannot be read/);
  });

  it('touches nothing but what it shares, and works for its own version only', async () => {
    const log = await startWorker({ shares: [{ here: data, there: data }] });
    const { failures } = await submit({ queue: { queue, maxDeliveries: 1 } });
    expect(failures).toHaveLength(12);
    for (const { error } of failures)
      expect(error).toMatch(/^GIVEN_UP: .* is in no folder that this worker shares/);
    expect(log.begun.length).toBeGreaterThan(0);
    const other = await submit({ version: 'newer', queue: { queue, maxDeliveries: 1 } });
    expect(other.failures[0]?.error).toMatch(/is saccade test, the submitter newer/);
  });

  it('goes on after an interruption: what waits is taken back, what was made is gathered and not made again', async () => {
    const abort = new AbortController();
    const first = await startWorker({
      before: () => {
        if (first.begun.length >= 4) abort.abort(new Error('interrupted'));
      },
    });
    const interrupted = await submit({ signal: abort.signal, queue: { queue, outstanding: 12 } });
    expect(interrupted.complete).toBe(false);
    await expect.poll(() => queue.state()).toMatchObject({ waiting: 0, inHand: 0 });
    const resumed = await submit();
    expect(resumed).toMatchObject({ complete: true, failures: [] });
    expect(treeOf(out)).toEqual(await local());
    // What both runs had in hand at the same time was begun twice.
    expect(first.begun.length).toBeLessThanOrEqual(24);
    expect(first.problems.every((problem) => problem.includes('delivery 1'))).toBe(true);
  });

  it('takes what an earlier run’s workers made after it was killed, if it is whole', async () => {
    // The outcomes of a run whose journal is lost, as of one that was killed in front of it.
    const log = await startWorker();
    const keeping: JobQueue = {
      work: (...args) => queue.work(...args),
      state: () => queue.state(),
      close: () => queue.close(),
      openGroup: async (...args) => ({
        ...(await queue.openGroup(...args)),
        clear: async () => Promise.resolve(),
      }),
    };
    await submit({ queue: { queue: keeping } });
    expect(log.begun).toHaveLength(12);
    rmSync(path.join(out, FOLDER, '.saccade-journal.jsonl'));
    writeFileSync(path.join(out, FOLDER, 'a/3.npz'), 'torn');
    await submit({ queue: { queue: keeping } });
    // Only the batch with the torn one was run again.
    expect(log.begun.slice(12)).toContain('a/3.csv');
    expect(log.begun.length).toBeLessThan(24);
    expect(treeOf(out)).toEqual(await local());
  });

  it('two runs into one folder are refused as ever', async () => {
    let refused: unknown;
    const started = await startWorker({
      before: async () => {
        refused ??= await submit().catch((error: unknown) => error);
      },
    });
    await submit();
    expect(refused).toMatchObject({ code: 'FOLDER_IN_USE' });
    expect(started.begun).toHaveLength(12);
  });

  it('messages that are none are refused before anything is touched', async () => {
    const worker = new QueueWorker({ version: 'test', slots: 1, shares: [{ here: data, there: data }] });
    const message: JobMessage = {
      version: 'test',
      parameters: PARAMETERS,
      out,
      opening: {},
      timeoutMs: 1000,
      recordings: [
        {
          job: {
            id: 'a/1.csv',
            location: 'x',
            bytes: 1,
            target: `${FOLDER}/a/1`,
            clip: null,
            geometry: null,
            frames: null,
            label: null,
            drawn: null,
          },
          location: path.join(data, 'a/1.csv'),
          source: { bytes: 1, mtimeMs: 1, sha256: null },
        },
      ],
    };
    const [recording] = message.recordings;
    const handle = async (own: unknown, id?: string): Promise<unknown> => {
      const { id: right, body } = encodeJobs(own as JobMessage);
      const job: DeliveredJob = { group: 'g', id: id ?? right, body, delivery: 1, maxDeliveries: 1 };
      return worker
        .handle(job, new AbortController().signal)
        .catch((error: unknown) => (error as Error).message);
    };
    const withTarget = (target: string): unknown => ({
      ...message,
      recordings: [{ ...recording, job: { ...recording!.job, target } }],
    });
    expect(await handle(message, 'f'.repeat(64))).toMatch(/its name is not that of its content/);
    for (const target of ['../x', `${FOLDER}/../../x`, '/etc/x', `${FOLDER}//x`, 'other/a/1'])
      expect(await handle(withTarget(target))).toMatch(/its target is elsewhere/);
    expect(await handle({ ...message, recordings: [{ ...recording, location: 'a/1.csv' }] })).toMatch(
      /no absolute path/,
    );
    for (const wrong of [
      null,
      7,
      [],
      {},
      { ...message, more: 1 },
      { ...message, recordings: [] },
      { ...message, timeoutMs: 'x' },
    ])
      expect(await handle(wrong)).toMatch(/^What came by the queue cannot be used/);
    expect(await handle(message)).toMatch(/in no folder that this worker shares/);
    await worker.close();
  });
});
