/**
 * Compiles a project that uses every entry of the packed package with several versions of TypeScript, strictly and with
 * the typings of all packages checked. The versions are installed in `tools/types`; the newest is the repository's own.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { packedProject } from './packed-project.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
// TensorFlow.js' own typings are not made for that, whatever the version.
const entries = Object.keys(exports).filter(
  (entry) => typeof exports[entry] !== 'string' && entry !== './training',
);
const versions = path.join(root, 'tools/types/node_modules');
const compilers = [
  ...readdirSync(versions)
    .filter((name) => name.startsWith('typescript'))
    .map((name) => path.join(versions, name)),
  path.join(root, 'node_modules/typescript'),
];

const { folder } = packedProject(['@types/node']);
const imports = entries.map((entry, i) => `import * as entry${i} from 'saccade${entry.slice(1)}';`);
const uses = entries.map((_, i) => `entry${i}`).join(', ');
writeFileSync(
  path.join(folder, 'consumer.ts'),
  `${imports.join('\n')}\nexport const all: object[] = [${uses}];\n`,
);
let failed = false;
for (const compiler of compilers) {
  const { version } = JSON.parse(readFileSync(path.join(compiler, 'package.json'), 'utf8'));
  // How modules are found is the same in all versions: one tries both ways.
  for (const [resolution, module] of [
    ['NodeNext', 'NodeNext'],
    ...(compiler === compilers.at(-1) ? [['Bundler', 'ESNext']] : []),
  ]) {
    const options = `--noEmit --strict --exactOptionalPropertyTypes --module ${module} --moduleResolution ${resolution} --target ES2022 --lib ES2022,DOM,DOM.Iterable --skipLibCheck false --types node`;
    const started = performance.now();
    const { status, stdout } = spawnSync(
      process.execPath,
      [path.join(compiler, 'bin/tsc'), ...options.split(' '), 'consumer.ts'],
      { cwd: folder, encoding: 'utf8' },
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`TypeScript ${version}, ${resolution}: ${status === 0 ? 'good' : 'FAILED'} (${seconds} s)`);
    if (status === 0) continue;
    console.log(stdout.split('\n').slice(0, 20).join('\n'));
    failed = true;
  }
}
rmSync(folder, { recursive: true, force: true });
if (failed) process.exit(1);
