/**
 * Filters and representations on one core: events from memory, in batches as decoders give them. All contestants take turns.
 *
 * usage: node bench/toolbox/index.mjs [--small] [--rounds 9] [--stream M1] [--sparse M02] [--only 'refractory;counts']
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sliceBatch } from '../../dist/src/index.js';
import { STREAMS } from '../formats/streams.mjs';
import { machine } from '../machine.mjs';
import { filterContestants } from './filters.mjs';
import { race } from './race.mjs';
import { IN_STEPS, representationContestants } from './representations.mjs';

const { values: options } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    stream: { type: 'string', default: 'M1' },
    sparse: { type: 'string', default: 'M02' },
    only: { type: 'string', default: '' },
  },
});
const EVENTS = options.small ? 200_000 : 2_000_000;
const ROUNDS = options.small ? 3 : Number(options.rounds);
const BATCH = 16_384;
const only = options.only.split(';').filter(Boolean);

function batchesOf(stream) {
  const all = stream.make(EVENTS);
  const batches = [];
  for (let from = 0; from < EVENTS; from += BATCH) {
    const { t, x, y, p, ...batch } = sliceBatch(all, from, Math.min(EVENTS, from + BATCH));
    batches.push({ ...batch, t: t.slice(), x: x.slice(), y: y.slice(), p: p.slice() });
  }
  return batches;
}

function raced(contestants) {
  const chosen = contestants.filter(
    ({ name }) =>
      only.length === 0 || only.some((wanted) => name === wanted || name === `${wanted}${IN_STEPS}`),
  );
  const results = race(chosen, { events: EVENTS, rounds: ROUNDS });
  return chosen.map(({ name, goal }, i) => ({ name, goal, ...results[i] }));
}

function print({ name, goal, whole, own }, besides, more) {
  const wanted = goal === null ? '' : `  goal ${goal}`;
  const alone = own === null ? '' : `, without ${besides} ${own.median.toFixed(0)}`;
  console.log(
    `${name.padEnd(46)} ${whole.median.toFixed(0).padStart(5)} M events/s${alone}${wanted}  ${more}`,
  );
}

function filterRows(stream) {
  console.log(`filters, ${stream.about}`);
  return raced(filterContestants(batchesOf(stream))).map(({ result, beside: _, ...row }) => {
    const kept = result / EVENTS;
    print(row, 'the copy', `kept ${(100 * kept).toFixed(1)} %`);
    return { name: row.name, goal: row.goal, kept, whole: row.whole, own: row.own };
  });
}

/** `own`: events alone; the dense pass is of one frame, all of it known; `inSteps`: events of a stream, dense passes and all. */
function representationRows(stream) {
  const { about, contestants } = representationContestants(batchesOf(stream));
  console.log(`representations, ${stream.about}, ${about}`);
  const results = new Map(raced(contestants).map((row) => [row.name, row]));
  const rows = [...results.values()].filter(({ name }) => results.has(`${name}${IN_STEPS}`));
  return {
    stream: `${stream.about}, ${about}`,
    rows: rows.map(({ name, goal, own, beside }) => {
      const inSteps = results.get(`${name}${IN_STEPS}`).whole;
      const densePassMicros = Math.max(0, beside.median - EVENTS / own.median);
      print(
        { name, goal, whole: inSteps, own },
        'dense passes',
        `dense pass ${densePassMicros.toFixed(0)} µs`,
      );
      return { name, goal, own, densePassMicros, inSteps };
    }),
  };
}

const stream = STREAMS[options.stream];
const filters = filterRows(stream);
const representations = [stream, STREAMS[options.sparse]].map(representationRows);
if (!options.small && only.length === 0) {
  const folder = path.resolve(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  const result = {
    machine: machine(),
    loadAverage: loadavg()[0],
    unit: 'M events/s, CPU time',
    events: EVENTS,
    rounds: ROUNDS,
    stream: stream.about,
    filters,
    representations,
  };
  const file = path.join(folder, 'toolbox.json');
  // What seek.mjs and containers.mjs measured stays.
  const { seek, containers } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  writeFileSync(file, `${JSON.stringify({ ...result, seek, containers }, null, 2)}\n`);
}
