/**
 * Test accuracy of training options beside the default's, with the same seeds, data and batches: what the defaults are chosen by.
 *
 * usage: node bench/training/study.mjs DATA --name NAME [--vary OPTION=VALUE[,OPTION=VALUE…]]…
 *   [--network compact] [--width 1] [--resize 17x17] [--step-us 30000] [--epochs 30] [--batch 20] [--seeds 1,2,3]
 *   --vary    a variant beside the default: fields of a training plan, `decay` (of M at the start), or `backend=wasm` for
 *             TensorFlow.js, as in gradients=power-of-two,gradientLevels=9 or learningRate=0.001 or epochs=10
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
import { EngineLearner, selectBackend, TensorLearner, trainNetwork } from '../../dist/src/training/index.js';
import { machine } from '../machine.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    vary: { type: 'string', multiple: true, default: [] },
    network: { type: 'string', default: 'compact' },
    width: { type: 'string', default: '1' },
    resize: { type: 'string', default: '17x17' },
    'step-us': { type: 'string', default: '30000' },
    epochs: { type: 'string', default: '30' },
    batch: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '1,2,3' },
  },
});
const { name, vary, ...settings } = values;
const seeds = values.seeds.split(',').map(Number);
const out = path.join(import.meta.dirname, '../results/studies.json');
const [width, height] = values.resize.split('x').map(Number);
const binning = { by: 'fixed-duration', stepMicros: Number(values['step-us']), steps: 10 };
const data = await prepareData({ root: positionals[0], binning, resize: { width, height } });
const { clips: train } = await loadClips('train', partOfData(data, 'train'), data.clipOptions);
const { clips: test } = await loadClips('test', partOfData(data, 'test'), data.clipOptions);

/** `learningRate=0.001` as `{ learningRate: 0.001 }`. */
function optionsOf(variant) {
  const pairs = variant.split(',').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs.map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]),
  );
}

async function trained(seed, { decay = 0, backend = 'engine', ...options }) {
  if (backend !== 'engine') await selectBackend({ prefer: backend });
  const Learner = backend === 'engine' ? EngineLearner : TensorLearner;
  const network = architectures
    .find((architecture) => architecture.name === values.network)
    .describe({
      steps: 10,
      width,
      height,
      classes: data.dataset.classes,
      neuron: { kind: 'mfp', structure: 'full', decay },
      widthFactor: Number(values.width),
    });
  const plan = {
    network,
    epochs: Number(values.epochs),
    batchSize: Number(values.batch),
    learningRate: 2e-3,
    seed,
    tetLambda: 1e-3,
    maxShift: 2,
    data: 'a study',
    ...options,
  };
  let layers = [];
  const { parameters, history } = await trainNetwork(plan, train, {
    learner: (own) => new Learner(own),
    onRounding: (_, reports) => (layers = reports),
  });
  const provenance = { dataset: name, split: 'study', seed };
  const model = createModel(network, foldNetwork(network, parameters), data.input, provenance);
  const { accuracy } = await evaluateClips(await createEngine(model), test, 'exact');
  const last = history.at(-1);
  const seconds = Math.round(history.reduce((sum, epoch) => sum + epoch.seconds, 0));
  return { seed, loss: last.loss, train: last.accuracy, test: accuracy, seconds, layers };
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const round = (value) => Math.round(value * 1e4) / 1e4;

/** Means of a variant's runs, and of the differences from the default's with the same seeds, with their standard error. */
function summed(variant, runs, base) {
  const differences = runs.map(({ test: accuracy }, i) => accuracy - base[i].test);
  const off = mean(differences);
  const squares = mean(differences.map((difference) => (difference - off) ** 2));
  return {
    variant,
    loss: round(mean(runs.map(({ loss }) => loss))),
    train: round(mean(runs.map((run) => run.train))),
    test: round(mean(runs.map((run) => run.test))),
    ...(runs !== base && {
      difference: round(off),
      standardError: runs.length > 1 ? round(Math.sqrt(squares / (runs.length - 1))) : null,
    }),
    runs,
  };
}

const variants = ['default', ...vary];
const runs = new Map(variants.map((variant) => [variant, []]));
for (const seed of seeds) {
  for (const variant of variants) {
    const run = await trained(seed, variant === 'default' ? {} : optionsOf(variant));
    runs.get(variant).push(run);
    console.log(name, variant, JSON.stringify({ ...run, layers: run.layers.length }));
  }
  // After each seed: a study takes long enough to be interrupted.
  const results = existsSync(out)
    ? JSON.parse(readFileSync(out, 'utf8'))
    : { machine: machine(), studies: {} };
  const base = runs.get('default');
  results.studies[name] = {
    ...settings,
    clips: { train: train.length, test: test.length },
    variants: variants.map((variant) => summed(variant, runs.get(variant), base)),
  };
  writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
}
console.table(
  variants.map((variant) => {
    const { runs: _, ...row } = summed(variant, runs.get(variant), runs.get('default'));
    return row;
  }),
);
