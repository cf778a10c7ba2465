/**
 * A user's own recordings: a folder or archive with one subfolder or archive per class, optionally in parts (`train`, `val`,
 * `test` in any spelling). Any format that saccade reads; classes in natural order of their names.
 */
import { existsSync } from 'node:fs';
import type { DatasetDefinition } from './dataset.ts';
import { openLabelled } from './labelled-source.ts';
import { readLayout } from './layout.ts';
import { TreeSource } from './sources/tree-source.ts';
import { eventFormats } from '../src/formats/index.ts';
import { isRecordingName, unpackedName } from '../src/formats/unpack/packings.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

/** Tells recordings by extension. `.txt` may be notes: it counts where text is asked for. */
function recordingTest(format: string | undefined): (id: string) => boolean {
  const known = format === 'csv' ? [...eventFormats, { extensions: ['.txt'] }] : eventFormats;
  return (id) => isRecordingName(id, known);
}

/** See the file comment. */
export const folder: DatasetDefinition = {
  id: 'folder',
  title: 'a folder of recordings',
  about: { classes: null, recordings: null, licence: 'your own', citation: '', homepage: null, files: [] },
  sensor: null,
  decoding: {},
  convention: 'canonical',
  splits: [randomSplit, officialSplit, timeSplit],
  detect: async (root) => existsSync(root),
  open: (root, options = {}) => {
    const isRecording = recordingTest(options.format);
    return openLabelled(
      folder,
      root,
      [new TreeSource(root, isRecording, options)],
      (files) => {
        const all = files.map(({ entry }) => entry.id).filter(isRecording);
        // `gzip -k` leaves both: what is packed must not be tested by where the other is trained on.
        const names = new Set(all);
        const isTwin = (id: string): boolean => unpackedName(id) !== id && names.has(unpackedName(id));
        const recordings = all.filter((id) => !isTwin(id));
        if (recordings.length === 0) return { labels: files.map(() => null) };
        const layout = readLayout(root, recordings, options.classFolder);
        const byId = new Map(recordings.map((id, i) => [id, layout[i]!]));
        const labels = files.map(({ entry: { id } }) =>
          names.has(id) && isTwin(id)
            ? { doubles: `${id} (as ${unpackedName(id)})` }
            : (byId.get(id) ?? null),
        );
        return { labels };
      },
      options,
    );
  },
};
