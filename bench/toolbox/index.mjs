/**
 * Filters on one core: events from memory, in batches as decoders give them, into memory that serves all of them, as in a
 * stream that recycles. All contestants take turns in one process, each beside a plain copy of the same events, which is a
 * part of what each does: the rate of a filter is that of what its run takes longer than the copy, and that of the whole is
 * beside it. Rates are by CPU time: the machine is shared.
 *
 * usage: node bench/toolbox/index.mjs [--small] [--rounds 9] [--stream M1] [--only refractory,copy]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { allocateEvents, sliceBatch } from '../../dist/src/index.js';
import { STREAMS } from '../formats/streams.mjs';
import { machine, summary } from '../machine.mjs';
import { CONTESTANTS, COPY } from './contestants.mjs';

const { values: options } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    stream: { type: 'string', default: 'M1' },
    only: { type: 'string', default: '' },
  },
});
const EVENTS = options.small ? 200_000 : 2_000_000;
const ROUNDS = options.small ? 3 : Number(options.rounds);
const WARMUP = 3;
const BATCH = 16_384;
const only = options.only.split(',').filter(Boolean);
const contestants = CONTESTANTS.filter(({ name }) => only.length === 0 || only.includes(name));

const stream = STREAMS[options.stream];
const all = stream.make(EVENTS);
const batches = [];
for (let from = 0; from < EVENTS; from += BATCH) {
  const { t, x, y, p, ...batch } = sliceBatch(all, from, Math.min(EVENTS, from + BATCH));
  batches.push({ ...batch, t: t.slice(), x: x.slice(), y: y.slice(), p: p.slice() });
}
const room = allocateEvents(BATCH);

/** CPU microseconds. */
function timed({ run }) {
  const before = process.cpuUsage();
  const kept = run(batches, room);
  const { user, system } = process.cpuUsage(before);
  return { micros: user + system, kept };
}

const records = new Map(contestants.map(({ name }) => [name, { whole: [], own: [], kept: 0 }]));
for (let round = -WARMUP; round < ROUNDS; round++) {
  for (const contestant of contestants) {
    const copy = timed(COPY);
    const { micros, kept } = timed(contestant);
    if (round < 0) continue;
    const record = records.get(contestant.name);
    record.whole.push(EVENTS / micros);
    // Where the machine was busy with something else, a copy may take as long.
    record.own.push(EVENTS / Math.max(1, micros - copy.micros));
    record.kept = kept;
  }
}

const rows = contestants.map(({ name, goal }) => {
  const { whole, own, kept } = records.get(name);
  return {
    name,
    goal,
    kept: kept / EVENTS,
    whole: summary(whole),
    own: name === COPY.name ? null : summary(own),
  };
});
for (const { name, goal, kept, whole, own } of rows) {
  const wanted = goal === null ? '' : `  goal ${goal}`;
  const alone = own === null ? '' : `, without the copy ${own.median.toFixed(0)}`;
  console.log(
    `${name.padEnd(46)} ${whole.median.toFixed(0).padStart(5)} M events/s${alone}${wanted}  kept ${(100 * kept).toFixed(1)} %`,
  );
}
if (!options.small && only.length === 0) {
  const folder = path.resolve(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  const { about } = stream;
  const result = {
    machine: machine(),
    unit: 'M events/s, CPU time',
    events: EVENTS,
    rounds: ROUNDS,
    stream: about,
    filters: rows,
  };
  const file = path.join(folder, 'toolbox.json');
  // What seek.mjs and containers.mjs measured stays.
  const { seek, containers } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  writeFileSync(file, `${JSON.stringify({ ...result, seek, containers }, null, 2)}\n`);
}
