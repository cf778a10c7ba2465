/**
 * Data sets of the Heidelberg cochlea: all recordings of a part in one HDF5 file, 700 units, with their labels. The file may be in gzip
 * or in an archive, as both are handed out.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { md5, type DatasetAbout } from './about.ts';
import type { DatasetDefinition, DatasetPart } from './dataset.ts';
import { openLabelled } from './labelled-source.ts';
import { findArchive, hasArchive } from './sources/find-archive.ts';
import { openEach } from './sources/open-each.ts';
import { archiveFile } from './sources/open-source.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

const SENSOR = { width: 700, height: 1 };
/** Of what a recording is given as: a unit is an x in row 0. */
const READING = { format: 'npz', timeUnit: 's' } as const;

/** Where all are handed out. */
const HOME = 'https://zenkelab.org/datasets/';

interface PartFile {
  readonly part: DatasetPart;
  readonly location: string;
}

/** A file of a part, or what it is packed in; as it is first. */
async function locationOf(root: string, name: string): Promise<string | null> {
  const plain = path.basename(root) === name ? root : path.join(root, name);
  const gzip = path.basename(root) === `${name}.gz` ? root : `${plain}.gz`;
  for (const location of [plain, gzip]) if (existsSync(location)) return location;
  const archive = (await hasArchive(root, name)) ? await findArchive(root, name) : null;
  return archive === null ? null : `${archive}!${name}`;
}

/** What a data set states of itself, and of the file of each part: its name, and the hash of the zip that it is handed out in. */
export interface HeidelbergDataset {
  readonly id: string;
  readonly title: string;
  /** Classes are numbered as in the files, whose `extra/keys` name them. */
  readonly classes: number;
  readonly parts: readonly (readonly [part: DatasetPart, file: string, md5: string])[];
}

function aboutOf({ classes, parts }: HeidelbergDataset): DatasetAbout {
  return {
    classes: Array.from({ length: classes }, (_, i) => String(i)),
    recordings: null,
    licence: null,
    citation:
      'B. Cramer, Y. Stradmann, J. Schemmel, F. Zenke: The Heidelberg Spiking Data Sets for the Systematic Evaluation of Spiking Neural Networks, IEEE Transactions on Neural Networks and Learning Systems 33, 2022',
    homepage: HOME,
    format: 'hdf5',
    files: parts.map(([, file, hash]) => ({
      name: `${file}.zip`,
      mirrors: [`${HOME}${file}.zip`],
      hash: md5(hash),
    })),
  };
}

/** See the file comment. */
export function heidelbergDataset(stated: HeidelbergDataset): DatasetDefinition {
  const about = aboutOf(stated);
  const classes = about.classes as readonly string[];
  const found = async (root: string): Promise<PartFile[]> => {
    const files: PartFile[] = [];
    for (const [part, name] of stated.parts) {
      const location = await locationOf(root, name);
      if (location !== null) files.push({ part, location });
    }
    return files;
  };
  const definition: DatasetDefinition = {
    ...{ id: stated.id, title: stated.title, about },
    sensor: SENSOR,
    decoding: { ...READING, geometry: SENSOR },
    convention: 'canonical',
    splits: [officialSplit, randomSplit, timeSplit],
    detect: async (root) => (await found(root)).length > 0,
    open: async (root, options = {}) => {
      // Loaded here: the list of data sets is, by every command that reads one.
      const { SpikesSource } = await import('./sources/spikes-source.ts');
      const files = await found(root);
      const sources = await openEach(files, async ({ location }) =>
        SpikesSource.open((await archiveFile(location, options)).file, location),
      );
      return openLabelled(
        definition,
        root,
        sources,
        (listed) => ({
          labels: listed.map(({ entry, source }) => {
            const number = sources.findIndex((candidate) => candidate === source);
            const label = sources[number]!.labels[Number(entry.id.slice(entry.id.lastIndexOf('/') + 1))]!;
            return { className: classes[label] ?? `number ${label}`, part: files[number]!.part };
          }),
        }),
        options,
        classes,
      );
    },
  };
  return definition;
}
