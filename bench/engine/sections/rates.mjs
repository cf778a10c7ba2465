/** The main table: everybody at several firing rates. */
import { OURS } from '../../../dist/src/cli/bench/engines.js';
import { lineup, oursOn } from '../contestants/lineup.mjs';
import { taskOf } from '../networks.mjs';
import { race } from '../race.mjs';

export const title =
  'At several firing rates, calibrated; ms per clip; int8 has the thresholds of step 0 in all steps';

export async function run({ network, rates, rounds }) {
  const rows = [];
  for (const rate of rates) {
    const workload = await oursOn(taskOf(network, rate));
    const { firingRate } = workload;
    rows.push(...(await race(await lineup(workload), { rounds, base: OURS, firingRate })));
  }
  return rows;
}
