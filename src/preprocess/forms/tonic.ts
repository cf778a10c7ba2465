/**
 * Tonic's cache: `<part>/<index>_0.hdf5` with `data/0`, an array of frames or of records of events (x, y, t, p), and
 * `target/0`, the index of the class, as `DiskCachedDataset` names and reads them: `DiskCachedDataset(None, "<folder>/train")`.
 * Tonic writes LZF; this is gzip and shuffle, which h5py reads as well. Its polarity is bool, which its voxel grid takes for
 * ON always; this is int8.
 */
import type { NamedArray } from '../../formats/npy/elements.ts';
import { hdf5File, type FileMember } from '../../formats/hdf5/writer/array-file.ts';
import { numberedPacks } from '../packs/numbered.ts';
import type { OutputForm, OutputSample } from './form.ts';

/** Tonic's fields, in its order. */
const FIELDS = [
  ['x', 'int16'],
  ['y', 'int16'],
  ['t', 'int64'],
  ['p', 'int8'],
] as const;

/** See the file comment. */
export const tonicForm: OutputForm = {
  name: 'tonic',
  summary: "the cache of Tonic's DiskCachedDataset, an HDF5 file a sample, numbered",
  extension: '.hdf5',
  folderSuffix: '_tonic',
  statesLabel: true,
  write: (sample) => hdf5File({ data: { 0: dataOf(sample) }, target: { 0: sample.label! } }),
  pack: numberedPacks((index) => `${index}_0.hdf5`),
};

function dataOf({ content, arrays }: OutputSample): FileMember {
  if (content === 'frames') return arrays[0]!;
  const byName = new Map(arrays.map((array) => [array.name, array]));
  return { columns: FIELDS.map(([name, type]): NamedArray => ({ ...byName.get(name)!, type })) };
}
