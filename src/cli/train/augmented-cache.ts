/** Training on what `saccade preprocess --events --augment` wrote: what the model says of it, and that copies stay on one side. */
import { DatasetError, type Sample } from '../../../datasets/index.ts';
import { copiesInFolder, recordingOfCopy, type CopiesOfRecordings } from '../../preprocess/index.ts';
import type { TrainingParts } from './parts.ts';

/**
 * The copies that a data set is made of, `null` for recordings as they are.
 *
 * @throws DatasetError `LEAKED_COPIES` where copies of one recording are trained on and tested by.
 */
export async function augmentedCache(root: string, parts: TrainingParts): Promise<CopiesOfRecordings | null> {
  const copies = await copiesInFolder(root);
  if (copies === null) return null;
  const nameOf = ({ id }: Sample): string => recordingOfCopy(id);
  const trained = new Set(parts.train.samples.map(nameOf));
  const held = [...parts.validation.samples, ...parts.test.samples];
  const leaked = held.find((sample) => trained.has(nameOf(sample)));
  if (leaked === undefined) return copies;
  throw new DatasetError(
    'LEAKED_COPIES',
    leaked.id,
    'The folder holds augmented copies, and others of the same recording are for training: how good the model is could not be told. Write copies of a data set with folders train and test, or train on the recordings themselves with --augment.',
  );
}
