/** Recordings named on the command line: files, archive members, data sets, folders by class. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { openDataset, openRecording } from '../../datasets/index.ts';
import type { ReplayRecording } from '../live/index.ts';

/** The recordings of some paths, in order. Classes of a data set or folder become labels. */
export async function recordingsOf(
  locations: readonly string[],
  dataset?: string,
): Promise<ReplayRecording[]> {
  const recordings: ReplayRecording[] = [];
  for (const location of locations) {
    const isFolder = await stat(location).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder || /\.zip$/i.test(location)) {
      const { samples, classes } = await openDataset(location, dataset);
      recordings.push(...samples.map(({ id, label, open }) => ({ name: id, label: classes[label]!, open })));
    } else {
      const entry = await openRecording(location);
      recordings.push({ name: path.basename(location), label: null, open: entry.open });
    }
  }
  return recordings;
}
