/** How the time grows with time steps, channels and size of the map; firing rates are in the main table. */
import { ours, oursOn } from '../contestants/lineup.mjs';
import { taskOf } from '../networks.mjs';
import { race } from '../race.mjs';

const RATE = 0.1;

export const title = 'Growth at 10 %, one thread; ratio: to the unchanged network; ms per clip';

export async function run({ network, rounds }) {
  const { steps, height, width } = network;
  const size = (factor) => ({ height: height * factor, width: width * factor });
  const base = `T = ${steps}, ${width}x${height}, all channels`;
  const variants = {
    [base]: {},
    [`T = ${steps / 2}`]: { steps: steps / 2 },
    [`T = ${2 * steps}`]: { steps: 2 * steps },
    'a quarter of the channels': { widthFactor: 0.25 },
    'half of the channels': { widthFactor: 0.5 },
    [`${width / 2}x${height / 2}`]: size(0.5),
    [`${2 * width}x${2 * height}`]: size(2),
  };
  const contestants = [];
  const rates = {};
  for (const [name, change] of Object.entries(variants)) {
    const workload = await oursOn(taskOf({ ...network, ...change }, RATE));
    rates[name] = workload.firingRate;
    contestants.push(...(await ours(workload, [1], name)));
  }
  const rows = await race(contestants, { rounds, base });
  return rows.map((row) => ({ ...row, firingRate: rates[row.name] }));
}
