/**
 * A long EVT3 recording: how long a seek to a random time takes with a stored index, what building the index costs beside
 * decoding alone, and how much memory both take. Decoding and indexing take turns; times are CPU time, with the wall
 * clock's beside it. The recording is made in a temporary folder, by another process, and taken away again.
 *
 * usage: node bench/toolbox/seek.mjs [--small] [--megabytes 2048] [--rounds 3]
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { fileSource } from '../../dist/datasets/index.js';
import {
  createDecoder,
  createEncoder,
  decodeBytes,
  decodeIndex,
  encodeIndex,
  openRecording,
  recycleBatch,
  SeededRandom,
} from '../../dist/src/index.js';
import { STREAMS } from '../formats/streams.mjs';
import { machine, summary } from '../machine.mjs';

const { values: options } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: '2048' },
    rounds: { type: 'string', default: '3' },
    make: { type: 'string', default: '' },
  },
});
const BYTES = (options.small ? 32 : Number(options.megabytes)) * 1e6;
const ROUNDS = options.small ? 1 : Number(options.rounds);
const SEEKS = 200;
const BLOCK_EVENTS = 2_000_000;
const stream = STREAMS.M1;

function makeRecording(file) {
  const block = stream.make(BLOCK_EVENTS);
  const span = block.t.at(-1) + 1;
  const encoder = createEncoder('evt3', { geometry: stream.geometry });
  const handle = openSync(file, 'w');
  for (let bytes = 0; bytes < BYTES;) {
    const part = encoder.push(block);
    bytes += writeSync(handle, part);
    for (let i = 0; i < block.length; i++) block.t[i] += span;
  }
  writeSync(handle, encoder.finish());
  closeSync(handle);
}

async function timed(work) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - wall };
}

const both = (times) => ({
  cpu: summary(times.map(({ cpuMs }) => cpuMs)),
  wall: summary(times.map(({ wallMs }) => wallMs)),
});

async function measure(file) {
  const restingKiB = process.memoryUsage().rss / 1024;
  const source = fileSource(file);
  const decoding = [];
  const indexing = [];
  let index;
  for (let round = 0; round < ROUNDS; round++) {
    const decode = async () => {
      for await (const batch of decodeBytes(source.chunks(0, source.size), createDecoder()))
        recycleBatch(batch);
    };
    decoding.push(await timed(decode));
    indexing.push(await timed(async () => (index = await (await openRecording(source)).buildIndex())));
  }
  const stored = encodeIndex(index);
  const opening = [];
  let recording;
  for (let i = 0; i < 5; i++)
    opening.push(
      await timed(async () => (recording = await openRecording(source, { index: decodeIndex(stored) }))),
    );
  const { tFirst, durationMicros, events } = await recording.summary();
  const random = new SeededRandom(1);
  const seeking = [];
  for (let i = 0; i < SEEKS; i++) {
    const time = tFirst + Math.floor((durationMicros * random.integer(1e9)) / 1e9);
    seeking.push(
      await timed(async () => {
        const found = await recording.at(time);
        if (!(found.t >= time)) throw new Error(`At ${time} µs there is the event of ${found.t} µs.`);
      }),
    );
  }
  await source.close();
  return {
    machine: machine(),
    unit: 'ms',
    stream: stream.about,
    bytes: source.size,
    events,
    rounds: ROUNDS,
    decode: both(decoding),
    buildIndex: both(indexing),
    // Of the passes that stood side by side.
    indexSpeed: summary(decoding.map(({ cpuMs }, i) => cpuMs / indexing[i].cpuMs)),
    indexBytes: stored.length,
    places: index.stretches.length,
    openWithIndex: both(opening),
    seek: both(seeking),
    memoryMiB: {
      resting: restingKiB / 1024,
      highest: process.resourceUsage().maxRSS / 1024,
    },
  };
}

if (options.make !== '') {
  makeRecording(options.make);
} else {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-seek-'));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  // Two gigabytes should not stay behind.
  process.on('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const file = path.join(folder, 'long.raw');
  const told = options.small ? ['--small'] : ['--megabytes', options.megabytes];
  execFileSync(process.execPath, [import.meta.filename, '--make', file, ...told]);
  const result = await measure(file);
  const { seek, openWithIndex, indexSpeed, memoryMiB, bytes, decode } = result;
  const ms = ({ cpu, wall }) =>
    `${cpu.median.toFixed(2)} ms CPU, ${wall.median.toFixed(2)} ms wall (p90 ${wall.p90.toFixed(2)})`;
  console.log(
    `${(bytes / 1e6).toFixed(0)} MB, decoded at ${(bytes / 1000 / decode.cpu.median).toFixed(0)} MB/s`,
  );
  console.log(`seek            ${ms(seek)}  goal 50`);
  console.log(`open with index ${ms(openWithIndex)}`);
  console.log(`index built at  ${(100 * indexSpeed.median).toFixed(0)} % of decoding speed  goal 80`);
  console.log(
    `memory          ${(memoryMiB.highest - memoryMiB.resting).toFixed(0)} MiB above the ${memoryMiB.resting.toFixed(0)} at rest  goal 64`,
  );
  if (!options.small) {
    const results = path.resolve(import.meta.dirname, '../results/toolbox.json');
    const others = JSON.parse(readFileSync(results, 'utf8'));
    writeFileSync(results, `${JSON.stringify({ ...others, seek: result }, null, 2)}\n`);
  }
}
