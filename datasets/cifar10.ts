/**
 * CIFAR-10 (Krizhevsky 2009): 60,000 colour images of 32x32 pixels in 10 classes, 10,000 of them for testing.
 * Layout: the binary version, `cifar-10-binary.tar.gz` or what it unpacks to: `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin`, in
 * `cifar-10-batches-bin` or without it; records of a label and 3 x 1,024 bytes of red, green and blue.
 */
import { md5 } from './about.ts';
import { CIFAR_HOME, CIFAR_PAPER, cifarDataset } from './cifar.ts';
import { CIFAR10_DVS_CLASSES } from './cifar10-dvs.ts';
import type { DatasetDefinition } from './dataset.ts';

/** See the file comment. */
export const cifar10: DatasetDefinition = cifarDataset({
  id: 'cifar10',
  title: 'CIFAR-10',
  about: {
    // CIFAR10-DVS was recorded of it.
    classes: CIFAR10_DVS_CLASSES,
    recordings: 60_000,
    licence: null,
    citation: CIFAR_PAPER,
    homepage: CIFAR_HOME,
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        mirrors: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
        bytes: 170_052_171,
        hash: md5('c32a1d4ab5d03f1284b67883e8d87530'),
      },
    ],
  },
  folder: 'cifar-10-batches-bin',
  files: {
    'data_batch_1.bin': 'train',
    'data_batch_2.bin': 'train',
    'data_batch_3.bin': 'train',
    'data_batch_4.bin': 'train',
    'data_batch_5.bin': 'train',
    'test_batch.bin': 'test',
  },
  labels: [{ name: 'label', classes: CIFAR10_DVS_CLASSES.length }],
});
