/** DSEC: columns in `/events`, times counted from `/t_offset`, the first event of each millisecond in `/ms_to_idx`. */
import { readNumbers } from '../../npy/numbers.ts';
import { DatasetReader } from '../dataset-reader.ts';
import { columnIn, columnsIn } from './columns.ts';
import type { Hdf5Layout } from './layout.ts';

/** Its groups of events: `/events`, and what files have that hold several cameras. */
const GROUPS = ['/events', '/events/left', '/events/right'];

/** The layout. */
export const dsecLayout: Hdf5Layout = {
  name: 'DSEC',
  *find(tree, { maxChunkBytes }) {
    const dataset = yield* tree.dataset('/t_offset');
    if (dataset === null && (yield* tree.object('/ms_to_idx')) === null) return [];
    let timeOffset = 0;
    if (dataset !== null && dataset.type.kind === 'number' && dataset.shape.length <= 1) {
      const column = dataset.shape.length === 1 ? columnIn(dataset)! : null;
      const reader = new DatasetReader(
        { ...dataset, shape: column === null ? [1] : dataset.shape },
        { maxChunkBytes, onElements: () => undefined },
      );
      const { view, hole } = yield* reader.stretch(0, 0, 0);
      const value = new Float64Array(1);
      if (hole === null && view.byteLength >= dataset.type.bytes)
        readNumbers({ view, offset: 0, stride: dataset.type.bytes, type: dataset.type.number }, 0, value);
      timeOffset = value[0]!;
    }
    const places = [];
    for (const group of GROUPS) {
      const place = yield* columnsIn(tree, group);
      if (place === null) continue;
      const note =
        timeOffset === 0
          ? {}
          : { note: `Times are counted from t_offset, ${timeOffset} µs, which is added.` };
      places.push({ ...place, timeOffset, unit: place.unit ?? 'us', ...note } as const);
    }
    return places;
  },
};
