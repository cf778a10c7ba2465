/**
 * Parallel against serial: a training loop step by step beside the engine's, which computes all time steps of a layer at once, over
 * T and batches, on one thread. All contestants are stages and kernels of the same engine.
 */
import { createHash } from 'node:crypto';
import { architectures, describePlain } from '../../dist/src/index.js';
import { edeSlope, EngineLearner, TrainingEngine } from '../../dist/src/training/index.js';
import { stepPlan } from '../../dist/src/cli/bench/training.js';
import { interleave } from '../../dist/src/cli/bench/interleave.js';
import { summary } from '../machine.mjs';
import { learnerStep, randomBatch } from './contestants.mjs';
import { StepByStepTrainer } from './step-by-step.mjs';

/** Zhang et al., arXiv 2503.00040: training time of its LIF baseline over its own, on a GPU. */
const PAPER = { 4: 1.5, 8: 3.1, 10: 7.2 };
const LIF = { kind: 'lif' };
const MFP = { kind: 'mfp', structure: 'full' };
const classes = Array.from({ length: 10 }, (_, i) => String(i));

const round = (value) => Math.round(value * 100) / 100;

/** Networks by name: T and the batches that they are trained with. */
function gridsOf(small) {
  const side = small ? 10 : 34;
  const stack = small ? [8, 'AP2', 16, 'AP2'] : [32, 'AP2', 64, 'AP2'];
  const convolutions = (steps, neuron) =>
    describePlain('convolutions', stack, { steps, height: side, width: side, classes, neuron });
  if (small) return { convolutions: { describe: convolutions, steps: [2, 4], batches: [1, 2] } };
  const { describe } = architectures.find(({ name }) => name === 'vggsnn');
  const vggsnn = (steps, neuron) => describe({ steps, height: 48, width: 48, classes, neuron });
  return {
    convolutions: { describe: convolutions, steps: [4, 8, 10, 16, 32], batches: [1, 4, 16] },
    vggsnn: { describe: vggsnn, steps: [4, 8, 10], batches: [1] },
  };
}

/** The loop step by step as learners are. */
function stepped(plan, form) {
  const trainer = new StepByStepTrainer(plan, form);
  return {
    step: async (batch, { rate, ede, firing }) => {
      const loss = await trainer.step(batch, rate, ede);
      return firing ? { ...loss, layers: trainer.firing() } : loss;
    },
    dispose: () => undefined,
  };
}

/** By the names that the results have. */
function learnersOf(lif, mfp, batch) {
  const [plan, mixing] = [lif, mfp].map((network) => stepPlan({ network, batch }, 'float32'));
  return {
    serial: stepped(plan, {}),
    layerByLayer: stepped(plan, { order: 'layer-major' }),
    lif: new EngineLearner(plan),
    mfp: new EngineLearner(mixing),
  };
}

/** What sums cost depends on the spikes that there are. @returns the mean of the layers' firing rates. */
async function firingRate(learner, batch) {
  const { layers } = await learner.step(batch, { rate: 0, ede: edeSlope(0, 40), firing: true });
  return layers.reduce((sum, { rate }) => sum + rate / layers.length, 0);
}

/** Losses and gradients of the first step: the two orders have the same bits, and so have one stretch and the engine. */
async function requireEqual(network, batch) {
  const options = { network, batchSize: batch.size, seed: 1, tetLambda: 1e-3 };
  const digestOf = async (trainer) => {
    const { loss } = await trainer.gradients(batch, edeSlope(0, 40));
    const hash = createHash('sha256').update(String(loss));
    for (const layer of Object.values(trainer.parameterGradients()))
      for (const values of Object.values(layer)) hash.update(values);
    trainer.dispose?.();
    return hash.digest('hex');
  };
  const loop = (form) => digestOf(new StepByStepTrainer(options, form));
  if ((await loop({ stretch: network.steps })) !== (await digestOf(new TrainingEngine(options))))
    throw new Error('With one stretch of all steps the loop differs from the engine.');
  if ((await loop({})) !== (await loop({ order: 'layer-major' })))
    throw new Error('Step by step and layer by layer differ.');
}

async function cellOf(describe, steps, size, rounds) {
  const [lif, mfp] = [describe(steps, LIF), describe(steps, MFP)];
  const batch = randomBatch(lif, size);
  await requireEqual(lif, batch);
  const learners = Object.entries(learnersOf(lif, mfp, batch));
  const list = learners.map(([name, learner]) => learnerStep(name, learner, batch, 0));
  const walls = await interleave(list, rounds);
  const times = {};
  for (const [i, [name, learner]] of learners.entries()) {
    const cpu = summary(list[i].cpuMillis);
    const own = {
      p10Ms: walls[i].p10,
      medianMs: walls[i].median,
      cpuP10Ms: cpu.p10,
      cpuMedianMs: cpu.median,
    };
    own.firingRate = await firingRate(learner, batch);
    times[name] = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, round(value)]));
    learner.dispose();
  }
  const ratio = (by, to) => round(times.serial[by] / times[to][by]);
  const over = (to) => ({ p10: ratio('cpuP10Ms', to), median: ratio('cpuMedianMs', to) });
  return {
    steps,
    batch: size,
    // Time step by step divided by that of each other form.
    ratios: { layerByLayer: over('layerByLayer'), lif: over('lif'), mfp: over('mfp') },
    paper: PAPER[steps] ?? null,
    times,
  };
}

/** The section of the results. */
export async function serial(rounds, small) {
  const results = {};
  for (const [name, { describe, steps, batches }] of Object.entries(gridsOf(small))) {
    const rows = [];
    for (const T of steps) for (const size of batches) rows.push(await cellOf(describe, T, size, rounds));
    console.log(`\n${name}: time step by step over that of all steps of a layer at once (CPU, p10)`);
    console.table(
      rows.map(({ steps: T, batch, ratios: { layerByLayer, lif, mfp }, paper, times }) => {
        const [ms, order] = [times.serial.cpuP10Ms, layerByLayer.p10];
        const rates = `${times.serial.firingRate} ${times.lif.firingRate} ${times.mfp.firingRate}`;
        const row = { T, batch, 'step by step, ms': ms, 'layer by layer': order, LIF: lif.p10, MFP: mfp.p10 };
        return { ...row, paper, 'firing rates': rates };
      }),
    );
    results[name] = rows;
  }
  return results;
}
