/**
 * CIFAR's binary versions: files of records, each bytes of labels and 32x32 pixels in planes of red, green and blue. They lie in a
 * folder, or in the archive as it was downloaded.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatasetAbout } from './about.ts';
import type { DatasetDefinition, DatasetPart } from './dataset.ts';
import { openLabelled, type PathLabel, type Stray } from './labelled-source.ts';
import { withoutArchiveExtension } from './sources/archive-kinds.ts';
import type { ArchiveOptions } from './sources/archive.ts';
import { openEach } from './sources/open-each.ts';
import { openEntry, openSource } from './sources/open-source.ts';
import { RecordSource, type FileRecord, type RecordLayout } from './sources/record-source.ts';
import { findArchive, hasArchive } from './sources/find-archive.ts';
import { officialSplit, randomSplit } from './splits.ts';

const SIZE = { width: 32, height: 32 };
const PIXEL_BYTES = 3072;

/** The report of both. */
export const CIFAR_PAPER =
  'A. Krizhevsky, G. Hinton: Learning multiple layers of features from tiny images, University of Toronto, 2009';
/** Where both are handed out. */
export const CIFAR_HOME = 'https://www.cs.toronto.edu/~kriz/cifar.html';

/** A byte in front of the pixels. */
export interface CifarLabel {
  readonly name: string;
  /** Labels are below it. */
  readonly classes: number;
}

/** What one of them states. */
export interface CifarForm {
  readonly id: string;
  readonly title: string;
  readonly about: DatasetAbout;
  /** Folder in the archive. */
  readonly folder: string;
  /** The files of the parts. */
  readonly files: Readonly<Record<string, DatasetPart>>;
  /** A file beside them that tells whose they are, where their names do not. */
  readonly besides?: string;
  /** Bytes in front of the pixels; the last one is the class. */
  readonly labels: readonly CifarLabel[];
}

/** See the file comment. */
export function cifarDataset({ folder, files, besides, labels, ...stated }: CifarForm): DatasetDefinition {
  const classes = stated.about.classes as readonly string[];
  const layout = { labelBytes: labels.length, contentBytes: PIXEL_BYTES };
  const names = Object.keys(files);
  const archive = withoutArchiveExtension(stated.about.files[0]!.name);
  const unpacked = (root: string): string[] =>
    [root, path.join(root, folder)]
      .map((place) => names.map((name) => path.join(place, name)))
      .map((locations) => locations.filter((location) => existsSync(location)))
      .find((locations) => locations.length > 0) ?? [];
  const definition: DatasetDefinition = {
    ...stated,
    sensor: SIZE,
    images: { codec: 'rgb-planes', size: SIZE },
    decoding: {},
    convention: 'canonical',
    splits: [officialSplit, randomSplit],
    detect: async (root) => {
      const [file] = unpacked(root);
      if (file !== undefined) return existsSync(path.join(path.dirname(file), besides ?? ''));
      return hasArchive(root, archive);
    },
    open: async (root, options = {}) => {
      const locations = unpacked(root);
      const packed = locations.length > 0 ? null : await findArchive(root, archive);
      const sources =
        packed === null
          ? await openEach(locations, async (location) =>
              RecordSource.open(await openEntry(location), layout, options),
            )
          : await openPacked(packed, names, layout, options);
      return openLabelled(
        definition,
        root,
        sources,
        (listed) => ({
          labels: listed.map(({ entry, source }) => {
            const record = (source as RecordSource).at(Number(entry.id.slice(entry.id.lastIndexOf('/') + 1)));
            return labelOf(record, labels, classes, files[(source as RecordSource).name]!);
          }),
        }),
        options,
        classes,
      );
    },
  };
  return definition;
}

/** The files of these names in an archive. */
async function openPacked(
  archive: string,
  names: readonly string[],
  layout: RecordLayout,
  options: ArchiveOptions,
): Promise<RecordSource[]> {
  const source = openSource(archive, options);
  try {
    const members = await source.list();
    // In the order that they have in a folder: a seed draws the same.
    const files = names.flatMap((name) => members.filter(({ id }) => path.posix.basename(id) === name));
    return await openEach(files, (entry) => RecordSource.open(entry, layout, options));
  } finally {
    await source.close();
  }
}

function labelOf(
  { labels: values, byteOffset, bytes }: FileRecord,
  labels: readonly CifarLabel[],
  classes: readonly string[],
  part: DatasetPart,
): PathLabel | Stray {
  const whole = labels.length + PIXEL_BYTES;
  const bad = (problem: string): Stray => ({ problem, code: 'BAD_RECORD' });
  if (bytes < whole)
    return bad(`is cut: from byte ${byteOffset} on there are ${bytes} of its ${whole} bytes`);
  const wrong = labels.findIndex(({ classes: count }, i) => values[i]! >= count);
  if (wrong >= 0)
    return bad(
      `has ${labels[wrong]!.name} ${values[wrong]!} at byte ${byteOffset + wrong}, and there are 0 to ${labels[wrong]!.classes - 1}`,
    );
  return { className: classes[values[labels.length - 1]!]!, part };
}
