/**
 * Decoding AEDAT 2.0 and binning to 10 x 2 x 128 x 128 by count, on one core; contestants take turns. The plain
 * byte loop is how the format is read without a DataView.
 *
 * usage: node bench/decode-and-bin.mjs [FILE.aedat]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  Aedat2Decoder,
  Aedat2Encoder,
  allocateEvents,
  batchOf,
  binRecording,
  concatBatches,
  SeededRandom,
} from '../dist/src/index.js';
import { machine, summary } from './machine.mjs';

const EVENTS = 2_000_000;
const ROUNDS = 25;
const WARMUP = 5;

/** Clustered events as a moving object gives them. */
function synthetic() {
  const random = new SeededRandom(1);
  const arrays = allocateEvents(EVENTS);
  let [cx, cy] = [64, 64];
  for (let i = 0; i < EVENTS; i++) {
    if (i % 100 === 0) [cx, cy] = [20 + random.integer(88), 20 + random.integer(88)];
    arrays.t[i] = i;
    arrays.x[i] = cx + random.integer(20) - 10;
    arrays.y[i] = cy + random.integer(20) - 10;
    arrays.p[i] = random.integer(2);
  }
  return new Aedat2Encoder().push(batchOf(arrays, EVENTS, { width: 128, height: 128 }));
}

const file = process.argv[2] ? new Uint8Array(readFileSync(process.argv[2])) : synthetic();

function decode() {
  const decoder = new Aedat2Decoder();
  return [...decoder.push(file), ...decoder.finish()];
}

/** The same fields byte by byte. */
function decodeBytes(headerBytes) {
  const count = Math.floor((file.length - headerBytes) / 8);
  const { t, x, y, p } = allocateEvents(count);
  for (let i = 0, at = headerBytes; i < count; i++, at += 8) {
    const address = (file[at] << 24) | (file[at + 1] << 16) | (file[at + 2] << 8) | file[at + 3];
    t[i] = (file[at + 4] << 24) | (file[at + 5] << 16) | (file[at + 6] << 8) | file[at + 7];
    x[i] = 127 - ((address >>> 1) & 0x7f);
    y[i] = 127 - ((address >>> 8) & 0x7f);
    p[i] = 1 - (address & 1);
  }
  return t;
}

const probe = new Aedat2Decoder();
const events = concatBatches([...probe.push(file), ...probe.finish()]);
const { headerBytes } = probe.report;
const contestants = {
  'decode AEDAT 2.0': decode,
  'decode, plain bytes': () => decodeBytes(headerBytes),
  'bin by number, 10x2x128x128': () => binRecording(events, { by: 'number', steps: 10 }),
};
const rates = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < WARMUP + ROUNDS; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const started = performance.now();
    run();
    if (round >= WARMUP) rates[name].push(events.length / (performance.now() - started) / 1000);
  }
}
// Buffers of the rounds above are freed some time after the collection.
for (let i = 0; i < 3; i++) {
  globalThis.gc?.();
  await setTimeout(50);
}
const before = process.memoryUsage().arrayBuffers;
const held = decode();
const outputBytes = held.reduce((sum, batch) => sum + 13 * batch.length, 0);
const memory = { outputBytes, arrayBufferBytes: process.memoryUsage().arrayBuffers - before };
const result = {
  machine: machine(),
  events: events.length,
  unit: 'million events per second',
  rates: Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, summary(values)])),
  memory: { ...memory, ratio: memory.arrayBufferBytes / outputBytes },
};
console.log(`${result.machine.cpu}, Node ${result.machine.node}, ${events.length} events`);
for (const [name, { p10, median }] of Object.entries(result.rates))
  console.log(
    `${name.padEnd(32)} p10 ${p10.toFixed(0).padStart(5)}  median ${median.toFixed(0).padStart(5)} M events/s`,
  );
console.log(`memory: ${result.memory.ratio.toFixed(2)} times the output arrays`);
if (!process.argv[2])
  writeFileSync(
    path.join(import.meta.dirname, 'results', 'decode-and-bin.json'),
    `${JSON.stringify(result, null, 2)}\n`,
  );
