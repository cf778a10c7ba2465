/**
 * CIFAR10-DVS (Li et al. 2017): 10 classes of 1,000 AEDAT 2.0 recordings of a DVS128, CC BY 4.0.
 * Layout: `<class>.zip` or `<class>/` with `cifar10_<class>_<i>.aedat`. There is no official split; accuracies
 * on different ones are not comparable, so a split has a name and its list a hash.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetDefinition, DatasetPart, Sample, SplitDefinition } from './dataset.ts';
import { openLabelled } from './labelled-source.ts';
import { openSource } from './sources/open-source.ts';
import { indicesByClass, randomSplit, timeSplit } from './splits.ts';

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const FILE = /(?:^|\/)cifar10_([a-z]+)_(\d+)\.aedat$/;

/** The number in a file's name. */
function numberOf({ id }: Sample): number {
  return Number(FILE.exec(id)![2]);
}

/** Splits each class, sorted by `order`, into a test part chosen by position. */
function perClass(
  samples: readonly Sample[],
  order: (a: Sample, b: Sample) => number,
  isTest: (position: number, size: number) => boolean,
): DatasetPart[] {
  const parts = samples.map((): DatasetPart => 'train');
  for (const indices of indicesByClass(samples)) {
    const sorted = [...(indices ?? [])].sort((a, b) => order(samples[a]!, samples[b]!));
    sorted.forEach((i, position) => {
      if (isTest(position, sorted.length)) parts[i] = 'test';
    });
  }
  return parts;
}

const byNumber = (a: Sample, b: Sample): number => numberOf(a) - numberOf(b);

/** Text order of the file names, with what a frame cache appends to them. */
function byText(suffix: string): (a: Sample, b: Sample) => number {
  const key = (sample: Sample): string => `${numberOf(sample)}${suffix}`;
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}

const lastTenth = (position: number, size: number): boolean => position >= Math.ceil(0.9 * size);

const splits: readonly SplitDefinition[] = [
  {
    name: 'tet',
    summary: 'the last tenth of each class by number (900 to 999) is for testing: TET',
    assign: (samples) => perClass(samples, byNumber, lastTenth),
  },
  {
    name: 'tebn',
    summary:
      'the first tenth of each class by number (0 to 99) is for testing: TEBN, PSN; easier than a random one',
    assign: (samples) =>
      perClass(samples, byNumber, (position, size) => position < size - Math.ceil(0.9 * size)),
  },
  {
    name: 'sj-lexicographic-0.9',
    summary: "SpikingJelly's split_to_train_test_set(0.9): the last tenth of each class in text order",
    assign: (samples) => perClass(samples, byText('.npz'), lastTenth),
  },
  {
    name: 'sj-lexicographic-0.9-duration',
    summary: 'the same on a duration_<D> cache, where a suffix changes the text order',
    assign: (samples) => perClass(samples, byText('_0.npz'), lastTenth),
  },
  randomSplit,
  timeSplit,
];

/** The class's folder if it holds its recordings (anybody may have cats), else its archive if that does. */
async function classLocation(root: string, name: string): Promise<string | undefined> {
  const folder = path.join(root, name);
  const mine = (file: string): boolean => FILE.exec(file)?.[1] === name;
  if ((await readdir(folder).catch(() => [])).some(mine)) return folder;
  const archive = `${folder}.zip`;
  if (!existsSync(archive)) return undefined;
  const source = openSource(archive);
  const members = await source.list().finally(() => source.close());
  return members.some(({ id }) => mine(id)) ? archive : undefined;
}

/** See the file comment. */
export const cifar10Dvs: DatasetDefinition = {
  id: 'cifar10-dvs',
  title: 'CIFAR10-DVS',
  licence: 'CC BY 4.0',
  citation:
    'H. Li, H. Liu, X. Ji, G. Li, L. Shi: CIFAR10-DVS: An Event-Stream Dataset for Object Classification, Frontiers in Neuroscience 11, 2017',
  sensor: { width: 128, height: 128 },
  decoding: { format: 'aedat2', chip: 'dvs128' },
  convention: 'spikingjelly',
  splits,
  detect: async (root) => {
    for (const name of CLASSES) if ((await classLocation(root, name)) !== undefined) return true;
    return false;
  },
  open: async (root, options = {}) => {
    const locations = await Promise.all(CLASSES.map((name) => classLocation(root, name)));
    return openLabelled(
      cifar10Dvs,
      root,
      locations.filter((location) => location !== undefined).map((location) => openSource(location, options)),
      (files) =>
        files.map(({ entry }) => {
          const match = FILE.exec(entry.id);
          return match && { className: match[1]!, part: null };
        }),
      options,
      CLASSES,
    );
  },
};
