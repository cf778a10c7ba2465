/** What `saccade preprocess --events --augment` wrote, as a data set: what was drawn, and that copies stay on one side. */
import path from 'node:path';
import { DatasetError, type OpenDataset, type Sample } from '../../datasets/index.ts';
import { copiesOfManifest, MANIFEST, recordingOfCopy, type CopiesOfRecordings } from '../preprocess/index.ts';

/** Recordings that are kept apart. */
export interface Sides {
  readonly trained: readonly Sample[];
  /** What tells how good a model is. */
  readonly held: readonly Sample[];
}

/** Copies that a data set is made of. */
export interface AugmentedCopies {
  /** `null` for recordings as they are, as far as is known. */
  readonly copies: CopiesOfRecordings | null;
  readonly notes: readonly string[];
}

/** A folder of copies, within the data set's. */
interface Cache {
  /** Its path with a `/` behind it, or nothing. */
  readonly folder: string;
  readonly copies: CopiesOfRecordings;
}

/**
 * Looks for copies by the manifests in a folder or an archive. Files that are only called as copies are may be some: a note says it.
 *
 * @throws DatasetError `LEAKED_COPIES` where copies of one recording are trained on and tested by; PreprocessError `BAD_MANIFEST`.
 */
export async function findCopies(
  { otherFiles }: Pick<OpenDataset, 'otherFiles'>,
  sides: Sides,
): Promise<AugmentedCopies> {
  const caches: Cache[] = [];
  for (const entry of otherFiles.filter(({ id }) => path.posix.basename(id) === MANIFEST)) {
    const copies = await copiesOfManifest(entry);
    if (copies !== null) caches.push({ folder: entry.id.slice(0, -MANIFEST.length), copies });
  }
  const leaked = leakedCopy(sides, (id) => caches.some(({ folder }) => id.startsWith(folder)));
  if (leaked !== null) {
    throw new DatasetError(
      'LEAKED_COPIES',
      leaked,
      'The data set holds augmented copies, and others of the same recording are for training: how good the model is could not be told. Write copies of a data set with folders train and test, or train on the recordings themselves with --augment.',
    );
  }
  const [first, ...others] = caches;
  if (first !== undefined) {
    const text = JSON.stringify(first.copies);
    const other = others.find(({ copies }) => JSON.stringify(copies) !== text);
    const notes = [
      `the data set holds ${first.copies.copies} augmented copies of each recording for training`,
    ];
    if (other !== undefined) notes.push(`what the copies in ${other.folder} were drawn from is another than in ${first.folder}, which models state`); // prettier-ignore
    return { copies: first.copies, notes };
  }
  const likely = leakedCopy(sides, (id) => recordingOfCopy(id) !== id);
  if (likely === null) return { copies: null, notes: [] };
  const note = `${likely} is called as an augmented copy is, and others of the same recording are for training; no manifest says whether they are. If they are, the accuracy is no test`;
  return { copies: null, notes: [note] };
}

/** A file that is tested by, where another copy of the same recording is trained on. */
function leakedCopy({ trained, held }: Sides, isCopy: (id: string) => boolean): string | null {
  const files = new Map<string, string[]>();
  for (const { id } of trained.filter((sample) => isCopy(sample.id))) {
    const name = recordingOfCopy(id);
    files.set(name, [...(files.get(name) ?? []), id]);
  }
  const leaked = held.find(
    ({ id }) => isCopy(id) && files.get(recordingOfCopy(id))?.some((trainedOn) => trainedOn !== id) === true,
  );
  return leaked?.id ?? null;
}
