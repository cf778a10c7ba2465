/**
 * Preprocessing as a user runs it: whole processes from folders of recordings to folders of compressed frames, T = 10 by
 * number of events. `saccade preprocess` with one and two workers and SpikingJelly's way in NumPy (numpy_frames.py, one
 * process; where python3 has NumPy) take turns. N-MNIST has as many samples as its test set: start-up and warm-up of the
 * processes, half a second each, are part of the times. CPU time is that of all their processes and threads. At the end of each data
 * set all frames are compared.
 *
 * usage: npm run bench:preprocess [-- --small --rounds 3]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { readNpzFrames } from '../../dist/datasets/index.js';
import { SeededRandom } from '../../dist/src/index.js';
import { machine, summary } from '../machine.mjs';
import { makeCifar10Dvs, makeNmnist } from './data.mjs';

const { values: options } = parseArgs({
  options: { small: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
});
const { small } = options;
const ROUNDS = Number(options.rounds);
const MAIN = path.join(import.meta.dirname, '../../dist/cli/main.js');
const NUMPY = path.join(import.meta.dirname, 'numpy_frames.py');

const SETS = [
  { name: 'N-MNIST', kind: 'atis40', side: 34, make: (folder) => makeNmnist(folder, small ? 300 : 10_000) },
  {
    name: 'CIFAR10-DVS-like',
    kind: 'cifar10-dvs',
    side: 128,
    make: (folder) => makeCifar10Dvs(folder, small ? 10 : 600),
  },
];

/** Runs a command. `times` of the shell knows the CPU time of all that it waited for. */
function timed(command) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync('sh', ['-c', '"$@" >/dev/null && times', 'sh', ...command], {
    encoding: 'utf8',
  });
  const wallMillis = performance.now() - started;
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
  const children = stdout.trim().split('\n').at(-1).split(' ');
  const cpuMillis = children.reduce((sum, text) => {
    const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text);
    return sum + 60_000 * Number(minutes) + 1000 * Number(seconds);
  }, 0);
  return { wallMillis, cpuMillis };
}

function contestants({ kind, side }, data) {
  const ours = ['float64', 'uint8'].flatMap((dtype) =>
    [1, 2].map((workers) => ({
      name: 'saccade',
      dtype,
      workers,
      command: (out) => [
        ...[process.execPath, MAIN, 'preprocess', data, '--out', out, '--steps', '10', '--by', 'number'],
        ...['--dtype', dtype, '--workers', String(workers)],
      ],
    })),
  );
  const numpy = {
    name: 'NumPy',
    dtype: 'float64',
    workers: 1,
    command: (out) => ['python3', NUMPY, kind, String(side), String(side), '10', data, out],
  };
  return spawnSync('python3', ['-c', 'import numpy']).status === 0 ? [...ours, numpy] : ours;
}

/** The frames below a folder by class and name, as all lay them out. */
function framesBelow(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.npz'),
  );
  return new Map(files.map((file) => [file.split(path.sep).slice(-2).join('/'), path.join(folder, file)]));
}

/** Compares all frames with those of the first folder. */
function requireEqual([first, ...others], samples) {
  const expected = framesBelow(first);
  if (expected.size !== samples)
    throw new Error(`${first} has frames of ${expected.size} of ${samples} recordings.`);
  for (const other of others.map(framesBelow)) {
    if (other.size !== samples)
      throw new Error(`There are frames of ${other.size} of ${samples} recordings.`);
    for (const [name, file] of expected) {
      const [a, b] = [file, other.get(name)].map((from) => readNpzFrames(readFileSync(from), from));
      const isEqual = a.data.length === b.data.length && a.data.every((count, i) => count === b.data[i]);
      if (!isEqual) throw new Error(`${file} and ${other.get(name)} differ.`);
    }
  }
}

function bytesBelow(folder) {
  return [...framesBelow(folder).values()].reduce((sum, file) => sum + statSync(file).size, 0);
}

function measure(set, folder) {
  const data = path.join(folder, 'data');
  const { samples, events } = set.make(data);
  const list = contestants(set, data).map((one, i) => ({
    ...one,
    out: path.join(folder, `out-${i}`),
    runs: [],
  }));
  const random = new SeededRandom(ROUNDS);
  // The first round warms the page cache.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const i of random.shuffle([...list.keys()])) {
      const { out, command, runs } = list[i];
      // Nothing is removed meanwhile: ext4 is slow for some seconds where that was done.
      const run = timed(command(path.join(out, String(round))));
      if (round > 0) runs.push(run);
    }
  }
  requireEqual(
    list.map(({ out }) => path.join(out, String(ROUNDS))),
    samples,
  );
  const peer = list.find(({ name }) => name === 'NumPy');
  return {
    ...{ set: set.name, samples, events },
    rows: list.map(({ name, dtype, workers, out, runs }) => ({
      ...{ name, dtype, workers },
      samplesPerSecond: summary(runs.map(({ wallMillis }) => (1000 * samples) / wallMillis)),
      cpuMillisPerSample: summary(runs.map(({ cpuMillis }) => cpuMillis / samples)),
      bytesPerSample: bytesBelow(path.join(out, String(ROUNDS))) / samples,
      ...(peer && {
        cpuRatioToNumpy: summary(runs.map(({ cpuMillis }, round) => cpuMillis / peer.runs[round].cpuMillis)),
        rateRatioToNumpy: summary(
          runs.map(({ wallMillis }, round) => peer.runs[round].wallMillis / wallMillis),
        ),
      }),
    })),
  };
}

const sets = SETS.map((set) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-bench-'));
  try {
    return measure(set, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
const result = { machine: machine(), rounds: ROUNDS, steps: 10, by: 'number', sets };
console.log(`${result.machine.cpu}, Node ${result.machine.node}; median (p10 of rates, p90 of times)`);
for (const { set, samples, rows } of sets) {
  console.log(`${set}, ${samples} samples`);
  for (const { name, dtype, workers, ...row } of rows) {
    const {
      samplesPerSecond: rate,
      cpuMillisPerSample: cpu,
      cpuRatioToNumpy: ratio,
      rateRatioToNumpy: times,
    } = row;
    const beside = ratio ? `, CPU ${ratio.median.toFixed(2)} x, rate ${times.median.toFixed(2)} x NumPy` : '';
    console.log(
      `  ${`${name} ${dtype}, ${workers} worker${workers > 1 ? 's' : ''}`.padEnd(28)} ${rate.median.toFixed(0).padStart(5)} (${rate.p10.toFixed(0)}) samples/s  CPU ${cpu.median.toFixed(2)} (${cpu.p90.toFixed(2)}) ms  ${(row.bytesPerSample / 1000).toFixed(1)} kB${beside}`,
    );
  }
}
if (!small)
  writeFileSync(
    path.join(import.meta.dirname, '../results/preprocess.json'),
    `${JSON.stringify(result, null, 2)}\n`,
  );
