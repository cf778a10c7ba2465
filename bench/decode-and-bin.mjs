/**
 * Decoding AEDAT 2.0, and binning by number to 10 frames, on one core: a recording in memory, and all the way from a
 * file's bytes. Contestants take turns; beside them run the plain loops, and SpikingJelly's NumPy functions where Python
 * has NumPy. Rates are per CPU second, garbage collection included.
 *
 * usage: node --expose-gc bench/decode-and-bin.mjs
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  allocateEvents,
  binRecording,
  createDecoder,
  createEncoder,
  FRAME_RULE_DEFAULTS,
  FrameStream,
  pixelMap,
  sliceBatch,
} from '../dist/src/index.js';
import { PlainCounter } from '../dist/src/frames/count-plain.js';
import { STREAMS } from './formats/streams.mjs';
import { machine, summary } from './machine.mjs';
import { HAS_NUMPY, startNumpyBinning } from './numpy-binning.mjs';

const EVENTS = 2_000_000;
const STEPS = 10;
const BINNING = { by: 'number', steps: STEPS };
const ROUNDS = 15;
const WARMUP = 3;
const CHUNK_BYTES = 65_536;

const stream = (name) => STREAMS[name].make(EVENTS);
const [small, vga] = [stream('scattered'), stream('M1')];

function encode(format, batch) {
  const encoder = createEncoder(format, { geometry: batch.geometry });
  return new Uint8Array(Buffer.concat([encoder.push(batch), encoder.finish()]));
}

const aedat2 = encode('aedat2', small);
const evt2 = encode('evt2', vga);

function decode() {
  const decoder = createDecoder({ format: 'aedat2' });
  return [...decoder.push(aedat2), ...decoder.finish()];
}

/** The fields of AEDAT 2.0 byte by byte, as one reads them without a DataView. */
function decodeBytes() {
  const start = aedat2.length - 8 * EVENTS;
  const { t, x, y, p } = allocateEvents(EVENTS);
  for (let i = 0, at = start; i < EVENTS; i++, at += 8) {
    const address = (aedat2[at] << 24) | (aedat2[at + 1] << 16) | (aedat2[at + 2] << 8) | aedat2[at + 3];
    t[i] = (aedat2[at + 4] << 24) | (aedat2[at + 5] << 16) | (aedat2[at + 6] << 8) | aedat2[at + 7];
    x[i] = 127 - ((address >>> 1) & 0x7f);
    y[i] = 127 - ((address >>> 8) & 0x7f);
    p[i] = 1 - (address & 1);
  }
  return t;
}

/** Every step by the loops that run without WebAssembly. */
function binPlainly(batch) {
  const { geometry: sensor } = batch;
  const counter = new PlainCounter(pixelMap({ sensor, output: sensor }), 'uint16');
  const share = EVENTS / STEPS;
  for (let at = 0; at < EVENTS; at += share) counter.count([sliceBatch(batch, at, at + share)]);
}

/** From a file's bytes to frames, as training, `classify` and `preprocess` go. */
function fromBytes(format, file, sensor) {
  const decoder = createDecoder({ format, geometry: sensor });
  const rule = { ...FRAME_RULE_DEFAULTS, sensor, binning: BINNING };
  const frames = new FrameStream({ rule, recycle: true, wholeWindows: true });
  let events = 0;
  const take = (list) => {
    for (const frame of list) events += frame.events + frame.saturated;
  };
  for (let at = 0; at < file.length; at += CHUNK_BYTES)
    for (const batch of decoder.push(file.subarray(at, at + CHUNK_BYTES))) take(frames.frames(batch));
  for (const batch of decoder.finish()) take(frames.frames(batch));
  take(frames.finalFrames());
  if (events !== EVENTS) throw new Error(`${format}: ${events} of ${EVENTS} events in frames`);
}

/** CPU seconds of work in this process. The first run is not timed: caches and garbage of the timed one are its own. */
const here = (run) => () => {
  run();
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const contestants = {
  'decode AEDAT 2.0': here(decode),
  'decode, plain bytes': here(decodeBytes),
};
const peers = [];
for (const [size, batch, file] of [
  ['128x128', small, ['aedat2', aedat2]],
  ['640x480', vga, ['evt2', evt2]],
]) {
  contestants[`bin by number, ${size}`] = here(() => binRecording(batch, BINNING));
  contestants[`bin by number, ${size}, uint8`] = here(() =>
    binRecording(batch, BINNING, { countType: 'uint8' }),
  );
  contestants[`bin by number, ${size}, plain loop`] = here(() => binPlainly(batch));
  contestants[`${file[0]} bytes to frames, ${size}, uint8`] = here(() => fromBytes(...file, batch.geometry));
  if (!HAS_NUMPY) continue;
  const peer = await startNumpyBinning(batch, STEPS);
  const [{ counts }] = binRecording(batch, BINNING);
  if (createHash('sha256').update(counts).digest('hex') !== peer.sha256)
    throw new Error(`${size}: NumPy's frames are others`);
  contestants[`bin by number, ${size}, NumPy`] = peer.run;
  peers.push(peer);
}

const rates = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < WARMUP + ROUNDS; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const seconds = await run();
    if (round >= WARMUP) rates[name].push(EVENTS / seconds / 1e6);
  }
}
for (const peer of peers) peer.end();

/** Rates of the rounds over those of another contestant in the same rounds. */
const against = (name, other) =>
  rates[other] && { [other]: summary(rates[name].map((rate, round) => rate / rates[other][round])) };
const ratios = Object.fromEntries(
  ['128x128', '640x480'].map((size) => {
    const name = `bin by number, ${size}`;
    return [name, { ...against(name, `${name}, plain loop`), ...against(name, `${name}, NumPy`) }];
  }),
);

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
  events: EVENTS,
  steps: STEPS,
  unit: 'million events per CPU second',
  rates: Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, summary(values)])),
  ratios,
  memory: { ...memory, ratio: memory.arrayBufferBytes / outputBytes },
};
console.log(`${result.machine.cpu}, Node ${result.machine.node}, ${EVENTS} events, M events per CPU second`);
for (const [name, { p10, median }] of Object.entries(result.rates))
  console.log(
    `${name.padEnd(40)} p10 ${p10.toFixed(0).padStart(5)}  median ${median.toFixed(0).padStart(5)}`,
  );
for (const [name, others] of Object.entries(ratios))
  for (const [other, { p10, median }] of Object.entries(others))
    console.log(
      `${name} over ${other.split(', ').at(-1)}: p10 ${p10.toFixed(1)}, median ${median.toFixed(1)}`,
    );
console.log(`memory: ${result.memory.ratio.toFixed(2)} times the output arrays`);
writeFileSync(
  path.join(import.meta.dirname, 'results', 'decode-and-bin.json'),
  `${JSON.stringify(result, null, 2)}\n`,
);
