/** Preprocessing on several machines: each kind of process killed at many points. */
import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { startCommand, startJobWorker, type CommandProcess } from '../helpers/job-processes.ts';
import { JobBench, type Target } from '../helpers/kill-points.ts';

/** Of each kind. */
const POINTS = Number(process.env['KILL_POINTS'] ?? 50);
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);

test.each<Target>(['worker', 'submitter', 'broker'])(
  `a %s that is killed, at ${POINTS} points (seed ${SEED}), changes no byte`,
  async (target) => {
    const bench = await JobBench.make();
    await bench.rehearse();
    const random = new SeededRandom(SEED, target.length);
    for (let point = 0; point < POINTS; point++) await bench.killOne(target, random);
    expect(bench.workers).toHaveLength(2);
  },
);
test('several data sets on one broker do not meet', async () => {
  const [a, b] = [await JobBench.make(1), await JobBench.make(0)];
  startJobWorker(a.server.url, b.share);
  const [outA, outB] = [a.folder(), b.folder()];
  const submitters: CommandProcess[] = [
    a.submitter(outA, '--deliveries', '100'),
    startCommand(
      ...['preprocess', b.data, '--out', outB, '--steps', '4', '--geometry', '4x4'],
      ...['--queue', a.server.url, '--deliveries', '100'],
    ),
  ];
  await a.expectWhole(submitters[0]!, outA);
  await b.expectWhole(submitters[1]!, outB);
});
