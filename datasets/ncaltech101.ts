/**
 * N-Caltech101 (Orchard et al. 2015): saccades over Caltech101's pictures, ATIS 40-bit, of up to 240x180 pixels.
 * Layout: `Caltech101/<class>/image_NNNN.bin`, unpacked or as Caltech101.zip. There is no official split.
 */
import { md5 } from './about.ts';
import type { DatasetDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { randomSplit, timeSplit } from './splits.ts';

const SENSOR = { width: 240, height: 180 };
/** The folder tells that it is this data set: anybody may have images of classes. */
const MEMBER = /(?:^|\/)(?:N-?)?Caltech101(?:-archive)?\/(?:.*\/)?([^/]+)\/(image_\d+)\.bin$/i;

/** See the file comment. */
export const ncaltech101: DatasetDefinition = pathDataset({
  id: 'ncaltech101',
  title: 'N-Caltech101',
  about: {
    classes: 101,
    recordings: 8709,
    licence: 'CC BY 4.0',
    citation:
      'G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor: Converting Static Image Datasets to Spiking Neuromorphic Datasets Using Saccades, Frontiers in Neuroscience 9, 2015',
    homepage: 'https://www.garrickorchard.com/datasets/n-caltech101',
    files: [
      {
        name: 'Caltech101.zip',
        mirrors: [
          'https://data.mendeley.com/public-files/datasets/cy6cvx3ryv/files/36b5c52a-b49d-4853-addb-a836a8883e49/file_downloaded',
        ],
        hash: md5('66201824eabb0239c7ab992480b50ba3'),
      },
    ],
  },
  sensor: SENSOR,
  decoding: { format: 'atis40', geometry: SENSOR },
  convention: 'canonical',
  splits: [randomSplit, timeSplit],
  archive: /^(?:N-)?Caltech101(?:-archive)?$/i,
  read: (id) => {
    const match = MEMBER.exec(id);
    return match && { className: match[1]!, part: null, key: `${match[1]!}/${match[2]!}` };
  },
});
