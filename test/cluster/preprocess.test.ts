/** Preprocessing on several machines, as processes. */
import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { startCuttingProxy } from '../helpers/cutting-proxy.ts';
import { startCommand, startJobWorker } from '../helpers/job-processes.ts';
import { JobBench, type Target } from '../helpers/kill-points.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const POINTS = 2;
const LONG = { timeout: 300_000 };
const PATIENT = { timeout: 60_000 };

test.each<Target>(['worker', 'submitter', 'broker'])(
  `a %s that is killed, at ${POINTS} points, changes no byte`,
  LONG,
  async (target) => {
    const bench = await JobBench.make();
    await bench.rehearse();
    for (let point = 0; point < POINTS; point++)
      await bench.killOne(target, new SeededRandom(point, target.length));
    // Workers that are asked to end, end.
    for (const worker of bench.workers) {
      await expect.poll(() => worker.out, PATIENT).toContain('Waiting');
      worker.signal('SIGTERM');
    }
    for (const worker of bench.workers) expect(await worker.ended).toBe(0);
  },
);

test('a recording of which workers die is named with the reason, all others are made', LONG, async () => {
  const bench = await JobBench.make(0);
  // So long that a worker dies before it is done.
  appendFileSync(path.join(bench.data, '1/r4.csv'), '99999,1,1,1\n'.repeat(6_000_000));
  const out = bench.folder();
  const submitter = bench.submitter(out, '--deliveries', '3', '--json');
  let deaths = 0;
  while (!submitter.hasEnded) {
    const worker = bench.worker();
    const takes = (): boolean => /^begin .*: 1\/r4\.csv/m.test(worker.out);
    await expect.poll(() => takes() || submitter.hasEnded, { ...PATIENT, interval: 5 }).toBe(true);
    if (takes()) deaths++;
    await worker.kill();
  }
  expect(await submitter.ended, submitter.err).toBe(4);
  const summary = JSON.parse(submitter.out) as { written: number; failures: { id: string; error: string }[] };
  expect(summary.failures).toEqual([
    expect.objectContaining({ id: '0/none.csv' }),
    {
      id: '1/r4.csv',
      location: path.join(bench.data, '1/r4.csv'),
      error: 'GIVEN_UP: No worker could do it: 3 workers took it, and ended or lost touch before an answer.',
    },
  ]);
  expect(summary.written).toBe(23);
  expect(deaths).toBeGreaterThanOrEqual(3);
  expect(existsSync(path.join(out, 'frames_number_4_split_by_number/1/r4.npz'))).toBe(false);
});

test(
  'acknowledgements that get lost, and a worker that hangs and comes back, change no byte',
  LONG,
  async () => {
    const bench = await JobBench.make(0);
    let lost = 0;
    const up = (bytes: Buffer): boolean => bytes.includes('+ACK') && lost++ < 3;
    const url = `nats://127.0.0.1:${await startCuttingProxy(bench.server.port, { up })}`;
    const lossy = startJobWorker(url, bench.share);
    const hanging = bench.worker();
    const out = bench.folder();
    const submitter = bench.submitter(out);
    await expect.poll(() => hanging.out, PATIENT).toContain('begin');
    hanging.signal('SIGSTOP');
    await bench.expectWhole(submitter, out);
    hanging.signal('SIGCONT');
    hanging.signal('SIGTERM');
    await hanging.ended;
    // What it had in hand came too late to touch anything.
    const whole = bench.submitter(out, '--json');
    await bench.expectWhole(whole, out);
    expect(JSON.parse(whole.out)).toMatchObject({ reused: 24, written: 0 });
    expect(lost).toBeGreaterThanOrEqual(3);
    lossy.signal('SIGTERM');
    await lossy.ended;
  },
);

test('what cannot work is said, with exit code 2 or 3', LONG, async () => {
  const folder = temporaryFolder();
  const ended = async (...args: string[]): Promise<string> => {
    const command = startCommand(...args);
    return `${await command.ended} ${command.err}`;
  };
  expect(await ended('worker')).toMatch(/^2 error BAD_OPTION: .*--jobs/);
  expect(await ended('worker', '--jobs')).toMatch(/^2 .*--queue is needed/);
  expect(await ended('worker', '--jobs', '--queue', 'nats://127.0.0.1:1')).toMatch(/^2 .*--share is needed/);
  expect(await ended('worker', '--jobs', '--queue', 'x', '--share', folder)).toMatch(
    /^2 .*--queue names no server/,
  );
  const closed = ['--queue', 'nats://127.0.0.1:1'];
  expect(await ended('worker', '--jobs', ...closed, '--share', folder)).toMatch(/^3 error UNREACHABLE/);
  const bench = await JobBench.make(0);
  const preprocess = ['preprocess', bench.data, '--out', bench.folder()];
  expect(await ended(...preprocess, ...closed)).toMatch(/^3 error UNREACHABLE/);
  expect(await ended(...preprocess, ...closed, '--workers', '2')).toMatch(/^2 .*--workers .*saccade worker/);
});

test('without workers it says so; Ctrl-C takes the jobs back', LONG, async () => {
  const bench = await JobBench.make(0);
  const out = bench.folder();
  const submitter = bench.submitter(out);
  await expect.poll(() => submitter.err, PATIENT).toContain('no worker is at the queue');
  submitter.signal('SIGINT');
  expect(await submitter.ended).toBe(130);
  expect(submitter.out).toContain('Interrupted: run the same command to go on.');
  const worker = bench.worker();
  bench.workers.push(worker);
  await bench.expectWhole(bench.submitter(out), out);
  // Each recording once: nothing was left of the first run.
  const begun = [...worker.out.matchAll(/delivery \d+: (\S+)/g)].map(([, id]) => id);
  expect(new Set(begun).size).toBe(begun.length);
});
