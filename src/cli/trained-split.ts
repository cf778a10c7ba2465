/** The split by which a data set is measured: that of the model's training, where the data are the same. */
import {
  DatasetError,
  defaultSplit,
  officialSplit,
  sampleNoun,
  splitDataset,
  type OpenDataset,
  type Split,
} from '../../datasets/index.ts';
import type { TrainingProvenance } from '../network/index.ts';

/** A split, `null` for none, and what there is to say of it. */
export interface TrainedSplit {
  readonly split: Split | null;
  readonly reason: string | null;
}

/**
 * The split that is asked for, else the one that the model was trained by if this is the same list of recordings, or
 * the same data set by its layout; else the parts that the files state. Data of which nothing was trained on and that
 * state no parts have none: all of them are for testing.
 *
 * @throws DatasetError `UNKNOWN_SPLIT`.
 */
export function trainedSplit(
  dataset: OpenDataset,
  training: TrainingProvenance,
  asked: string | undefined,
): TrainedSplit {
  const { definition } = dataset;
  const known = definition.id === training.dataset;
  if (asked !== undefined) {
    const split = splitDataset(dataset, asked);
    return { split, reason: known ? difference(dataset, split, training) : null };
  }
  const stated = defaultSplit(dataset) === officialSplit.name;
  if (known) {
    const same = trySplit(dataset, training.split);
    // A folder is only known by its list; other data sets have a layout that nobody else has.
    if (same !== null && (same.sha256 === training['splitSha256'] || definition.sensor !== null))
      return { split: same, reason: difference(dataset, same, training) };
  }
  if (stated) {
    const split = splitDataset(dataset, officialSplit.name);
    return { split, reason: known ? difference(dataset, split, training) : null };
  }
  return {
    split: null,
    reason: `these are other ${sampleNoun(definition)}s than the model was trained on (${training.dataset}, split ${training.split}), and they state no parts: all of them are measured, whatever --part says${known ? '; if some of them were trained on, the accuracy is no test' : ''}`,
  };
}

/** Parts of a known data set mean the same, however few of its files are here. */
function difference(
  { definition }: OpenDataset,
  { name, sha256 }: Split,
  training: TrainingProvenance,
): string | null {
  const trained = training['splitSha256'];
  if (typeof trained !== 'string' || trained === sha256) return null;
  if (definition.sensor !== null && name === officialSplit.name && training.split === name) return null;
  return `the model was trained by another list of ${sampleNoun(definition)}s (split ${training.split}, ${trained.slice(0, 12)}) than this one (split ${name}, ${sha256.slice(0, 12)}): what is tested here may have been trained on`;
}

function trySplit(dataset: OpenDataset, name: string): Split | null {
  try {
    return splitDataset(dataset, name);
  } catch (error) {
    // A folder can have no such split; what else goes wrong is no answer.
    if (error instanceof DatasetError) return null;
    throw error;
  }
}
