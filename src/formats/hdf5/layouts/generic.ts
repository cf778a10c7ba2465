/**
 * Columns in a group whose members name them (`/events/xs`, `/raw_events/t`, N-Caltech-like groups), records with such
 * fields, and matrices of four columns (v2e's `/events`), wherever they are.
 */
import type { ByteTask } from '../../random-access.ts';
import { isDataset, readDataset } from '../file/dataset.ts';
import { isGroup } from '../file/group.ts';
import type { Hdf5Tree } from '../file/tree.ts';
import { columnsIn, columnsOf, fieldsOf, matrixOf } from './columns.ts';
import type { EventsPlace, Hdf5Layout, LayoutOptions } from './layout.ts';

/** Groups within groups that are looked into. */
const MAX_DEPTH = 4;
/** Groups of more members hold other things: an image each, for example. */
const MAX_MEMBERS = 64;
/** Objects that are looked at. */
const MAX_OBJECTS = 512;
/** A matrix is taken for events if it, or the group around it, is called so. */
const EVENT_NAME = /(^|[/_])(raw_?)?(events?|ev|dvs|data|td)(_data)?\d*($|\/)/i;

/** The layout. */
export const genericLayout: Hdf5Layout = {
  name: 'columns',
  *find(tree, options) {
    const places: EventsPlace[] = [];
    const waiting: (readonly [path: string, depth: number])[] = [['/', 0]];
    // The list grows while its front is read.
    for (let i = 0; i < Math.min(waiting.length, MAX_OBJECTS); i++)
      yield* look(tree, options, waiting[i]!, places, waiting);
    return places;
  },
};

function* look(
  tree: Hdf5Tree,
  options: LayoutOptions,
  [path, depth]: readonly [path: string, depth: number],
  places: EventsPlace[],
  waiting: (readonly [path: string, depth: number])[],
): ByteTask<void> {
  const object = yield* tree.object(path);
  if (object === null) return;
  if (isGroup(object)) {
    const names = yield* tree.names(path);
    if (names.length > MAX_MEMBERS) return;
    const place = yield* columnsIn(tree, path);
    if (place !== null) places.push(place);
    else if (depth < MAX_DEPTH)
      waiting.push(...names.map((name) => [`${path === '/' ? '' : path}/${name}`, depth + 1] as const));
    return;
  }
  if (!isDataset(object)) return;
  const dataset = yield* readDataset(object, path);
  const fields = fieldsOf(dataset);
  const matrix = matrixOf(dataset, options.order);
  if (fields !== null) places.push(fields);
  else if (matrix !== null && (EVENT_NAME.test(path) || options.order !== undefined)) {
    const columns = options.order === undefined ? null : columnsOf(matrix, options.order);
    places.push({ path, columns, matrix, unit: options.order?.unit, takes: ['columns'] });
  }
}
