/**
 * Accuracy on the small N-MNIST set: every neuron over 3 seeds, the same weights under literal Eq. 9, 5-fold
 * cross-validation of the full model, and for every model a check that each spike of the integer engine equals the
 * trainer's evaluation pass on the whole test set, and streaming equals whole clips.
 *
 * usage: node bench/nmnist-accuracy.mjs DATA [--epochs 30] [--seeds 3] [--folds 5]
 * With --seeds 0 or --folds 0 that part is left as the results file has it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { from, lastValueFrom, toArray } from 'rxjs';
import { kFold } from '../dist/datasets/index.js';
import { collectSamples } from '../dist/operators/index.js';
import { loadClips } from '../dist/src/cli/load-clips.js';
import { partOfData, prepareData } from '../dist/src/cli/prepare-data.js';
import {
  architectures,
  createModel,
  createOracleEngine,
  tapEveryLayer,
  evaluateClips,
  foldNetwork,
} from '../dist/src/index.js';
import {
  createTensorOps,
  edeSlope,
  evaluateTensors,
  inputTensor,
  selectBackend,
  tf,
  trainNetwork,
} from '../dist/src/training/index.js';
import { machine } from './machine.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: '30' },
    seeds: { type: 'string', default: '3' },
    folds: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const out = values.out ?? path.join(import.meta.dirname, 'results', 'nmnist-accuracy.json');
const [epochs, seeds, folds] = [Number(values.epochs), Number(values.seeds), Number(values.folds)];
const size = { width: 17, height: 17 };
const binning = { by: 'fixed-duration', stepMicros: 30_000, steps: 10 };
const data = await prepareData({ root: positionals[0], binning, resize: size });
const { clips: train } = await loadClips('train', partOfData(data, 'train'), data.clipOptions);
const { clips: test } = await loadClips('test', partOfData(data, 'test'), data.clipOptions);
const { reason } = await selectBackend();
console.log(reason);

/** What the table compares: every structure of M_tau, two spans of a sliding one, and the resetting LIF. */
const neurons = [
  { kind: 'mfp', structure: 'full' },
  { kind: 'mfp', structure: 'sliding', taps: 2 },
  { kind: 'mfp', structure: 'sliding', taps: 4 },
  { kind: 'mfp', structure: 'rank1' },
  { kind: 'mfp', structure: 'diagonal' },
  { kind: 'lif', decay: 0.5 },
];

async function fit(samples, neuron, seed) {
  const network = architectures[0].describe({ ...size, steps: 10, classes: data.dataset.classes, neuron });
  const plan = {
    network,
    epochs,
    batchSize: 20,
    learningRate: 2e-3,
    seed,
    tetLambda: 1e-3,
    maxShift: 2,
    data: 'accuracy study',
  };
  const { parameters } = await trainNetwork(plan, samples);
  return createModel(network, foldNetwork(network, parameters), data.input, {
    dataset: 'nmnist',
    split: 'study',
    seed,
    epochs,
  });
}

/** Counts spikes and logits that differ between the trainer's evaluation pass and the integer engine. */
async function compareWithTrainer(model, samples) {
  const engine = createOracleEngine(model);
  const batches = await lastValueFrom(from(samples).pipe(collectSamples({ batchSize: 20 }), toArray()));
  let compared = 0;
  let different = 0;
  let streamDifferent = 0;
  let done = 0;
  for (const batch of batches) {
    const floats = new Map();
    tf.tidy(() => {
      const ops = createTensorOps({ steps: batch.steps, ede: edeSlope(0, 1) });
      evaluateTensors(ops, model.layers, inputTensor(batch, model.network), (layer, output) =>
        floats.set(layer.spec.id, output.dataSync()),
      );
    });
    for (let i = 0; i < batch.size; i++, done++) {
      const { clip } = samples[done];
      const whole = new Map();
      await engine.runClip(clip, {
        taps: tapEveryLayer(model, ({ layer, step, values: got }) => {
          whole.set(`${layer} ${step}`, Uint8Array.from(got));
          const expected = floats.get(layer);
          const start = (step * batch.size + i) * got.length;
          for (let n = 0; n < got.length; n++) {
            compared++;
            if (got[n] !== expected[start + n]) different++;
          }
        }),
      });
      const session = engine.openSession();
      const frame = clip.counts.length / clip.steps;
      for (let step = 0; step < clip.steps; step++) {
        const counts = clip.counts.subarray(step * frame, (step + 1) * frame);
        await session.step(
          { window: 0, step, steps: clip.steps, geometry: clip.geometry, counts },
          ({ layer, step: at, values: got }) => {
            const expected = whole.get(`${layer} ${at}`);
            for (let n = 0; n < got.length; n++) if ((got[n] & 0xff) !== expected[n]) streamDifferent++;
          },
        );
      }
    }
  }
  return { compared, different, streamDifferent };
}

const earlier = existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')) : {};
const results = {
  machine: machine(),
  epochs,
  train: train.length,
  test: test.length,
  models: seeds > 0 ? [] : (earlier.models ?? []),
  crossValidation: folds > 1 ? null : (earlier.crossValidation ?? null),
};
const save = () => writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);

for (let seed = 1; seed <= seeds; seed++) {
  for (const neuron of neurons) {
    const model = await fit(train, neuron, seed);
    const engine = createOracleEngine(model);
    const exact = await evaluateClips(engine, test, 'exact');
    const eq9 = await evaluateClips(engine, test, 'eq9');
    const check = await compareWithTrainer(model, test);
    results.models.push({
      neuron,
      seed,
      exact: exact.accuracy,
      eq9: eq9.accuracy,
      firingRates: exact.firingRates,
      ...check,
    });
    console.log(
      JSON.stringify(neuron),
      'seed',
      seed,
      exact.rule,
      exact.accuracy,
      eq9.rule,
      eq9.accuracy,
      JSON.stringify(check),
    );
    save();
  }
}

if (folds > 1) {
  const all = [...train, ...test];
  const parts = kFold(all, folds, 1);
  let correct = 0;
  let eq9Correct = 0;
  for (const [k, held] of parts.entries()) {
    const model = await fit(parts.filter((_, i) => i !== k).flat(), neurons[0], 1);
    const engine = createOracleEngine(model);
    const report = await evaluateClips(engine, held, 'exact');
    correct += report.correct;
    eq9Correct += (await evaluateClips(engine, held, 'eq9')).correct;
    console.log('fold', k + 1, 'of', folds, report.accuracy);
    results.crossValidation = {
      folds,
      neuron: neurons[0],
      samples: all.length,
      foldsDone: k + 1,
      accuracy: correct / parts.slice(0, k + 1).flat().length,
      eq9: eq9Correct / parts.slice(0, k + 1).flat().length,
    };
    save();
  }
}
console.log(JSON.stringify(results.crossValidation));
