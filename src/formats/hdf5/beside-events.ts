/** What lies beside the events of a file. */
import type { ByteTask } from '../random-access.ts';
import type { Hdf5Tree } from './file/tree.ts';
import type { EventsPlace } from './layouts/layout.ts';

/** What says nothing that is not read: tables of where events are, classes that data sets read. */
const KNOWN: readonly string[] = ['ms_to_idx', 't_offset', 'indexes', 'labels', 'extra'];

/** Paths of images, inertial samples and whatever else is not read. @param places where events are. */
export function* besideEvents(
  tree: Hdf5Tree,
  { path, columns }: EventsPlace,
  places: readonly string[],
): ByteTask<readonly string[]> {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const read = Object.values(columns ?? {}).map(({ dataset }) => dataset.path);
  return (yield* tree.names(parent === '' ? '/' : parent))
    .filter((name) => !KNOWN.includes(name))
    .map((name) => `${parent}/${name}`)
    .filter((other) => !read.includes(other) && !places.includes(other));
}
