/**
 * A training step of the engine against TensorFlow.js, in one process and in turns; losses and gradients are compared
 * first.
 *
 * usage: node bench/training/index.mjs [--only default,convolutions,vggsnn] [--rounds 12]
 *   --only   leaves the other networks as the results file has them
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { interleave } from '../../dist/src/cli/bench/interleave.js';
import { architectures, describePlain } from '../../dist/src/index.js';
import { engineBytes, selectBackend } from '../../dist/src/training/index.js';
import { machine, summary } from '../machine.mjs';
import { compareGradients } from './compare.mjs';
import {
  engineStep,
  FORWARD,
  forwardPass,
  randomBatch,
  roundedStep,
  tensorStep,
  threadedStep,
} from './contestants.mjs';

const neuron = { kind: 'mfp', structure: 'full' };
const classes = Array.from({ length: 10 }, (_, i) => String(i));
const size = (side) => ({ steps: 10, height: side, width: side, classes, neuron });
const stack = ['convolutions', [32, 'AP2', 64, 'AP2', 64, 'AP2']];

const networks = {
  default: { network: architectures.find(({ name }) => name === 'compact').describe(size(17)), batch: 20 },
  convolutions: { network: describePlain(...stack, size(34)), batch: 32 },
  vggsnn: { network: architectures.find(({ name }) => name === 'vggsnn').describe(size(48)), batch: 1 },
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(networks).join() },
    rounds: { type: 'string', default: '12' },
  },
});
const out = path.join(import.meta.dirname, '../results/training.json');
const earlier = existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')).networks : {};
const result = { machine: machine(), networks: earlier };
await selectBackend({ prefer: 'wasm' });
const round = (value) => Math.round(value * 100) / 100;
for (const name of values.only.split(',')) {
  const { network, batch: samples } = networks[name];
  const batch = randomBatch(network, samples);
  const agreement = await compareGradients(network, batch);
  const makers = [engineStep, roundedStep, threadedStep, tensorStep, forwardPass];
  const contestants = [];
  for (const make of makers) contestants.push(await make(network, batch));
  const walls = await interleave(contestants, Number(values.rounds));
  const rows = contestants.map(({ name: contestant, cpuMillis }, i) => {
    const [wall, cpu] = [walls[i], summary(cpuMillis)];
    const times = { p10Ms: wall.p10, medianMs: wall.median, cpuP10Ms: cpu.p10, cpuMedianMs: cpu.median };
    return { name: contestant, ...Object.fromEntries(Object.entries(times).map(([k, v]) => [k, round(v)])) };
  });
  for (const { dispose } of contestants) await dispose?.();
  // The least that an ideal dense framework needs is three times the forward pass.
  const forward = rows.find((row) => row.name === FORWARD);
  const shares = rows.map(({ name: own, p10Ms, cpuP10Ms }) => ({
    name: own,
    wallOfF: round(p10Ms / forward.p10Ms),
    cpuOfF: round(cpuP10Ms / forward.cpuP10Ms),
  }));
  console.table(shares);
  console.log(`\n${name}: ${network.layers.length} nodes, T = 10, batch ${samples}`, agreement);
  console.table(rows);
  result.networks[name] = {
    batch: samples,
    engineMiB: Math.round(engineBytes(network, samples) / 2 ** 20),
    roundedMiB: Math.round(engineBytes(network, samples, { gradients: 'power-of-two' }) / 2 ** 20),
    ...agreement,
    rows,
    forwardPasses: shares,
  };
  writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
}
process.exit();
