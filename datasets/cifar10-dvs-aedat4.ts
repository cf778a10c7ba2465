/**
 * CIFAR10-DVS as Tonic hands it out: the recordings converted to AEDAT 4.0. Their bytes are others than the original's, and
 * nobody states whether coordinates, polarity and origin of time were kept: accuracies of the two do not compare.
 * Layout: `<class>/cifar10_<class>_<i>.aedat4`, in folders, in `<class>.zip`, or these in `CIFAR10DVS.zip`. The splits are those of the original.
 */
import { figshareFile, md5 } from './about.ts';
import { CIFAR10_DVS_CLASSES, CIFAR10_DVS_PAPER, CIFAR10_DVS_SPLITS } from './cifar10-dvs.ts';
import type { DatasetDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';

const SENSOR = { width: 128, height: 128 };
const MEMBER = /(?:^|\/)cifar10_([a-z]+)_(\d+)\.aedat4$/;

/** See the file comment. */
export const cifar10DvsAedat4: DatasetDefinition = pathDataset({
  id: 'cifar10-dvs-aedat4',
  title: 'CIFAR10-DVS, converted',
  about: {
    classes: CIFAR10_DVS_CLASSES,
    recordings: 10_000,
    licence: 'CC BY 4.0',
    citation: CIFAR10_DVS_PAPER,
    homepage: 'https://github.com/neuromorphs/tonic/issues/170',
    files: [
      {
        name: 'CIFAR10DVS.zip',
        mirrors: [figshareFile(38023437)],
        hash: md5('ce3a4a0682dc0943703bd8f749a7701c'),
      },
    ],
  },
  sensor: SENSOR,
  decoding: { format: 'aedat4' },
  convention: 'canonical',
  splits: CIFAR10_DVS_SPLITS,
  archive: new RegExp(`^(?:CIFAR10DVS|${CIFAR10_DVS_CLASSES.join('|')})$`),
  read: (id) => {
    const match = MEMBER.exec(id);
    return match && { className: match[1]!, part: null, key: `${match[1]!}/${match[2]!}` };
  },
});
