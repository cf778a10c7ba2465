/**
 * The live service as a process of its own on one core: what a connection costs, many cameras in real time, overload, memory.
 *
 * usage: npm run bench:live [-- --small --only throughput,realtime,overload,memory --memory-seconds 3600]
 */
import { parseArgs } from 'node:util';
import { memory } from './memory.mjs';
import { overload } from './overload.mjs';
import { realtime } from './realtime.mjs';
import { keepSections } from './results.mjs';
import { throughput } from './throughput.mjs';

const { values: options } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    only: { type: 'string', default: 'throughput,realtime,overload,memory' },
    'memory-seconds': { type: 'string', default: '60' },
  },
});
const { small } = options;
const sections = {
  throughput: () => throughput(small ? { rounds: 1, events: 500_000 } : { rounds: 7, events: 8_000_000 }),
  realtime: async () => {
    const all = [];
    for (const cameras of small ? [4] : [32, 48, 64])
      all.push(await realtime({ cameras, seconds: small ? 3 : 20 }));
    return all;
  },
  overload: () => overload(small ? { rounds: 1, seconds: 3 } : { rounds: 3, seconds: 12 }),
  memory: () => memory({ seconds: small ? 5 : Number(options['memory-seconds']) }),
};

const results = {};
for (const name of options.only.split(',')) {
  results[name] = await sections[name]();
  console.log(
    name,
    JSON.stringify(
      results[name],
      (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value),
      2,
    ),
  );
}
if (!small) keepSections(results);
