/**
 * CIFAR10-DVS (Li et al. 2017): 10 classes of 1,000 AEDAT 2.0 recordings of a DVS128, CC BY 4.0.
 * Layout: `cifar10_<class>_<i>.aedat` in `<class>.zip` or in folders. There is no official split; accuracies
 * on different ones are not comparable, so a split has a name and its list a hash.
 */
import { figshareFile, md5 } from './about.ts';
import type { DatasetDefinition, DatasetPart, Sample, SplitDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { indicesByClass, randomSplit, timeSplit } from './splits.ts';

/** In alphabetical order, as CIFAR-10 numbers them. */
export const CIFAR10_DVS_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
/** Figshare's file and its hash, by class. */
const FILES: Readonly<Record<string, readonly [id: number, hash: string]>> = {
  airplane: [7712788, '0afd5c4bf9ae06af762a77b180354fdd'],
  automobile: [7712791, '8438dfeba3bc970c94962d995b1b9bdd'],
  bird: [7712794, 'a9c207c91c55b9dc2002dc21c684d785'],
  cat: [7712812, '52c63c677c2b15fa5146a8daf4d56687'],
  deer: [7712815, 'b6bf21f6c04d21ba4e23fc3e36c8a4a3'],
  dog: [7712818, 'f379ebdf6703d16e0a690782e62639c3'],
  frog: [7712842, 'cad6ed91214b1c7388a5f6ee56d08803'],
  horse: [7712851, 'e7cbbf77bec584ffbf913f00e682782a'],
  ship: [7712836, '41c7bd7d6b251be82557c6cce9a7d5c9'],
  truck: [7712839, '89f3922fd147d9aeff89e76a2b0b70a7'],
};

/** The paper, for whatever was made of its recordings. */
export const CIFAR10_DVS_PAPER =
  'H. Li, H. Liu, X. Ji, G. Li, L. Shi: CIFAR10-DVS: An Event-Stream Dataset for Object Classification, Frontiers in Neuroscience 11, 2017';
const FILE = /(?:^|\/)cifar10_([a-z]+)_(\d+)\.aedat$/;

/** The number in a file's name, original or converted. */
function numberOf({ id }: Sample): number {
  return Number(/_(\d+)\.aedat4?$/.exec(id)![1]);
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

/** Splits by the numbers in the files' names. */
export const CIFAR10_DVS_SPLITS: readonly SplitDefinition[] = [
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

/** See the file comment. */
export const cifar10Dvs: DatasetDefinition = pathDataset({
  id: 'cifar10-dvs',
  title: 'CIFAR10-DVS',
  about: {
    classes: CIFAR10_DVS_CLASSES,
    recordings: 10_000,
    licence: 'CC BY 4.0',
    citation: CIFAR10_DVS_PAPER,
    homepage: 'https://doi.org/10.3389/fnins.2017.00309',
    files: Object.entries(FILES).map(([name, [id, hash]]) => ({
      name: `${name}.zip`,
      mirrors: [figshareFile(id)],
      hash: md5(hash),
    })),
  },
  sensor: { width: 128, height: 128 },
  decoding: { format: 'aedat2', chip: 'dvs128' },
  convention: 'spikingjelly',
  splits: CIFAR10_DVS_SPLITS,
  archive: new RegExp(`^(?:${CIFAR10_DVS_CLASSES.join('|')})$`),
  read: (id) => {
    const match = FILE.exec(id);
    return match && { className: match[1]!, part: null, key: `${match[1]!}/${match[2]!}` };
  },
});
