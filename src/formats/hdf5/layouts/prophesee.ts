/** Prophesee, as OpenEB writes it: records in `/CD/events`, the sensor's size in the attribute `geometry`. */
import { fieldsOf } from './columns.ts';
import type { Hdf5Layout } from './layout.ts';

/** The layout. */
export const propheseeLayout: Hdf5Layout = {
  name: 'Prophesee',
  *find(tree) {
    const dataset = yield* tree.dataset('/CD/events');
    const place = dataset === null ? null : fieldsOf(dataset);
    return place === null ? [] : [{ ...place, unit: 'us' }];
  },
};
