/**
 * Containers on one core, each beside what bounds it: HDF5 as DSEC has it (Blosc, zstd, bytes shuffled) beside the
 * decompression of its chunks alone, ECF, EVT3 packets in MCAP files and ROS 1 bags beside the same words in a RAW file,
 * and AEDAT 4 with zstd beside the zstd program. Recordings lie in memory, but for the program's. All contestants
 * take turns, in an order of its own each round; times are CPU time.
 *
 * usage: node bench/toolbox/containers.mjs [--small] [--rounds 9]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createDecoder, decodeBytes, recycleBatch, SeededRandom } from '../../dist/src/index.js';
import { decompressBlosc } from '../../dist/src/formats/hdf5/chunk-filters/blosc.js';
import { batchesOf, compressedByReference, encode, joined, payloadsOf } from '../formats/recordings.mjs';
import { STREAMS } from '../formats/streams.mjs';
import { machine, summary } from '../machine.mjs';
import { bloscFile, rosbagOf } from './container-files.mjs';

const { values: options } = parseArgs({
  options: { small: { type: 'boolean', default: false }, rounds: { type: 'string', default: '9' } },
});
const EVENTS = options.small ? 200_000 : 2_000_000;
const ROUNDS = options.small ? 2 : Number(options.rounds);
const WARMUP = 2;
/** The program's start is shared by so many files. */
const PROGRAM_FILES = 8;
const CHUNK_BYTES = 256 * 1024;

const batches = Object.fromEntries(
  ['rows', 'M1'].map((name) => [name, batchesOf(STREAMS[name].make(EVENTS))]),
);
const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-containers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function* chunksOf(file) {
  for (let at = 0; at < file.length; at += CHUNK_BYTES) yield file.subarray(at, at + CHUNK_BYTES);
}

/** Decodes a recording; CPU microseconds. */
async function decodeMicros(format, file) {
  const source = {
    size: file.length,
    read: (offset, length) => Promise.resolve(file.subarray(offset, offset + length)),
  };
  let events = 0;
  const before = process.cpuUsage();
  for await (const batch of decodeBytes(chunksOf(file), createDecoder({ format }), { source })) {
    events += batch.length;
    recycleBatch(batch);
  }
  const { user, system } = process.cpuUsage(before);
  if (events !== EVENTS) throw new Error(`${format}: ${events} of ${EVENTS} events came back`);
  return user + system;
}

function cpuMicros(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** What the zstd program takes for a file's frames. */
function zstdProgram(file) {
  const frames = payloadsOf(file).map(([from, to]) => file.subarray(from, to));
  const packed = path.join(folder, 'packets.zst');
  writeFileSync(packed, Buffer.concat(Array.from({ length: PROGRAM_FILES }, () => frames).flat()));
  const command = `TIMEFORMAT='%U %S'; time zstd -dqc --single-thread ${packed} > /dev/null`;
  return () => {
    const { stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    const [user, system] = stderr.trim().split(' ').map(Number);
    return (1e6 * (user + system)) / PROGRAM_FILES;
  };
}

const contestants = new Map();
const add = (name, run) => {
  contestants.set(name, { run, micros: [] });
  return name;
};
const comparisons = [];
const compare = (ours, theirs, goal) => comparisons.push({ ours, theirs, goal });

for (const [stream, recorded] of Object.entries(batches)) {
  const { file, chunks } = bloscFile(recorded);
  const room = new Uint8Array(Math.max(...chunks.map(({ elementBytes }) => elementBytes)));
  const take = (length) => room.subarray(0, length);
  const alone = add(`Blosc chunks alone, ${stream}`, () =>
    cpuMicros(() => chunks.forEach(({ bytes, elementBytes }) => decompressBlosc(bytes, elementBytes, take))),
  );
  compare(
    add(`HDF5 DSEC, Blosc zstd, ${stream}`, () => decodeMicros('hdf5', file)),
    alone,
    1.3,
  );

  const ecf = joined(encode('hdf5', { layout: 'prophesee' }, recorded));
  compare(
    add(`HDF5 ECF, ${stream}`, () => decodeMicros('hdf5', ecf)),
    null,
    80,
  );

  const raw = joined(encode('evt3', {}, recorded));
  const words = add(`EVT3 RAW, ${stream}`, () => decodeMicros('evt3', raw));
  const mcap = joined(encode('mcap', {}, recorded));
  compare(
    add(`MCAP of EVT3, ${stream}`, () => decodeMicros('mcap', mcap)),
    words,
    1.2,
  );
  const bag = rosbagOf(raw, STREAMS[stream].geometry);
  compare(
    add(`ROS 1 bag of EVT3, ${stream}`, () => decodeMicros('rosbag', bag)),
    words,
    1.2,
  );

  const aedat4 = compressedByReference('zstd', recorded);
  const program = add(`zstd program, ${stream}`, zstdProgram(aedat4));
  compare(
    add(`AEDAT 4 zstd, ${stream}`, () => decodeMicros('aedat4', aedat4)),
    program,
    1.3,
  );
}

/** Others may use the machine: CPU time is less true then. */
const loadAverage = os.loadavg()[0];
const random = new SeededRandom(1);
const list = [...contestants.values()];
for (let round = -WARMUP; round < ROUNDS; round++) {
  for (const contestant of random.shuffle([...list])) {
    // The first run is not timed: what the one before left in caches is then its own.
    await contestant.run();
    const micros = await contestant.run();
    if (round >= 0) contestant.micros.push(micros);
  }
}

const rates = [...contestants].map(([name, { micros }]) => ({
  name,
  ...summary(micros.map((time) => EVENTS / time)),
}));
const ratios = comparisons.map(({ ours, theirs, goal }) => {
  const times = contestants.get(ours).micros;
  const others = theirs === null ? null : contestants.get(theirs).micros;
  const rateGoal = others === null ? goal : null;
  return {
    ...{
      name: ours,
      beside: theirs,
      goal: rateGoal === null ? `at most ${goal} times as long` : `${goal} M events/s`,
    },
    ...(others && { timesAsLong: summary(times.map((time, i) => time / others[i])) }),
  };
});
for (const { name, median } of rates)
  console.log(`${name.padEnd(34)} ${median.toFixed(1).padStart(7)} M events/s`);
for (const { name, beside, timesAsLong, goal } of ratios)
  if (timesAsLong)
    console.log(
      `${name} beside ${beside}: ${timesAsLong.median.toFixed(2)} times as long (p10 ${timesAsLong.p10.toFixed(2)}), goal ${goal}`,
    );
if (!options.small) {
  const results = path.resolve(import.meta.dirname, '../results/toolbox.json');
  const others = JSON.parse(readFileSync(results, 'utf8'));
  const streams = Object.fromEntries(Object.keys(batches).map((name) => [name, STREAMS[name].about]));
  const containers = {
    machine: machine(),
    loadAverage,
    unit: 'M events/s, CPU time',
    events: EVENTS,
    rounds: ROUNDS,
    streams,
    rates,
    ratios,
  };
  writeFileSync(results, `${JSON.stringify({ ...others, containers }, null, 2)}\n`);
}
