/** What the command knows of the package that it is part of. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SaccadeError } from '../events/index.ts';

const NAME = 'saccade';

interface Manifest {
  readonly name: typeof NAME;
  readonly version: string;
  readonly bin: { readonly saccade: string };
}

/**
 * The package: above the bundle, above the modules that it is made of, and above the sources.
 *
 * @param from a folder in it.
 * @throws SaccadeError `NO_PACKAGE` where none of the folders above is it: somebody took the bundle out of it.
 */
export function ownPackage(from: string = import.meta.dirname): Manifest & { readonly folder: string } {
  let folder = from;
  for (;;) {
    const manifest = manifestIn(folder);
    if (manifest?.name === NAME) return { folder, ...(manifest as Manifest) };
    const above = path.dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  throw new SaccadeError(
    'NO_PACKAGE',
    `The package ${NAME} is not where its command looks for it: no folder above ${from} has its package.json. Install the package, and run the command where it lies in it.`,
  );
}

/** Of whatever package; `null` where there is none, or one that cannot be read and so was not installed. */
function manifestIn(folder: string): Partial<Manifest> | null {
  const file = path.join(folder, 'package.json');
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Manifest> | null) : null;
  } catch {
    return null;
  }
}

/** A file or folder of the package. */
export function ownPath(...parts: readonly string[]): string {
  return path.join(ownPackage().folder, ...parts);
}

/** Version of the package. */
export function packageVersion(): string {
  return ownPackage().version;
}

/** The built command, to be started as a process of its own. */
export function ownCommand(): string {
  return ownPath(ownPackage().bin.saccade);
}
