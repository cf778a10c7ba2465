/**
 * Spiking Speech Commands (Cramer et al. 2022): Google's Speech Commands through a model of the cochlea, 700 units.
 * Layout: `ssc_train.h5`, `ssc_valid.h5` and `ssc_test.h5`, or all as `.h5.zip` or `.h5.gz`. Units are x in row 0, all events are ON. Classes are
 * numbered as in the files, whose `extra/keys` name them.
 */
import { md5 } from './about.ts';
import type { DatasetDefinition } from './dataset.ts';
import { HEIDELBERG_HOME, HEIDELBERG_PAPER, heidelbergDataset } from './heidelberg.ts';

const CLASSES = 35;

/** See the file comment. */
export const ssc: DatasetDefinition = heidelbergDataset(
  {
    id: 'ssc',
    title: 'SSC',
    about: {
      classes: Array.from({ length: CLASSES }, (_, i) => String(i)),
      recordings: null,
      licence: null,
      citation: HEIDELBERG_PAPER,
      homepage: HEIDELBERG_HOME,
      format: 'hdf5',
      files: [
        ['train', 'd102be95e7144fcc0553d1f45ba94170'],
        ['valid', 'b4eee3516a4a90dd0c71a6ac23a8ae43'],
        ['test', 'a35ff1e9cffdd02a20eb850c17c37748'],
      ].map(([part, hash]) => ({
        name: `ssc_${part!}.h5.zip`,
        mirrors: [`${HEIDELBERG_HOME}ssc_${part!}.h5.zip`],
        hash: md5(hash!),
      })),
    },
  },
  { train: 'ssc_train.h5', validation: 'ssc_valid.h5', test: 'ssc_test.h5' },
);
