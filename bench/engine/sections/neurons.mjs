/** What history costs: exact Eq. 7 under each structure of M, and LIF, against thresholds alone, on the same weights. */
import { M_STRUCTURES } from '../../../dist/src/index.js';
import { ours, oursOn } from '../contestants/lineup.mjs';
import { tasksByNeuron } from '../networks.mjs';
import { race } from '../race.mjs';

const RATE = 0.1;
const BASE = 'threshold table (diagonal M)';

export const title = 'Neurons with history, same weights, each calibrated to 10 %; ms per clip';

export async function run({ network, rounds }) {
  const neurons = { [BASE]: { kind: 'mfp', structure: 'diagonal' } };
  for (const structure of M_STRUCTURES.filter((other) => other !== 'diagonal'))
    neurons[`exact, ${structure} M`] = { kind: 'mfp', structure };
  neurons['resetting LIF'] = { kind: 'lif' };
  const names = Object.keys(neurons);
  const contestants = [];
  const rates = {};
  for (const [i, task] of tasksByNeuron(network, Object.values(neurons), RATE).entries()) {
    const workload = await oursOn(task);
    rates[names[i]] = workload.firingRate;
    contestants.push(...(await ours(workload, [1, 2], names[i])));
  }
  const rows = await race(contestants, { rounds, base: BASE });
  return rows.map((row) => ({ ...row, firingRate: rates[row.name] }));
}
