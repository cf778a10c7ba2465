/** Steps to be timed. Each keeps the CPU time of its runs, which other work on the machine hits less than the clock. */
import process from 'node:process';
import { SeededRandom } from '../../dist/src/index.js';
import { edeSlope, EngineLearner, TensorLearner } from '../../dist/src/training/index.js';

const WARMUP = 2;

/** Counts of 1 to 3 in a tenth of the places. */
export function randomBatch({ steps, input: { height, width }, classes }, size) {
  const random = new SeededRandom(1);
  const counts = Uint8Array.from({ length: steps * size * 2 * height * width }, () =>
    random.uniform() < 0.1 ? 1 + random.integer(3) : 0,
  );
  const labels = Int32Array.from({ length: size }, (_, i) => i % classes.length);
  return { counts, labels, steps, size, geometry: { width, height } };
}

/** A contestant around something to run. */
export function timedContestant(name, run, dispose) {
  const cpuMillis = [];
  let runs = 0;
  return {
    name,
    threads: 1,
    cpuMillis,
    warmup: WARMUP,
    run: async () => {
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      if (runs++ >= WARMUP) cpuMillis.push((user + system) / 1000);
    },
    dispose,
  };
}

function learnerStep(name, learner, batch) {
  const settings = { rate: 1e-3, ede: edeSlope(0, 40) };
  return timedContestant(
    name,
    () => learner.step(batch, settings),
    () => learner.dispose(),
  );
}

export function planOf(network, batch) {
  return {
    network,
    epochs: 40,
    batchSize: batch.size,
    learningRate: 1e-3,
    seed: 1,
    tetLambda: 1e-3,
    maxShift: 0,
    data: 'bench',
  };
}

export const engineStep = (network, batch) =>
  learnerStep('saccade training engine', new EngineLearner(planOf(network, batch)), batch);

export const roundedStep = (network, batch) =>
  learnerStep(
    'saccade training engine, gradients of powers of two',
    new EngineLearner({ ...planOf(network, batch), gradients: 'power-of-two' }),
    batch,
  );

export const tensorStep = (network, batch) =>
  learnerStep('TensorFlow.js wasm', new TensorLearner(planOf(network, batch)), batch);
