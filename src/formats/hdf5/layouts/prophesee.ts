/**
 * Prophesee, as OpenEB writes it: records in `/CD/events`, those of triggers in `/EXT_TRIGGER/events`, the sensor's size in the attribute
 * `geometry`.
 */
import { fieldsOf } from './columns.ts';
import type { Hdf5Layout } from './layout.ts';

/** The layout. */
export const propheseeLayout: Hdf5Layout = {
  name: 'Prophesee',
  *find(tree) {
    const dataset = yield* tree.dataset('/CD/events');
    const place = dataset === null ? null : fieldsOf(dataset);
    if (place === null) return [];
    const triggers = yield* tree.dataset('/EXT_TRIGGER/events');
    return [{ ...place, unit: 'us', ...(triggers && { triggers }) }];
  },
};
