/**
 * ASL-DVS (Bi et al. 2019): 24 letters of the American sign language (all but j and z), 4,200 recordings of 100 ms each, DAVIS240,
 * MAT files of `ts`, `x`, `y`, `pol`, 240x180, coordinates from 0. Layout: `<letter>/<letter>_NNNN.mat` in any folder or in archives, also within one another. There is no
 * official split. The picture lies as it was recorded; SpikingJelly turns it by 180 degrees (`--filter rotate=degrees:180`).
 */
import type { DatasetDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { randomSplit, timeSplit } from './splits.ts';

const SENSOR = { width: 240, height: 180 };
const LETTERS = Array.from('abcdefghiklmnopqrstuvwxy');
const MEMBER = /(?:^|\/)([a-ik-y])\/(\1_\d+)\.mat$/;

/** See the file comment. */
export const aslDvs: DatasetDefinition = pathDataset({
  id: 'asl-dvs',
  title: 'ASL-DVS',
  about: {
    classes: LETTERS,
    recordings: 100_800,
    licence: null,
    citation:
      'Y. Bi, A. Chadha, A. Abbas, E. Bourtsoulatze, Y. Andreopoulos: Graph-based Object Classification for Neuromorphic Vision Sensing, ICCV 2019',
    homepage: 'https://github.com/PIX2NVS/NVS2Graph',
    // Its host packs the folder anew for each download: the hash changes.
    files: [
      {
        name: 'ICCV2019_DVS_dataset.zip',
        mirrors: ['https://www.dropbox.com/sh/ibq0jsicatn7l6r/AACNrNELV56rs1YInMWUs9CAa?dl=1'],
      },
    ],
    byHand: 'The home page links to the folder, whose host may ask for a browser.',
  },
  sensor: SENSOR,
  decoding: { format: 'mat', geometry: SENSOR, firstPixel: 0 },
  convention: 'canonical',
  splits: [randomSplit, timeSplit],
  archive: /^(?:ICCV2019_DVS_dataset|ASL-?DVS|[a-ik-y])$/i,
  read: (id) => {
    const match = MEMBER.exec(id);
    return match && { className: match[1]!, part: null, key: match[2]! };
  },
});
