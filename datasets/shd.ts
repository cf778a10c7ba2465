/**
 * Spiking Heidelberg Digits (Cramer et al. 2022): spoken digits in English and German through a model of the cochlea, 700 units.
 * Layout: `shd_train.h5` and `shd_test.h5`, or both as `.h5.zip` or `.h5.gz`. Units are x in row 0, all events are ON, times are rounded to microseconds.
 * Classes are numbered as in the files, whose `extra/keys` name them.
 */
import { md5 } from './about.ts';
import type { DatasetDefinition } from './dataset.ts';
import { HEIDELBERG_HOME, HEIDELBERG_PAPER, heidelbergDataset } from './heidelberg.ts';

const CLASSES = 20;

/** See the file comment. */
export const shd: DatasetDefinition = heidelbergDataset(
  {
    id: 'shd',
    title: 'SHD',
    about: {
      classes: Array.from({ length: CLASSES }, (_, i) => String(i)),
      recordings: null,
      licence: null,
      citation: HEIDELBERG_PAPER,
      homepage: HEIDELBERG_HOME,
      format: 'hdf5',
      files: [
        {
          name: 'shd_train.h5.zip',
          mirrors: [`${HEIDELBERG_HOME}shd_train.h5.zip`],
          hash: md5('f3252aeb598ac776c1b526422d90eecb'),
        },
        {
          name: 'shd_test.h5.zip',
          mirrors: [`${HEIDELBERG_HOME}shd_test.h5.zip`],
          hash: md5('1503a5064faa34311c398fb0a1ed0a6f'),
        },
      ],
    },
  },
  { train: 'shd_train.h5', test: 'shd_test.h5' },
);
