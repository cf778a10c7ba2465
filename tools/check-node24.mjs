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
await checkZstd();
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

/** What Node's zstd compresses, without anything prepared, comes back, and is about as large as the program's. */
async function checkZstd() {
  const codec = new URL('../dist/src/formats/aedat4/codec/codec.js', import.meta.url);
  const { AEDAT4_CODECS } = await import(codec);
  const bytes = Uint8Array.from({ length: 131_000 }, (_, i) =>
    i % 16 < 3 ? i >> (4 + 8 * (i % 16)) : (i * i) % 7,
  );
  for (const compression of ['zstd', 'zstd-high']) {
    const { compress, decompress } = AEDAT4_CODECS[compression];
    const frame = compress(bytes);
    if (Buffer.compare(decompress(frame, bytes.length), bytes) !== 0)
      throw new Error(`${compression} does not come back.`);
    if (frame.length > bytes.length / 3) throw new Error(`${compression} makes ${frame.length} bytes.`);
    console.log(`${compression} by zlib: ${bytes.length} to ${frame.length} bytes`);
  }
}
