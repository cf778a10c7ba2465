/** Runs the built package once on Node 24: every entry, the command, a decision. Started by Node 24 itself. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

if (!process.version.startsWith('v24.')) throw new Error(`This is Node ${process.version}, not 24.`);
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
for (const [entry, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const exported = Object.keys(await import(new URL(`../${target.default}`, import.meta.url)));
  if (exported.length === 0) throw new Error(`Entry ${entry} exports nothing.`);
  console.log(`${entry}: ${exported.length} exports`);
}
const saccade = (...args) =>
  execFileSync(process.execPath, [manifest.bin.saccade, ...args], { encoding: 'utf8' });
const folder = 'examples/recordings/nmnist/Test/7';
const [clip] = readdirSync(folder);
const [line] = saccade(
  'classify',
  `${folder}/${clip}`,
  '--model',
  'models/nmnist.safetensors',
  '--json',
).split('\n');
const decision = JSON.parse(line);
if (decision.label !== '7') throw new Error(`Expected 7, got ${decision.label}.`);
console.log(`Node ${process.version}: saccade ${saccade('--version').trim()} decides ${decision.label}`);
