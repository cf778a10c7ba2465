/**
 * Puts small faults into the code, one at a time and in a copy of the tree, and counts those that the tests of the
 * room notice. Writes bench/results/mutants.json.
 *
 * usage: npm run test:mutants -- [--room NAME]... [--per-room 60 | --all] [--seed 1] [--parallel 1]
 *        --file TEXT: only in files whose name holds it; --survivors: only what survived in the results; both only print
 * Faults of the list named.mjs are always run. Rooms that are not named stay in the results as they are.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { machine } from '../../bench/machine.mjs';
import { Copy, readSource } from './copy.mjs';
import { applyMutant, guardLoops, mutantsOf } from './mutate.mjs';
import { NAMED } from './named.mjs';
import { ROOMS } from './rooms.mjs';

const { values } = parseArgs({
  options: {
    room: { type: 'string', multiple: true },
    'per-room': { type: 'string', default: '60' },
    all: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '1' },
    file: { type: 'string' },
    survivors: { type: 'boolean', default: false },
  },
});
const root = path.resolve(import.meta.dirname, '../..');
const out = path.join(root, 'bench/results/mutants.json');
const readResults = () => (existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')).rooms : {});
const before = readResults();
const equivalent = JSON.parse(readSource('tools/mutants/equivalent.json'));
const partial = values.survivors || values.file !== undefined;

const sourcesOf = (name) =>
  name.endsWith('/')
    ? readdirSync(path.join(root, name), { recursive: true })
        .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
        .sort()
        .map((file) => `${name}${file}`)
    : [name];

/** The mutants of a room and how many are known to change nothing. */
function mutantsOfRoom({ groups }) {
  // `which` of several alike on the line.
  const keys = new Set(
    equivalent.map(({ file, code, change, which = 0 }) => [file, code, change, which].join('\0')),
  );
  const known = ({ key }) => keys.has(key);
  const every = groups.flatMap(({ files, tests }) =>
    files.flatMap(sourcesOf).flatMap((file) => {
      const source = readSource(file);
      return mutantsOf(source, file).map((mutant) => ({
        ...mutant,
        tests,
        source: applyMutant(source, mutant),
      }));
    }),
  );
  return { every: every.filter((mutant) => !known(mutant)), equivalent: every.filter(known).length };
}

function sample(mutants, room) {
  const rank = ({ key }) => createHash('sha256').update(`${values.seed}\0${key}`).digest('hex');
  const survived = new Set(before[room]?.survived.map(textOf));
  return mutants
    .map((mutant) => ({ mutant, rank: rank(mutant) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, values.all || partial ? mutants.length : Number(values['per-room']))
    .map(({ mutant }) => mutant)
    .filter((mutant) => !values.file || mutant.file.includes(values.file))
    .filter((mutant) => !values.survivors || survived.has(textOf(mutant)));
}

const textOf = ({ file, code, change }) => `${file}\0${code}\0${change}`;

/** Runs mutants over the copies. */
async function run(mutants, isolate) {
  const copies = Array.from({ length: Number(values.parallel) }, () => new Copy(isolate));
  const counts = { killed: 0, timeout: 0, survived: 0 };
  const survived = [];
  const queue = [...mutants];
  const work = async (copy) => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const outcome = await copy.outcome(mutant.file, guardLoops(mutant.source), mutant.tests);
      counts[outcome]++;
      const place = `${mutant.file}:${mutant.line}`;
      console.log(`${outcome.padEnd(8)} ${place}  ${mutant.change}`);
      const { file, line, code, change } = mutant;
      if (outcome === 'survived') survived.push({ file, line, code, change });
    }
  };
  await Promise.all(copies.map(work));
  copies.forEach((copy) => copy.close());
  survived.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  const killed = counts.killed + counts.timeout;
  const score = mutants.length === 0 ? 1 : Number((killed / mutants.length).toFixed(4));
  return { mutants: mutants.length, killed, byTimeout: counts.timeout, score, survived };
}

/** The faults of the list, as mutants. */
function named() {
  return NAMED.map(({ name, file, find, put, tests }) => {
    const source = readSource(file);
    if (source.split(find).length !== 2) throw new Error(`${file} does not hold "${find}" once (${name}).`);
    const start = source.indexOf(find);
    const line = source.slice(0, start).split('\n').length;
    return { file, line, code: find, change: name, tests, source: source.replace(find, () => put) };
  });
}

let good = true;
const rooms = values.room ?? [...Object.keys(ROOMS), 'named'];
for (const room of rooms) {
  const known = room === 'named' ? { every: named(), equivalent: 0 } : mutantsOfRoom(ROOMS[room]);
  const chosen = room === 'named' ? known.every : sample(known.every, room);
  const result = await run(chosen, ROOMS[room]?.isolate ?? false);
  const least = room === 'named' ? 1 : ROOMS[room].least;
  if (result.score < least) good = false;
  console.log(`${room}: ${result.killed} of ${result.mutants} killed, ${(100 * result.score).toFixed(1)} %`);
  if (partial) continue;
  const { mutants, ...rest } = result;
  // Read again: another run may have written meanwhile.
  const results = readResults();
  results[room] = {
    ...(room !== 'named' && { seed: values.seed }),
    possible: known.every.length,
    equivalent: known.equivalent,
    mutants,
    ...rest,
  };
  const order = [...Object.keys(ROOMS), 'named'].filter((name) => name in results);
  const rooms = Object.fromEntries(order.map((name) => [name, results[name]]));
  writeFileSync(out, `${JSON.stringify({ machine: machine(), rooms }, null, 2)}\n`);
}
process.exit(good ? 0 : 1);
