/**
 * N-Cars (Sironi et al. 2018): cars and background, cut out of an ATIS recording, DAT 2, 100 ms, of up to 120x100 pixels.
 * Layout: `n-cars_train/<class>/obj_NNNNNN_td.dat` and `n-cars_test/…`, unpacked (also as `train`, `test`), as zips, or these in `Prophesee_Dataset_n_cars.zip`.
 */
import { md5 } from './about.ts';
import type { DatasetDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

const SENSOR = { width: 120, height: 100 };
const MEMBER = /(?:^|\/)(?:n-cars_)?(train|test)\/(cars|background)\/(obj_\d+)_td\.dat$/;

/** See the file comment. */
export const ncars: DatasetDefinition = pathDataset({
  id: 'ncars',
  title: 'N-Cars',
  about: {
    classes: ['background', 'cars'],
    recordings: null,
    licence: null,
    citation:
      'A. Sironi, M. Brambilla, N. Bourdis, X. Lagorce, R. Benosman: HATS: Histograms of Averaged Time Surfaces for Robust Event-based Object Classification, CVPR 2018',
    homepage: 'https://www.prophesee.ai/dataset-n-cars-download/',
    files: [
      {
        name: 'Prophesee_Dataset_n_cars.zip',
        mirrors: ['http://www.prophesee.ai/resources/Prophesee_Dataset_n_cars.zip'],
        hash: md5('553ce464d6e5e617b3c21ce27c19368e'),
      },
    ],
    byHand: 'Where the address is gone: the home page sends a link to whoever fills in its form.',
  },
  sensor: SENSOR,
  decoding: { format: 'dat', geometry: SENSOR },
  convention: 'canonical',
  splits: [officialSplit, randomSplit, timeSplit],
  archive: /^(?:n-cars_(?:train|test)|Prophesee_Dataset_n_cars)$/,
  read: (id) => {
    const match = MEMBER.exec(id);
    return (
      match && { className: match[2]!, part: match[1] as 'train' | 'test', key: match.slice(1, 4).join('/') }
    );
  },
});
