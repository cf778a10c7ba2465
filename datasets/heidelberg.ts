/**
 * Data sets of the Heidelberg cochlea: all recordings of a part in one HDF5 file, 700 units, with their labels. The file may be in gzip
 * or in an archive, as both are handed out.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatasetAbout } from './about.ts';
import type { DatasetDefinition, DatasetPart } from './dataset.ts';
import { openLabelled } from './labelled-source.ts';
import type { ArchiveOptions } from './sources/archive.ts';
import { findArchive, hasArchive } from './sources/find-archive.ts';
import { archiveFile } from './sources/open-source.ts';
import type { SpikesSource } from './sources/spikes-source.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

const SENSOR = { width: 700, height: 1 };
/** Of what a recording is given as: a unit is an x in row 0. */
const READING = { format: 'npz', timeUnit: 's' } as const;

/** The paper of both. */
export const HEIDELBERG_PAPER =
  'B. Cramer, Y. Stradmann, J. Schemmel, F. Zenke: The Heidelberg Spiking Data Sets for the Systematic Evaluation of Spiking Neural Networks, IEEE Transactions on Neural Networks and Learning Systems 33, 2022';
/** Where both are handed out. */
export const HEIDELBERG_HOME = 'https://zenkelab.org/datasets/';

interface PartFile {
  readonly part: DatasetPart;
  readonly location: string;
}

interface PartSource {
  readonly part: DatasetPart;
  readonly source: SpikesSource;
}

/** A file of a part, or what it is packed in; as it is first. */
async function locationOf(root: string, name: string): Promise<string | null> {
  const plain = path.basename(root) === name ? root : path.join(root, name);
  const gzip = path.basename(root) === `${name}.gz` ? root : `${plain}.gz`;
  for (const location of [plain, gzip]) if (existsSync(location)) return location;
  const archive = (await hasArchive(root, name)) ? await findArchive(root, name) : null;
  return archive === null ? null : `${archive}!${name}`;
}

/** All, or none is left open. */
async function openAll(files: readonly PartFile[], options: ArchiveOptions): Promise<PartSource[]> {
  // Loaded here: the list of data sets is, by every command that reads one.
  const { SpikesSource } = await import('./sources/spikes-source.ts');
  const sources: PartSource[] = [];
  try {
    for (const { part, location } of files) {
      const { file } = await archiveFile(location, options);
      sources.push({ part, source: await SpikesSource.open(file, location) });
    }
    return sources;
  } catch (error) {
    for (const { source } of sources) await source.close();
    throw error;
  }
}

/** See the file comment. @param files the file of each part. */
export function heidelbergDataset(
  { id, title, about }: { readonly id: string; readonly title: string; readonly about: DatasetAbout },
  files: Readonly<Partial<Record<DatasetPart, string>>>,
): DatasetDefinition {
  const parts = Object.entries(files) as [DatasetPart, string][];
  const classes = about.classes as readonly string[];
  const found = async (root: string): Promise<PartFile[]> => {
    const files: PartFile[] = [];
    for (const [part, name] of parts) {
      const location = await locationOf(root, name);
      if (location !== null) files.push({ part, location });
    }
    return files;
  };
  const definition: DatasetDefinition = {
    ...{ id, title, about },
    sensor: SENSOR,
    decoding: { ...READING, geometry: SENSOR },
    convention: 'canonical',
    splits: [officialSplit, randomSplit, timeSplit],
    detect: async (root) => (await found(root)).length > 0,
    open: async (root, options = {}) => {
      const sources = await openAll(await found(root), options);
      return openLabelled(
        definition,
        root,
        sources.map(({ source }) => source),
        (listed) => ({
          labels: listed.map(({ entry, source }) => {
            const own = sources.find((candidate) => candidate.source === source)!;
            const label = own.source.labels[Number(entry.id.slice(entry.id.lastIndexOf('/') + 1))]!;
            return { className: classes[label] ?? `number ${label}`, part: own.part };
          }),
        }),
        options,
        classes,
      );
    },
  };
  return definition;
}
