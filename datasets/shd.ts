/**
 * Spiking Heidelberg Digits (Cramer et al. 2022): spoken digits in English and German through a model of the cochlea, 700 units.
 * Layout: `shd_train.h5` and `shd_test.h5`, or both as `.h5.zip` or `.h5.gz`. Units are x in row 0, all events are ON, times are rounded to microseconds.
 * Classes are numbered as in the files, whose `extra/keys` name them.
 */
import type { DatasetDefinition } from './dataset.ts';
import { heidelbergDataset } from './heidelberg.ts';

/** See the file comment. */
export const shd: DatasetDefinition = heidelbergDataset({
  id: 'shd',
  title: 'SHD',
  classes: 20,
  parts: [
    ['train', 'shd_train.h5', 'f3252aeb598ac776c1b526422d90eecb'],
    ['test', 'shd_test.h5', '1503a5064faa34311c398fb0a1ed0a6f'],
  ],
});
