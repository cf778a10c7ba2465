/** Recordings to be replayed, with the classes that their folders name. */
import process from 'node:process';
import { openDataset } from '../../datasets/index.ts';
import { DatasetError } from '../../datasets/errors.ts';
import type { ReplayRecording } from '../live/index.ts';
import { archiveOptions, type ArchiveFlags } from './archive-options.ts';
import { InputOpener } from './inputs.ts';
import { printable, printableText } from './printable.ts';

/** What the words of the command line stand for. */
export interface Replays {
  readonly recordings: readonly ReplayRecording[];
  /** Whether there may be several: more than one word, a folder, an archive or a pattern. */
  readonly several: boolean;
}

/**
 * Opens recordings for as long as `use` takes. Classes of a data set, or of a folder with one subfolder per class, become
 * labels; other recordings have none.
 *
 * @throws DatasetError for a word that stands for no recording.
 */
export async function withReplays<T>(
  locations: readonly string[],
  flags: ArchiveFlags,
  use: (replays: Replays) => Promise<T>,
): Promise<T> {
  const opener = new InputOpener(flags);
  const closers: (() => Promise<void>)[] = [() => opener.close()];
  try {
    const recordings: ReplayRecording[] = [];
    let several = locations.length > 1;
    for (const location of locations) {
      const found = await opener.open(location);
      several ||= found.several;
      const isSorted = found.recordings.some(({ id }) => id.includes('/'));
      const labelled = isSorted ? await labelledRecordings(location, flags, closers) : null;
      recordings.push(
        ...(labelled ?? found.recordings.map(({ id, open }) => ({ name: id, label: null, open }))),
      );
    }
    return await use({ recordings, several });
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
}

/** The recordings of a data set; `null` with a note for folders that are none. */
async function labelledRecordings(
  location: string,
  flags: ArchiveFlags,
  closers: (() => Promise<void>)[],
): Promise<ReplayRecording[] | null> {
  try {
    const dataset = await openDataset(location, undefined, archiveOptions(flags));
    closers.push(() => dataset.close());
    const { samples, classes } = dataset;
    return samples.map(({ id, label, open }) => ({ name: id, label: classes[label]!, open }));
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    process.stderr.write(
      `note: ${printable(location)}: classes are not known: ${printableText(error.message)}\n`,
    );
    return null;
  }
}
