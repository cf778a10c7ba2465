/** MATLAB 7.3: columns in structs (`TD`, `events`) and N x 4 arrays, behind a block of text; MATLAB counts from 1. */
import { latin } from '../file/cursor.ts';
import { genericLayout } from './generic.ts';
import type { Hdf5Layout } from './layout.ts';

/** The layout. */
export const matlabLayout: Hdf5Layout = {
  name: 'MATLAB 7.3',
  *find(tree, options) {
    if (!latin(tree.file.head).startsWith('MATLAB 7.3')) return [];
    const places = yield* genericLayout.find(tree, options);
    return places.map((place) => ({ ...place, countsFromOne: true }));
  },
};
