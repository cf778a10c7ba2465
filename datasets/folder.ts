/**
 * A user's own recordings: a folder or zip archive with one subfolder per class, optionally below `train/` and
 * `test/`. Any format that saccade reads; classes in natural order of their names.
 */
import { existsSync } from 'node:fs';
import type { DatasetDefinition, DatasetPart } from './dataset.ts';
import { openLabelled } from './labelled-source.ts';
import { openSource } from './sources/open-source.ts';
import { eventFormats } from '../src/formats/index.ts';
import { officialSplit, randomSplit } from './splits.ts';

const PARTS: Readonly<Record<string, DatasetPart>> = { train: 'train', test: 'test' };

function isRecording(id: string): boolean {
  const lower = id.toLowerCase();
  return eventFormats.some(({ extensions }) => extensions.some((extension) => lower.endsWith(extension)));
}

/** See the file comment. */
export const folder: DatasetDefinition = {
  id: 'folder',
  title: 'a folder of recordings',
  licence: 'your own',
  citation: '',
  sensor: null,
  decoding: {},
  convention: 'canonical',
  splits: [randomSplit, officialSplit],
  detect: async (root) => existsSync(root),
  open: (root) =>
    openLabelled(folder, root, [openSource(root)], ({ id }) => {
      const parts = id.split('/');
      const className = parts.at(-2);
      if (className === undefined || !isRecording(id)) return null;
      return { className, part: PARTS[parts.at(-3)?.toLowerCase() ?? ''] ?? null };
    }),
};
