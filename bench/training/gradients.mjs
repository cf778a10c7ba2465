/**
 * Test accuracy with gradients rounded to powers of two beside float32 gradients: the same seeds, data and batches.
 *
 * usage: node bench/training/gradients.mjs DATA --name NAME [--network compact] [--width 1] [--resize 17x17]
 *   [--step-us 30000] [--epochs 30] [--batch 20] [--seeds 1,2,3] [--levels 6,4]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadClips } from '../../dist/src/cli/load-clips.js';
import { partOfData, prepareData } from '../../dist/src/cli/prepare-data.js';
import {
  architectures,
  createEngine,
  createModel,
  evaluateClips,
  foldNetwork,
} from '../../dist/src/index.js';
import { EngineLearner, trainNetwork } from '../../dist/src/training/index.js';
import { machine } from '../machine.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    network: { type: 'string', default: 'compact' },
    width: { type: 'string', default: '1' },
    resize: { type: 'string', default: '17x17' },
    'step-us': { type: 'string', default: '30000' },
    epochs: { type: 'string', default: '30' },
    batch: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '1,2,3' },
    levels: { type: 'string', default: '6' },
  },
});
const out = path.join(import.meta.dirname, '../results/gradients.json');
const [width, height] = values.resize.split('x').map(Number);
const binning = { by: 'fixed-duration', stepMicros: Number(values['step-us']), steps: 10 };
const data = await prepareData({ root: positionals[0], binning, resize: { width, height } });
const { clips: train } = await loadClips('train', partOfData(data, 'train'), data.clipOptions);
const { clips: test } = await loadClips('test', partOfData(data, 'test'), data.clipOptions);
const network = architectures
  .find(({ name }) => name === values.network)
  .describe({
    steps: 10,
    width,
    height,
    classes: data.dataset.classes,
    neuron: { kind: 'mfp', structure: 'full' },
    widthFactor: Number(values.width),
  });
const precisions = [
  { gradients: 'float32' },
  ...values.levels
    .split(',')
    .map((levels) => ({ gradients: 'power-of-two', gradientLevels: Number(levels) })),
];
const runs = [];
for (const seed of values.seeds.split(',').map(Number)) {
  for (const precision of precisions) {
    const plan = {
      network,
      epochs: Number(values.epochs),
      batchSize: Number(values.batch),
      learningRate: 2e-3,
      seed,
      tetLambda: 1e-3,
      maxShift: 2,
      ...precision,
      data: 'gradient study',
    };
    let layers = [];
    const { parameters, history } = await trainNetwork(plan, train, {
      learner: (own) => new EngineLearner(own),
      onRounding: (_, reports) => (layers = reports),
    });
    const folded = foldNetwork(network, parameters);
    const model = createModel(network, folded, data.input, { dataset: values.name, split: 'study', seed });
    const engine = await createEngine(model);
    const { accuracy } = await evaluateClips(engine, test, 'exact');
    const last = history.at(-1);
    const seconds = Math.round(history.reduce((sum, epoch) => sum + epoch.seconds, 0));
    runs.push({ seed, ...precision, loss: last.loss, train: last.accuracy, test: accuracy, seconds, layers });
    console.log(values.name, JSON.stringify(runs.at(-1)));
  }
}
const result = existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')) : { machine: machine(), sets: {} };
const { name, seeds: _seeds, levels: _levels, ...settings } = values;
result.sets[name] = { ...settings, clips: { train: train.length, test: test.length }, runs };
writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
