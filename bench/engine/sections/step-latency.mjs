/** One time step after another, as frames of a camera come in. */
import { OURS, openOurs } from '../../../dist/src/cli/bench/engines.js';
import { firingRate, requireEqual } from '../../../dist/src/cli/bench/clip-record.js';
import { oursOn } from '../contestants/lineup.mjs';
import { taskOf } from '../networks.mjs';
import { race } from '../race.mjs';

const RATE = 0.1;

export const title = 'One time step of a session at 10 %; ms per step';

function framesOf({ steps, geometry, counts }) {
  const size = counts.length / steps;
  return Array.from({ length: steps }, (_, step) => ({
    window: 0,
    step,
    steps,
    startMicros: step,
    endMicros: step + 1,
    geometry,
    counts: counts.subarray(step * size, (step + 1) * size),
    events: 0,
    saturated: 0,
    outside: 0,
  }));
}

async function contestant({ model, clips: [clip], expected: [expected] }, threads) {
  const engine = await openOurs(model, threads);
  const session = engine.openSession();
  const frames = framesOf(clip);
  const logits = [];
  for (const frame of frames) logits.push(...(await session.step(frame)).logits);
  requireEqual('a session', expected, { spikes: new Map(), logits });
  return {
    name: OURS,
    threads,
    warmup: 5,
    async run() {
      const times = [];
      for (const frame of frames) {
        const started = performance.now();
        await session.step(frame);
        times.push(performance.now() - started);
      }
      return times;
    },
    dispose() {
      session.dispose();
      engine.dispose();
    },
  };
}

export async function run({ network, rounds }) {
  const workload = await oursOn(taskOf(network, RATE));
  const contestants = await Promise.all([1, 2].map((threads) => contestant(workload, threads)));
  return race(contestants, { rounds, base: OURS, firingRate: firingRate(workload.expected[0]) });
}
