/** MVSEC: a matrix of x, y, t and p for each camera, times in seconds since 1970. */
import { columnsOption } from '../../columns.ts';
import { columnsOf, matrixOf } from './columns.ts';
import type { EventsPlace, Hdf5Layout } from './layout.ts';

const DATASETS = ['/davis/left/events', '/davis/right/events'];

/** The layout. */
export const mvsecLayout: Hdf5Layout = {
  name: 'MVSEC',
  *find(tree, { order }) {
    const places: EventsPlace[] = [];
    for (const path of DATASETS) {
      const dataset = yield* tree.dataset(path);
      const matrix = dataset === null ? null : matrixOf(dataset, order);
      if (matrix === null) continue;
      const columns = columnsOf(matrix, order ?? columnsOption('x,y,t,p'));
      places.push({ path, columns, unit: matrix.type.kind === 'f' ? 's' : undefined, takes: ['columns'] });
    }
    return places;
  },
};
