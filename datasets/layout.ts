/** What the folders of recordings say of class and part. */
import type { PathLabel, Stray } from './labelled-source.ts';
import { DatasetError } from './errors.ts';
import { partOf } from './parts.ts';

/** Which folder names the class where recordings lie in folders within folders. */
export type ClassFolder = 'outer' | 'inner';

/** A recording's folders, taken apart. */
interface Place {
  readonly id: string;
  /** Name of the folder that states the part. */
  readonly partFolder: string | null;
  /** The other folders, below those that all recordings share. */
  readonly folders: readonly string[];
}

/**
 * Reads a layout of folders: `class/file`, `part/class/file` or `class/part/file`, all of it below any number of
 * folders that hold everything. Parts count where any recording is below both a part and a class; then a recording
 * in no part is a {@link Stray}, as is one without a class anywhere.
 *
 * @param ids paths with `/` between folders.
 * @param classFolder which of several folders is the class; must be given where there are several.
 * @throws DatasetError `UNKNOWN_LAYOUT` where classes cannot be told.
 */
export function readLayout(
  root: string,
  ids: readonly string[],
  classFolder?: ClassFolder,
): (PathLabel | Stray)[] {
  const places = takeApart(ids);
  const classless = places.every(({ folders }) => folders.length === 0);
  if (classless) {
    const below = places[0]?.partFolder ?? null;
    throw new DatasetError(
      'UNKNOWN_LAYOUT',
      root,
      `The recordings lie in no folder that names their class${below === null ? '' : `, but directly in "${below}"`}: put each class into a folder of its own.`,
    );
  }
  const parts = [...new Set(places.flatMap(({ partFolder }) => partFolder ?? []))];
  const isStray = ({ partFolder }: Place): boolean => parts.length > 0 && partFolder === null;
  const nested = places.find((place) => !isStray(place) && place.folders.length > 1);
  if (nested !== undefined && classFolder === undefined) {
    const [outer, inner] = [nested.folders[0]!, nested.folders.at(-1)!];
    throw new DatasetError(
      'UNKNOWN_LAYOUT',
      nested.id,
      `Recordings lie in folders within folders, so "${outer}" or "${inner}" may be the class: say --class-folder outer or --class-folder inner (classFolder).`,
    );
  }
  return places.map((place) => {
    const { partFolder, folders } = place;
    if (isStray(place)) {
      const known = parts.map((name) => `${name}/`).join(', ');
      const where = folders.length > 0 ? `, and "${folders[0]!}" is no known name of one` : '';
      return { problem: `lies in no part while others lie in ${known}${where}` };
    }
    const className = folders.at(classFolder === 'inner' ? -1 : 0);
    if (className === undefined) return { problem: 'lies in no folder that names its class' };
    return { className, part: partFolder === null ? null : partOf(partFolder) };
  });
}

function takeApart(ids: readonly string[]): Place[] {
  const paths = ids.map((id) => id.split('/').slice(0, -1));
  const shared = sharedFolders(paths);
  const below = paths.map((path) => path.slice(shared));
  const places = below.map((folders, i): Place => {
    const at = folders.findIndex((name) => partOf(name) !== null);
    if (at < 0) return { id: ids[i]!, partFolder: null, folders };
    return { id: ids[i]!, partFolder: folders[at]!, folders: folders.filter((_, k) => k !== at) };
  });
  const stated = places.some(({ partFolder, folders }) => partFolder !== null && folders.length > 0);
  if (stated || places.every(({ partFolder }) => partFolder !== null)) return places;
  // `valid` beside `invalid`, with recordings directly in them: classes, not parts.
  return below.map((folders, i) => ({ id: ids[i]!, partFolder: null, folders }));
}

/** How many folders hold everything and say nothing: neither the part nor, where that is all there is, the class. */
function sharedFolders(paths: readonly (readonly string[])[]): number {
  const [first = []] = paths;
  let shared = 0;
  while (shared < first.length && paths.every((path) => path[shared] === first[shared])) shared++;
  const part = first.slice(0, shared).findIndex((name) => partOf(name) !== null);
  if (part >= 0) return part;
  return paths.every((path) => path.length === shared) ? Math.max(0, shared - 1) : shared;
}
