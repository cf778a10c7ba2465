/** Folders that a worker shares with submitters, and may touch: whoever can publish jobs could name any path. */
import path from 'node:path';
import { OptionError } from '../../events/index.ts';
import { PreprocessError } from '../errors.ts';

/** A folder, by its names on both sides. */
export interface Share {
  /** Absolute path on this machine. */
  readonly here: string;
  /** Absolute path at submitters. */
  readonly there: string;
}

/**
 * Parses `DIR`, or `DIR=SUBMITTER_DIR` where the folder has another name at submitters.
 *
 * @throws OptionError
 */
export function parseShare(text: string): Share {
  const [here = '', there = here, ...more] = text.split('=');
  if (here === '' || there === '' || more.length > 0)
    throw new OptionError('share', `must be a folder, or FOLDER=FOLDER_AT_SUBMITTERS, got ${text}`);
  return { here: path.resolve(here), there: path.resolve(there) };
}

/**
 * The path here of what a submitter names. The longest share that holds it counts.
 *
 * @throws PreprocessError `NOT_SHARED` if none holds it.
 */
export function pathHere(shares: readonly Share[], there: string): string {
  let best: { readonly here: string; readonly depth: number } | null = null;
  for (const share of shares) {
    const inner = path.relative(share.there, there);
    if (inner === '..' || inner.startsWith(`..${path.sep}`) || path.isAbsolute(inner)) continue;
    const depth = share.there.length;
    if (best === null || depth > best.depth) best = { here: path.join(share.here, inner), depth };
  }
  if (best !== null) return best.here;
  const names = shares.map((share) => share.there).join(', ');
  throw new PreprocessError('NOT_SHARED', `${there} is in no folder that this worker shares (${names}).`);
}
