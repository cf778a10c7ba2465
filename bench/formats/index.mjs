/**
 * Decoding and encoding of every format on one core, from memory into typed arrays. Batches are recycled, as `inspect`
 * and `convert` do. All contestants take turns, each beside a plain copy of as many bytes; decoders also with all
 * batches left to the garbage collector, and as their plain TypeScript loops. Then the peak memory of decoding 20 MB
 * and 2 GB files.
 *
 * usage: node bench/formats/index.mjs [--no-memory]
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { allocateEvents, batchOf, findFormat, SeededRandom } from '../../dist/src/index.js';
import { machine, summary } from '../machine.mjs';
import { contestants, copyToFresh, copyToWarm, EVENTS } from './contestants.mjs';
import { rows } from './streams.mjs';

const ROUNDS = 9;
const WARMUP = 4;
const MEMORY_FORMATS = ['aedat2', 'aedat4', 'evt3'];
const MEMORY_BYTES = [20e6, 2e9];

function answer(worker, message) {
  const answered = once(worker, 'message');
  if (message !== undefined) worker.postMessage(message);
  return answered.then(([reply]) => reply);
}

/** M events/s. The first run is not timed: file, caches and garbage of the timed one are the contestant's own. */
function timed(run) {
  run();
  const started = performance.now();
  run();
  return EVENTS / (performance.now() - started) / 1000;
}

const ratiosOf = (numerators, denominators) => numerators.map((rate, round) => rate / denominators[round]);

async function rates() {
  const list = contestants();
  const worker = new Worker(new URL('plain-worker.mjs', import.meta.url));
  await answer(worker);
  const measured = list.map(() => ({ ours: [], copies: [], keeping: [], plain: [] }));
  const scale = { warm: [], fresh: [] };
  const random = new SeededRandom(1);
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    const counts = round >= WARMUP;
    // In an order of its own each round: what one leaves behind, in caches say, the next one pays for.
    for (const i of random.shuffle([...list.keys()])) {
      const { run, runKeeping } = list[i];
      const [rate, copyRate, keepingRate] = [timed(run), timed(copyToWarm), runKeeping && timed(runKeeping)];
      if (!counts) continue;
      const { ours, copies, keeping } = measured[i];
      ours.push(rate);
      copies.push(copyRate);
      scale.warm.push(copyRate);
      if (runKeeping) keeping.push(keepingRate);
    }
    // Last, for while a worker decodes this thread sleeps, and wakes up cold.
    for (const [i, { does }] of list.entries()) {
      if (does !== 'decode') continue;
      const millis = await answer(worker, i);
      if (counts) measured[i].plain.push(EVENTS / millis / 1000);
    }
    if (counts) scale.fresh.push(timed(copyToFresh));
  }
  await worker.terminate();
  const rows = list.map(({ run: _, runKeeping: __, ...contestant }, i) => {
    const { ours, copies, keeping, plain } = measured[i];
    const row = {
      ...contestant,
      ...summary(ours),
      ratioToCopy: summary(ratiosOf(ours, copies)),
    };
    if (contestant.does !== 'decode') return row;
    row.batchesKept = summary(keeping);
    row.plain = summary(plain);
    row.ratioToPlain = summary(ratiosOf(ours, plain));
    if (list[i - 1]?.does === 'decompress')
      row.timesDecompression = summary(ratiosOf(measured[i - 1].ours, ours));
    return row;
  });
  const scales = Object.entries(scale).map(([arrays, rates]) => ({
    format: 'copy',
    name: `Copy to ${arrays} arrays`,
    stream: 'any',
    does: 'copy',
    bytesPerEvent: 13,
    ...summary(rates),
  }));
  return [...scales, ...rows];
}

/** Writes a file of at least so many bytes: the same second again and again, later each time. */
function writeLarge(id, file, bytes) {
  const second = rows(500_000);
  const span = second.t.at(-1) + 1;
  const encoder = findFormat(id).createEncoder({ geometry: second.geometry });
  const handle = openSync(file, 'w');
  const write = (chunk) => writeSync(handle, chunk);
  for (let i = 0; statSync(file).size < bytes; i++) {
    const arrays = allocateEvents(second.length);
    arrays.t.set(second.t.map((time) => time + i * span));
    arrays.x.set(second.x);
    arrays.y.set(second.y);
    arrays.p.set(second.p);
    write(encoder.push(batchOf(arrays, second.length, second.geometry)));
  }
  write(encoder.finish());
  for (const patch of encoder.patches ?? [])
    writeSync(handle, patch.bytes, 0, patch.bytes.length, patch.byteOffset);
  closeSync(handle);
}

function memory() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-bench-'));
  try {
    return MEMORY_FORMATS.filter((id) => findFormat(id)?.createEncoder).map((format) => {
      const peaks = MEMORY_BYTES.map((bytes) => {
        const file = path.join(folder, format);
        writeLarge(format, file, bytes);
        const script = path.join(import.meta.dirname, 'memory.mjs');
        const { events, peakBytes } = JSON.parse(
          execFileSync(process.execPath, [script, format, file], { encoding: 'utf8' }),
        );
        return { fileBytes: statSync(file).size, events, peakBytes };
      });
      return { format, peaks };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const result = {
  machine: machine(),
  events: EVENTS,
  unit: 'million events per second',
  rates: await rates(),
  memory: process.argv.includes('--no-memory') ? [] : memory(),
};
console.log(`${result.machine.cpu}, Node ${result.machine.node}, ${EVENTS} events, M events/s: median (p10)`);
const number = (value) => value.toFixed(0).padStart(5);
for (const row of result.rates) {
  const { name, stream, does, bytesPerEvent, median, p10, target } = row;
  const notes = [
    row.ratioToCopy && `${(100 * row.ratioToCopy.median).toFixed(0)} % of copy`,
    row.batchesKept && `batches kept ${row.batchesKept.median.toFixed(0)}`,
    row.ratioToPlain && `${row.ratioToPlain.median.toFixed(2)} x plain`,
    row.timesDecompression && `takes ${row.timesDecompression.median.toFixed(2)} x the decompression`,
    target && `target ${target}: ${median >= target ? 'reached' : 'not reached'}`,
  ];
  console.log(
    `${name.padEnd(22)} ${stream.padEnd(10)} ${does.padEnd(10)} ${number(median)} (${number(p10)})  ${bytesPerEvent.toFixed(2).padStart(6)} B/event  ${notes.filter(Boolean).join(', ')}`,
  );
}
for (const { format, peaks } of result.memory)
  for (const { fileBytes, peakBytes } of peaks)
    console.log(
      `${format}: ${(fileBytes / 1e6).toFixed(0)} MB file, peak memory ${(peakBytes / 1e6).toFixed(0)} MB`,
    );
if (result.memory.length > 0)
  writeFileSync(
    path.join(import.meta.dirname, '../results/formats.json'),
    `${JSON.stringify(result, null, 2)}\n`,
  );
