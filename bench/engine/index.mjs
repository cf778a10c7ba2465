/**
 * The engine against what one would use instead, in one go. Contestants of a section take turns in one process, so
 * their ratios hold; times of different sections do not compare.
 *
 * usage: node bench/engine/index.mjs [--only rates,neurons,…] [--rates 5,10,20,30] [--rounds 16] [--small]
 *   --small   a small network instead of VGGSNN: shows that everything works; writes no results
 *   --only    leaves the other sections as the results file has them
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { machine } from '../machine.mjs';
import { SMALL, VGGSNN } from './networks.mjs';
import { print, resultRow } from './race.mjs';
import * as architectures from './sections/architectures.mjs';
import * as chromium from './sections/chromium.mjs';
import * as coldStart from './sections/cold-start.mjs';
import * as growth from './sections/growth.mjs';
import * as neurons from './sections/neurons.mjs';
import * as nmnist from './sections/nmnist.mjs';
import * as rates from './sections/rates.mjs';
import * as stepLatency from './sections/step-latency.mjs';

const sections = { rates, neurons, stepLatency, nmnist, chromium, coldStart, growth, architectures };

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(sections).join() },
    rates: { type: 'string', default: '5,10,20,30' },
    rounds: { type: 'string', default: '16' },
    small: { type: 'boolean', default: false },
  },
});
const out = path.join(import.meta.dirname, '../results/engine.json');
const options = {
  network: values.small ? SMALL : VGGSNN,
  rates: values.rates.split(',').map((percent) => percent / 100),
  rounds: Number(values.rounds),
};
const earlier = existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')).sections : {};
const result = { machine: machine(), network: options.network, rounds: options.rounds, sections: earlier };
const { cpu, cores, platform, node } = result.machine;
console.log(`${cpu}, ${cores} cores, ${platform}, Node ${node}`);
for (const name of values.only.split(',')) {
  const { title, run, text } = sections[name];
  const found = await run(options);
  if (text) console.log(`\n${title}\n${text(found)}`);
  else print(title, found);
  result.sections[name] = { title, ...(text ? found : { rows: found.map(resultRow) }) };
  if (!values.small) writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
}
process.exit();
