/** How a step grows with T, batch, width and map size, in CPU time on one thread; and what memory it takes. */
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { architectures, describePlain, summarise } from '../../dist/src/index.js';
import { edeSlope, TrainingEngine } from '../../dist/src/training/index.js';
import { randomBatch } from './contestants.mjs';

const neuron = { kind: 'mfp', structure: 'full' };
const classes = Array.from({ length: 10 }, (_, i) => String(i));
const WARMUP = 2;
const BASE = { steps: 8, batch: 4, width: 1, side: 24 };
const SIZES = { steps: [4, 8, 16], batch: [2, 4, 8], width: [1, 2, 4], side: [12, 24, 48] };
const SMALL = { base: { steps: 2, batch: 1, width: 0.25, side: 8 }, sizes: { steps: [2, 4], batch: [1, 2] } };
const GRADIENTS = ['float32', 'power-of-two'];

const round = (value) => Math.round(value * 100) / 100;

function taskOf({ steps, batch, width, side }) {
  const stack = [32 * width, 'AP2', 64 * width, 'AP2', 64 * width, 'AP2'];
  const network = describePlain('growth', stack, { steps, height: side, width: side, classes, neuron });
  return { network, batch: randomBatch(network, batch) };
}

async function stepMillis(engine, batch) {
  const before = process.cpuUsage();
  await engine.step(batch, 1e-3, edeSlope(0, 40));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Sizes of one dimension take turns; `perUnit` is the time divided by what grows, as a share of the smallest size's. */
export async function growth(rounds, small) {
  const { base, sizes: dimensions } = small ? SMALL : { base: BASE, sizes: SIZES };
  const results = {};
  for (const gradients of GRADIENTS) {
    for (const [dimension, sizes] of Object.entries(dimensions)) {
      const runs = sizes.map((value) => {
        const { network, batch } = taskOf({ ...base, [dimension]: value });
        const options = { network, batchSize: batch.size, seed: 1, tetLambda: 1e-3, gradients };
        return { value, batch, engine: new TrainingEngine(options), millis: [] };
      });
      for (let i = 0; i < WARMUP + rounds; i++) {
        for (const { engine, batch, millis } of runs) {
          const taken = await stepMillis(engine, batch);
          if (i >= WARMUP) millis.push(taken);
        }
      }
      // Pixels grow with the square of a side, products of two layers with that of the width.
      const power = dimension === 'side' || dimension === 'width' ? 2 : 1;
      const rows = runs.map(({ value, engine, millis }) => {
        engine.dispose();
        return { value, cpuP10Ms: summarise(millis).p10, perUnit: summarise(millis).p10 / value ** power };
      });
      const [first] = rows;
      (results[gradients] ??= {})[dimension] = rows.map(({ value, cpuP10Ms, perUnit }) => ({
        value,
        cpuP10Ms: round(cpuP10Ms),
        perUnit: round(perUnit / first.perUnit),
      }));
      console.log(`\n${gradients}, growth with ${dimension}`);
      console.table(results[gradients][dimension]);
    }
  }
  return results;
}

/** Resident memory that steps of VGGSNN add to the process, against the bytes that are stated before. */
export async function memory(small) {
  const [steps, side, size] = [10, 48, small ? 1 : 16];
  const network = architectures
    .find(({ name }) => name === 'vggsnn')
    .describe({ steps, height: side, width: side, classes, neuron });
  const batch = randomBatch(network, size);
  const rows = [];
  for (const gradients of GRADIENTS) {
    rows.push(await memoryOf({ network, batchSize: size, seed: 1, tetLambda: 1e-3, gradients }, batch));
    // The engine before is to be gone.
    for (let i = 0; i < 2; i++) await settle();
  }
  console.log(`\nmemory of VGGSNN, T = ${steps}, batch ${size}`);
  console.table(rows);
  return { rows };
}

async function settle() {
  globalThis.gc?.();
  await setTimeout(200);
}

async function memoryOf(options, batch) {
  await settle();
  const before = process.memoryUsage().rss;
  const engine = new TrainingEngine(options);
  await engine.step(batch, 1e-3, edeSlope(0, 40));
  const taken = process.memoryUsage().rss - before;
  engine.dispose();
  const stated = engine.bytes;
  const mib = (bytes) => Math.round(bytes / 2 ** 20);
  return {
    gradients: options.gradients,
    statedMiB: mib(stated),
    takenMiB: mib(taken),
    share: round(taken / stated),
  };
}
