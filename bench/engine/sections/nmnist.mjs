/** A trained model on real recordings, at its own firing rates. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clipOptionsOf, openDataset, readLabelledClips } from '../../../dist/datasets/index.js';
import { OURS } from '../../../dist/src/cli/bench/engines.js';
import { readModel } from '../../../dist/src/index.js';
import { lineup, oursOn } from '../contestants/lineup.mjs';
import { race } from '../race.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

export const title = 'The trained N-MNIST model (full M) on the recordings of examples/; ms per clip';

export async function run({ rounds }) {
  const model = readModel(readFileSync(path.join(root, 'models/nmnist.safetensors')));
  const dataset = await openDataset(path.join(root, 'examples/recordings/nmnist'));
  const { clips } = await readLabelledClips(
    dataset.samples,
    clipOptionsOf(model, dataset.definition.decoding),
  );
  const workload = await oursOn({ model, clips: clips.map(({ clip }) => clip) });
  return race(await lineup(workload), { rounds, base: OURS, firingRate: workload.firingRate });
}
