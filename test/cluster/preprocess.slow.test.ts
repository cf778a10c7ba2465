/** Preprocessing on several machines: each kind of process killed at many points. */
import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
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
