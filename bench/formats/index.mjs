/**
 * Decoding and encoding of every format on one core, from memory into typed arrays, on streams as cameras make them.
 * Batches are recycled, as `inspect` and `convert` do. All contestants take turns, each beside a plain copy of as many
 * bytes; decoders also with all batches left to the garbage collector, as their plain TypeScript loops, and beside the
 * peers that the environment names (peers.mjs). Each format has a process of its own: code that has met all others is
 * slower, and nobody decodes thirteen formats in one process. Rates are by CPU time, the process's whole: the machine is
 * shared; wall time is beside it in the result. Then the peak memory of decoding 20 MB and 2 GB files.
 *
 * usage: node bench/formats/index.mjs [--only evt2,csv] [--rounds 9] [--no-memory] [--no-plain]
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { allocateEvents, batchOf, findFormat, SeededRandom } from '../../dist/src/index.js';
import { machine, summary } from '../machine.mjs';
import { contestants, copyToFresh, copyToWarm, EVENTS, FORMATS } from './contestants.mjs';
import { peersOf, ratePeer } from './peers.mjs';
import { STREAMS } from './streams.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '9' },
    'no-memory': { type: 'boolean', default: false },
    'no-plain': { type: 'boolean', default: false },
    // One format, in this process; its rates as JSON.
    format: { type: 'string' },
  },
});
const ONLY = options.only.split(',').filter(Boolean);
const IDS = FORMATS.filter((id) => ONLY.length === 0 || ONLY.includes(id));
const ROUNDS = Number(options.rounds);
const WARMUP = 4;
const MEMORY_FORMATS = ['aedat2', 'aedat4', 'evt3'];
const MEMORY_BYTES = [20e6, 2e9];

function answer(worker, message) {
  const answered = once(worker, 'message');
  if (message !== undefined) worker.postMessage(message);
  return answered.then(([reply]) => reply);
}

const millionsPerSecond = (micros) => EVENTS / micros;

/** M events/s by CPU and by wall time. The first run is not timed: file, caches and garbage are then its own. */
function timed(run) {
  run();
  const started = performance.now();
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return {
    cpu: millionsPerSecond(user + system),
    wall: millionsPerSecond(1000 * (performance.now() - started)),
  };
}

const ratiosOf = (numerators, denominators) => numerators.map((rate, round) => rate / denominators[round]);

/** What was measured of a contestant, a value a round. */
const emptyRecord = () => ({ cpu: [], wall: [], copies: [], keeping: [], plain: [], peers: new Map() });

function measure({ run, runKeeping }, record) {
  const { cpu, wall } = timed(run);
  record.cpu.push(cpu);
  record.wall.push(wall);
  record.copies.push(timed(copyToWarm).cpu);
  if (runKeeping) record.keeping.push(timed(runKeeping).cpu);
}

function measurePeers({ does, format, file }, peers, record) {
  if (does !== 'decode') return;
  for (const peer of peers) {
    const result = ratePeer(peer, format, file);
    if (result === null) continue;
    const rates = record.peers.get(peer.name) ?? { events: result.events, rates: [] };
    rates.rates.push(result.rate);
    record.peers.set(peer.name, rates);
  }
}

function rowOf({ run: _, runKeeping: __, file: ___, ...contestant }, record) {
  const { cpu, wall, copies, keeping, plain, peers } = record;
  const row = {
    ...contestant,
    ...summary(cpu),
    wall: summary(wall),
    ratioToCopy: summary(ratiosOf(cpu, copies)),
  };
  if (keeping.length > 0) {
    row.batchesKept = summary(keeping);
    row.keptToRecycled = summary(ratiosOf(keeping, cpu));
  }
  if (plain.length > 0) {
    row.plain = summary(plain);
    row.ratioToPlain = summary(ratiosOf(cpu, plain));
  }
  if (peers.size > 0)
    row.peers = [...peers].map(([name, { events, rates }]) => ({
      name,
      events,
      ...summary(rates),
      ratio: summary(ratiosOf(cpu, rates)),
    }));
  return row;
}

