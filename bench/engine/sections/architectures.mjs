/** Other networks, calibrated to 10 %. */
import { exportedModelContestants } from '../../../dist/src/cli/bench/onnxruntime.js';
import { OURS } from '../../../dist/src/cli/bench/engines.js';
import { architectures } from '../../../dist/src/index.js';
import { ours, oursOn } from '../contestants/lineup.mjs';
import { node } from '../contestants/runtimes.mjs';
import { taskOf } from '../networks.mjs';
import { race } from '../race.mjs';

const RATE = 0.1;
const NETWORKS = [
  { architecture: 'resnet19', steps: 4, height: 32, width: 32 },
  { architecture: 'vgg16', steps: 4, height: 64, width: 64 },
  { architecture: 'compact', steps: 10, height: 34, width: 34 },
];

export const title = 'Other networks at 10 %; ms per clip';

export async function run({ rounds }) {
  const rows = [];
  for (const network of NETWORKS) {
    if (!architectures.some(({ name }) => name === network.architecture)) continue;
    const workload = await oursOn(taskOf(network, RATE));
    const contestants = [
      ...(await ours(workload, [1, 2])),
      ...(await exportedModelContestants('onnxruntime-node fp32', node, workload, [1, 2])),
    ];
    const raced = await race(contestants, { rounds, base: OURS, firingRate: workload.firingRate });
    const { architecture, steps, height, width } = network;
    rows.push(
      ...raced.map((row) => ({ ...row, name: `${architecture} ${width}x${height} T=${steps}: ${row.name}` })),
    );
  }
  return rows;
}
