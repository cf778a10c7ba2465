/**
 * Tiny ImageNet (Le and Yang 2015): images of 64x64 pixels of 200 classes of ImageNet, 500 a class for training, 50 a class for
 * validation; JPEG, some in greys. The 10,000 images for testing come without labels.
 * Layout: `tiny-imagenet-200.zip` or what it unpacks to: `train/<class>/images/*.JPEG`, `val/images/*.JPEG` with
 * `val/val_annotations.txt` (name and class first in each line), or `val/<class>/*.JPEG` (also in `images`) as people sort them, and
 * `wnids.txt` with the classes, which are WordNet's numbers.
 */
import { joinBytes } from '../src/formats/bytes.ts';
import { md5 } from './about.ts';
import type { DatasetDefinition, SplitDefinition } from './dataset.ts';
import { missingNote, type ListedFile, type Stray } from './labelled-source.ts';
import { pathDataset, type PathRecording, type ReadLists } from './path-dataset.ts';
import { officialSplit, randomSplit } from './splits.ts';

const SIZE = { width: 64, height: 64 };
const TRAINING = /(?:^|\/)train\/(n\d{8})\/images\/([^/]+\.jpe?g)$/i;
/** As downloaded, or sorted by class as training images are. */
const VALIDATION = /(?:^|\/)val\/(?:(n\d{8})\/)?(?:images\/)?([^/]+\.jpe?g)$/i;

/** What papers report: nobody can test with images that have no labels. */
const validationAsTest: SplitDefinition = {
  name: 'validation-as-test',
  summary: 'the images for validation are for testing, as papers report it; those for testing have no labels',
  assign: (samples) => samples.map(({ part }) => (part === 'validation' ? 'test' : 'train')),
};

function readTraining(id: string): PathRecording | null {
  const [, className, name] = TRAINING.exec(id) ?? [];
  if (className === undefined) return null;
  return { className, part: 'train', key: `train/${className}/${name!}` };
}

/** The lines of a list, of several the first. */
async function linesOf(files: readonly ListedFile[], name: RegExp): Promise<string[] | null> {
  const found = files.find(({ entry }) => name.test(entry.id));
  if (found === undefined) return null;
  const parts: Uint8Array[] = [];
  for await (const chunk of found.entry.open()) parts.push(chunk);
  const lines = new TextDecoder().decode(joinBytes(parts)).split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** What the lists say. */
async function readLists(files: readonly ListedFile[]): Promise<ReadLists> {
  const classes = new Set(await linesOf(files, /(?:^|\/)wnids\.txt$/));
  const annotations = new Map(
    (await linesOf(files, /(?:^|\/)val_annotations\.txt$/))?.map((line) => {
      const [name, className] = line.split('\t') as [string, string?];
      return [name, className?.trim()];
    }),
  );
  const named = (said: PathRecording): PathRecording | Stray =>
    classes.size === 0 || classes.has(said.className)
      ? said
      : { problem: `is of ${said.className}, which wnids.txt does not name` };
  const present = new Set(files.flatMap(({ entry }) => VALIDATION.exec(entry.id)?.[2] ?? []));
  const notes = missingNote('val_annotations.txt', annotations.keys(), present, 'image');
  const read = (id: string): PathRecording | Stray | null => {
    const trained = readTraining(id);
    if (trained !== null) return named(trained);
    const [, folder, name] = VALIDATION.exec(id) ?? [];
    if (name === undefined) return null;
    const stated = annotations.get(name);
    const className = folder ?? stated;
    if (className === undefined) return { problem: 'has no class in val_annotations.txt' };
    if (className !== (stated ?? className))
      return { problem: `lies in the folder of ${className} and is of ${stated!} in val_annotations.txt` };
    return named({ className, part: 'validation', key: `val/${name}` });
  };
  return { read, notes };
}

/** See the file comment. */
export const tinyImagenet: DatasetDefinition = pathDataset({
  id: 'tiny-imagenet',
  title: 'Tiny ImageNet',
  about: {
    classes: 200,
    recordings: 110_000,
    licence: null,
    citation:
      'Y. Le, X. Yang: Tiny ImageNet Visual Recognition Challenge, CS 231N, Stanford University, 2015; J. Deng, W. Dong, R. Socher, L. Li, K. Li, L. Fei-Fei: ImageNet: A large-scale hierarchical image database, CVPR 2009',
    homepage: 'http://cs231n.stanford.edu/',
    files: [
      {
        name: 'tiny-imagenet-200.zip',
        mirrors: ['http://cs231n.stanford.edu/tiny-imagenet-200.zip'],
        bytes: 248_100_043,
        hash: md5('90528d7ca1a48142e341f4ef8d21d0de'),
      },
    ],
  },
  sensor: SIZE,
  images: { codec: 'jpeg', size: SIZE },
  decoding: {},
  convention: 'canonical',
  splits: [officialSplit, validationAsTest, randomSplit],
  archive: /^tiny-imagenet-200$/i,
  read: readTraining,
  readLists,
});
