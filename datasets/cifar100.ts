/**
 * CIFAR-100 (Krizhevsky 2009): 60,000 colour images of 32x32 pixels in 100 classes, 10,000 of them for testing.
 * Layout: the binary version, `cifar-100-binary.tar.gz` or what it unpacks to: `train.bin` and `test.bin` beside `fine_label_names.txt`, in `cifar-100-binary` or
 * without it; records of two labels, coarse (one of 20 superclasses) and fine (the class), and 3 x 1,024 bytes of red, green
 * and blue. Classes are the fine labels.
 */
import { md5 } from './about.ts';
import { CIFAR_HOME, CIFAR_PAPER, cifarDataset } from './cifar.ts';
import type { DatasetDefinition } from './dataset.ts';

/** In the order of their numbers. */
const CLASSES: readonly string[] = [
  ...['apple', 'aquarium_fish', 'baby', 'bear', 'beaver', 'bed', 'bee', 'beetle', 'bicycle', 'bottle'],
  ...['bowl', 'boy', 'bridge', 'bus', 'butterfly', 'camel', 'can', 'castle', 'caterpillar', 'cattle'],
  ...['chair', 'chimpanzee', 'clock', 'cloud', 'cockroach', 'couch', 'crab', 'crocodile', 'cup', 'dinosaur'],
  ...['dolphin', 'elephant', 'flatfish', 'forest', 'fox', 'girl', 'hamster', 'house', 'kangaroo', 'keyboard'],
  ...['lamp', 'lawn_mower', 'leopard', 'lion', 'lizard', 'lobster', 'man', 'maple_tree', 'motorcycle'],
  ...['mountain', 'mouse', 'mushroom', 'oak_tree', 'orange', 'orchid', 'otter', 'palm_tree', 'pear'],
  ...['pickup_truck', 'pine_tree', 'plain', 'plate', 'poppy', 'porcupine', 'possum', 'rabbit', 'raccoon'],
  ...['ray', 'road', 'rocket', 'rose', 'sea', 'seal', 'shark', 'shrew', 'skunk', 'skyscraper', 'snail'],
  ...['snake', 'spider', 'squirrel', 'streetcar', 'sunflower', 'sweet_pepper', 'table', 'tank', 'telephone'],
  ...['television', 'tiger', 'tractor', 'train', 'trout', 'tulip', 'turtle', 'wardrobe', 'whale'],
  ...['willow_tree', 'wolf', 'woman', 'worm'],
];
const SUPERCLASSES = 20;

/** See the file comment. */
export const cifar100: DatasetDefinition = cifarDataset({
  id: 'cifar100',
  title: 'CIFAR-100',
  about: {
    classes: CLASSES,
    recordings: 60_000,
    licence: null,
    citation: CIFAR_PAPER,
    homepage: CIFAR_HOME,
    files: [
      {
        name: 'cifar-100-binary.tar.gz',
        mirrors: ['https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz'],
        bytes: 168_513_733,
        hash: md5('03b5dce01913d631647c71ecec9e9cb8'),
      },
    ],
  },
  folder: 'cifar-100-binary',
  files: { 'train.bin': 'train', 'test.bin': 'test' },
  besides: 'fine_label_names.txt',
  labels: [
    { name: 'coarse label', classes: SUPERCLASSES },
    { name: 'fine label', classes: CLASSES.length },
  ],
});
