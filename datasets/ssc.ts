/**
 * Spiking Speech Commands (Cramer et al. 2022): Google's Speech Commands through a model of the cochlea, 700 units.
 * Layout: `ssc_train.h5`, `ssc_valid.h5` and `ssc_test.h5`, or all as `.h5.zip` or `.h5.gz`. Units are x in row 0, all events are ON. Classes are
 * numbered as in the files, whose `extra/keys` name them.
 */
import type { DatasetDefinition } from './dataset.ts';
import { heidelbergDataset } from './heidelberg.ts';

/** See the file comment. */
export const ssc: DatasetDefinition = heidelbergDataset({
  id: 'ssc',
  title: 'SSC',
  classes: 35,
  parts: [
    ['train', 'ssc_train.h5', 'd102be95e7144fcc0553d1f45ba94170'],
    ['validation', 'ssc_valid.h5', 'b4eee3516a4a90dd0c71a6ac23a8ae43'],
    ['test', 'ssc_test.h5', 'a35ff1e9cffdd02a20eb850c17c37748'],
  ],
});
