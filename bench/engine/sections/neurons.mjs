/** What history costs: exact Eq. 7 under each structure of M against thresholds alone, on the same weights. */
import { M_STRUCTURES } from '../../../dist/src/index.js';
import { ours, oursOn } from '../contestants/lineup.mjs';
import { tasksByStructure } from '../networks.mjs';
import { race } from '../race.mjs';

const RATE = 0.1;
const BASE = 'threshold table (diagonal M)';

export const title = 'Exact Eq. 7 by structure of M, same weights, each calibrated to 10 %; ms per clip';

export async function run({ network, rounds }) {
  const structures = ['diagonal', ...M_STRUCTURES.filter((structure) => structure !== 'diagonal')];
  const contestants = [];
  const rates = {};
  for (const [i, task] of tasksByStructure(network, structures, RATE).entries()) {
    const name = i === 0 ? BASE : `exact, ${structures[i]} M`;
    const workload = await oursOn(task);
    rates[name] = workload.firingRate;
    contestants.push(...(await ours(workload, [1, 2], name)));
  }
  const rows = await race(contestants, { rounds, base: BASE });
  return rows.map((row) => ({ ...row, firingRate: rates[row.name] }));
}
