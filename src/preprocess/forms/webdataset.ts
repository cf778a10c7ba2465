/**
 * Shards as WebDataset reads them: `<part>-000000.tar`, …, each of samples of `<part>/<class>/<name>.npz`, `.cls` (the
 * index of the class) and `.json` (id, class, window, events). A key of WebDataset ends at the first dot of a name, so
 * dots in names become underscores. Samples are in the order of the hashes of their names: as if shuffled, so that no shard
 * is of one class, and the same whatever else is in the data set.
 */
import { npzForm } from './npz.ts';
import { tarPacks } from '../packs/tar.ts';
import type { OutputForm } from './form.ts';

/** See the file comment. */
export const webdatasetForm: OutputForm = {
  ...npzForm,
  name: 'webdataset',
  summary: 'tar shards of shuffled samples (npz, cls, json)',
  folderSuffix: '_webdataset',
  pack: tarPacks,
};