async function ratesOf(format) {
  const list = contestants(format);
  const peers = peersOf();
  const worker = options['no-plain']
    ? undefined
    : new Worker(new URL('plain-worker.mjs', import.meta.url), { workerData: format });
  if (worker) await answer(worker);
  const records = list.map(emptyRecord);
  const scale = { warm: [], fresh: [] };
  const random = new SeededRandom(1);
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    const counts = round >= WARMUP;
    // In an order of its own each round: what one leaves behind, in caches say, the next one pays for.
    for (const i of random.shuffle([...list.keys()])) {
      const record = counts ? records[i] : emptyRecord();
      measure(list[i], record);
      if (counts) measurePeers(list[i], peers, record);
    }
    // Last, for while a worker decodes this thread sleeps, and wakes up cold.
    for (const [i, { does }] of list.entries()) {
      if (worker === undefined || does !== 'decode') continue;
      const micros = await answer(worker, i);
      if (counts) records[i].plain.push(millionsPerSecond(micros));
    }
    if (!counts) continue;
    scale.warm.push(timed(copyToWarm).cpu);
    scale.fresh.push(timed(copyToFresh).cpu);
  }
  await worker?.terminate();
  const scales = Object.entries(scale).map(([arrays, values]) => ({
    format: 'copy',
    name: `Copy to ${arrays} arrays`,
    stream: 'any',
    does: 'copy',
    bytesPerEvent: 13,
    ...summary(values),
  }));
  return [...scales, ...list.map((contestant, i) => rowOf(contestant, records[i]))];
}

/** All formats, each in a process of its own. */
function ratesOfAll() {
  const flags = ['--rounds', options.rounds, ...(options['no-plain'] ? ['--no-plain'] : [])];
  const found = IDS.map((id) => {
    const script = [import.meta.filename, '--format', id, ...flags];
    const stdio = ['ignore', 'pipe', 'inherit'];
    return JSON.parse(execFileSync(process.execPath, script, { stdio, maxBuffer: 2 ** 26 }));
  });
  const isScale = ({ does }) => does === 'copy';
  return [...found[0].filter(isScale), ...found.flatMap((rows) => rows.filter((row) => !isScale(row)))];
}

/** Writes a file of at least so many bytes: the same second again and again, later each time. */
function writeLarge(id, file, bytes) {
  const second = STREAMS.rows.make(500_000);
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

if (options.format !== undefined) {
  process.stdout.write(JSON.stringify(await ratesOf(options.format)));
  process.exit();
}

const result = {
  machine: machine(),
  events: EVENTS,
  unit: 'million events per CPU second',
  streams: Object.fromEntries(Object.entries(STREAMS).map(([name, { about }]) => [name, about])),
  rates: ratesOfAll(),
  memory: options['no-memory'] || ONLY.length > 0 ? [] : memory(),
};
console.log(
  `${result.machine.cpu}, Node ${result.machine.node}, ${EVENTS} events, M events/CPU s: median (p10)`,
);
const number = (value) => value.toFixed(0).padStart(5);
for (const row of result.rates) {
  const { name, stream, does, bytesPerEvent, median, p10 } = row;
  const notes = [
    row.ratioToCopy && `${(100 * row.ratioToCopy.median).toFixed(0)} % of copy`,
    row.batchesKept && `batches kept ${row.batchesKept.median.toFixed(0)}`,
    row.ratioToPlain && `${row.ratioToPlain.median.toFixed(2)} x plain`,
    ...(row.peers ?? []).map(
      (peer) =>
        `${peer.name} ${peer.median.toFixed(0)}: ${peer.ratio.median.toFixed(2)} (${peer.ratio.p10.toFixed(2)}) x${peer.events === EVENTS ? '' : `, BUT ${peer.events} EVENTS`}`,
    ),
  ];
  console.log(
    `${name.padEnd(40)} ${stream.padEnd(10)} ${does.padEnd(10)} ${number(median)} (${number(p10)})  ${bytesPerEvent.toFixed(2).padStart(6)} B/event  ${notes.filter(Boolean).join(', ')}`,
  );
}
for (const { format, peaks } of result.memory)
  for (const { fileBytes, peakBytes } of peaks)
    console.log(
      `${format}: ${(fileBytes / 1e6).toFixed(0)} MB file, peak memory ${(peakBytes / 1e6).toFixed(0)} MB`,
    );
if (ONLY.length === 0)
  writeFileSync(
    path.join(import.meta.dirname, '../results/formats.json'),
    `${JSON.stringify(result, null, 2)}\n`,
  );
