/**
 * A training step of the engine against TensorFlow.js and onnxruntime's float32 forward pass (`npm run install:engines`), in one
 * process and in turns; losses and gradients are compared first. Then the parallel form against a loop step by step, how a step
 * grows, and what memory it takes.
 *
 * usage: node --expose-gc bench/training/index.mjs [--only default,convolutions,vggsnn,serial,growth,memory] [--rounds 12] [--small]
 *   --only    leaves the other sections as the results file has them
 *   --small   small networks: shows that everything works; writes no results
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
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
import { growth, memory } from './growth.mjs';
import { serial } from './serial.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '12' },
    small: { type: 'boolean', default: false },
  },
});
const { small } = values;
const neuron = { kind: 'mfp', structure: 'full' };
const classes = Array.from({ length: 10 }, (_, i) => String(i));
const size = (side) => ({ steps: 10, height: side, width: side, classes, neuron });
const stack = ['convolutions', [32, 'AP2', 64, 'AP2', 64, 'AP2']];
const architecture = (name, side) =>
  architectures
    .find((own) => own.name === name)
    .describe({ ...size(side), ...(small && { widthFactor: 1 / 8 }) });

const networks = {
  default: { network: architecture('compact', 17), batch: small ? 2 : 20 },
  convolutions: { network: describePlain(...stack, size(small ? 10 : 34)), batch: small ? 2 : 32 },
  vggsnn: { network: architecture('vggsnn', 48), batch: 1 },
};

const sections = {
  ...Object.fromEntries(Object.keys(networks).map((name) => [name, (rounds) => race(name, rounds)])),
  serial: (rounds) => serial(rounds, small),
  growth: (rounds) => growth(rounds, small),
  memory: () => memory(small),
};
const out = path.join(import.meta.dirname, '../results/training.json');
const result = { ...(existsSync(out) && JSON.parse(readFileSync(out, 'utf8'))), machine: machine() };
const round = (value) => Math.round(value * 100) / 100;

async function race(name, rounds) {
  const { network, batch: samples } = networks[name];
  const batch = randomBatch(network, samples);
  await selectBackend({ prefer: 'wasm' });
  const agreement = await compareGradients(network, batch);
  const makers = [engineStep, roundedStep, threadedStep, tensorStep, forwardPass];
  const contestants = [];
  for (const make of makers) contestants.push(await make(network, batch));
  const walls = await interleave(contestants, rounds);
  const rows = contestants.map(({ name: contestant, threads, cpuMillis }, i) => {
    const [wall, cpu] = [walls[i], summary(cpuMillis)];
    const times = { p10Ms: wall.p10, medianMs: wall.median, cpuP10Ms: cpu.p10, cpuMedianMs: cpu.median };
    const rounded = Object.fromEntries(Object.entries(times).map(([k, v]) => [k, round(v)]));
    return { name: contestant, threads, ...rounded };
  });
  for (const { dispose } of contestants) await dispose?.();
  // The least that an ideal dense framework needs is three times the forward pass F.
  const { cpuP10Ms: forward } = rows.find((row) => row.name === FORWARD);
  for (const row of rows) row.cpuOfF = round(row.cpuP10Ms / forward);
  console.log(`\n${name}: ${network.layers.length} nodes, T = 10, batch ${samples}`, agreement);
  console.table(rows);
  return {
    batch: samples,
    engineMiB: Math.round(engineBytes(network, samples) / 2 ** 20),
    roundedMiB: Math.round(engineBytes(network, samples, { gradients: 'power-of-two' }) / 2 ** 20),
    ...agreement,
    rows,
  };
}

for (const name of values.only?.split(',') ?? Object.keys(sections)) {
  const section = sections[name];
  if (section === undefined) throw new Error(`There is no section ${name}.`);
  const measured = await section(Number(values.rounds));
  if (small) continue;
  // Taken while the machine was as busy as this.
  const own = { load: round(loadavg()[0]), ...measured };
  if (name in networks) result.networks = { ...result.networks, [name]: own };
  else result[name] = own;
  writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
}
process.exit();
