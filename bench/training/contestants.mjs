/** Steps to be timed. Each keeps the CPU time of its runs, which other work on the machine hits less than the clock. */
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { FORWARD, forwardContestant, stepPlan } from '../../dist/src/cli/bench/training.js';
import { edeSlope, EngineLearner, TensorLearner } from '../../dist/src/training/index.js';

const WARMUP = 2;

export { randomBatch } from '../../dist/src/cli/bench/training.js';

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

/** A learner's step on the same batch again and again. @param rate 0: all steps have the same weights, so the same spikes. */
export function learnerStep(name, learner, batch, rate = 1e-3) {
  const settings = { rate, ede: edeSlope(0, 40) };
  return timedContestant(
    name,
    () => learner.step(batch, settings),
    () => learner.dispose(),
  );
}

const plan = (network, batch, gradients) => stepPlan({ network, batch }, gradients);

const engineStepOf = (name, gradients, threads) => (network, batch) => ({
  ...learnerStep(name, new EngineLearner(plan(network, batch, gradients), { threads }), batch),
  threads,
});
const OWN = 'saccade training engine';
const ROUNDED = `${OWN}, gradients of powers of two`;

export const engineStep = engineStepOf(OWN, 'float32', 1);
export const roundedStep = engineStepOf(ROUNDED, 'power-of-two', 1);
export const threadedStep = engineStepOf(`${ROUNDED}, 2 threads`, 'power-of-two', 2);

export const tensorStep = (network, batch) =>
  learnerStep('TensorFlow.js wasm', new TensorLearner(plan(network, batch, 'float32')), batch);

/** Where onnxruntime is installed: `npm run install:engines`. */
export async function forwardPass(network, batch) {
  const require = createRequire(path.join(import.meta.dirname, '../engine/package.json'));
  const runtime = require('onnxruntime-node');
  const { run, dispose, settleMs } = await forwardContestant(runtime, { network, batch }, 1);
  return { ...timedContestant(FORWARD, run, dispose), settleMs };
}

export { FORWARD };
