/** What the command knows of the package that it is part of. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly version: string;
  readonly bin: { readonly saccade: string };
}

/** The package's folder: above the bundle, above the modules that it is made of, and above the sources. */
function folder(): string {
  let at = import.meta.dirname;
  while (!existsSync(path.join(at, 'package.json'))) at = path.dirname(at);
  return at;
}

function manifest(): Manifest {
  return JSON.parse(readFileSync(ownPath('package.json'), 'utf8')) as Manifest;
}

/** A file or folder of the package. */
export function ownPath(...parts: readonly string[]): string {
  return path.join(folder(), ...parts);
}

/** Version of the package. */
export function packageVersion(): string {
  return manifest().version;
}

/** The built command, to be started as a process of its own. */
export function ownCommand(): string {
  return ownPath(manifest().bin.saccade);
}
