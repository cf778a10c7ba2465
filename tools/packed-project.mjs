/** An empty project with the packed package in it: what somebody gets who runs `npm install saccade`, without a network. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const modules = path.join(root, 'node_modules');
const manifestOf = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** Bytes of all files below a folder. */
function bytesIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce((sum, { parentPath, name }) => sum + lstatSync(path.join(parentPath, name)).size, 0);
}

/** Names of what npm installs for a package: its dependencies and theirs; optional peers are not asked for. */
function dependenciesOf(folder, found = new Set()) {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    if (found.has(name)) continue;
    found.add(name);
    dependenciesOf(path.join(modules, name), found);
  }
  return found;
}

/**
 * Packs the built package and lays it into a new project, beside links to its dependencies as the repository has them.
 *
 * @param more names of packages that the project has of its own, with what they need.
 */
export function packedProject(more = []) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-package-'));
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(output.slice(output.indexOf('[')));
  const home = path.join(folder, 'node_modules/saccade');
  mkdirSync(home, { recursive: true });
  const tarball = path.join(folder, packed.filename);
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  const dependencies = [...dependenciesOf(home)];
  const link = (name) => {
    const to = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(to), { recursive: true });
    symlinkSync(path.join(modules, name), to);
  };
  dependencies.forEach(link);
  const own = new Set(more.flatMap((name) => [name, ...dependenciesOf(path.join(modules, name))]));
  [...own].filter((name) => !dependencies.includes(name)).forEach(link);
  const packages = [
    { name: 'saccade', bytes: bytesIn(home) },
    ...dependencies.map((name) => ({ name, bytes: bytesIn(path.join(modules, name)) })),
  ];
  return { folder, files: packed.files, packages };
}
