/**
 * POKER-DVS (Serrano-Gotarredona and Linares-Barranco 2015): pips of poker cards, tracked and cut out, DAT 1, 35x35.
 * Layout: `<suit>_<n>_td.dat` with the suits cl, di, he, sp, in any folder. There is no official split.
 */
import type { DatasetDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { randomSplit, timeSplit } from './splits.ts';

const SENSOR = { width: 35, height: 35 };
const SUITS = { cl: 'club', di: 'diamond', he: 'heart', sp: 'spade' } as const;
const MEMBER = /(?:^|\/)(cl|di|he|sp)_(\d+)_td\.dat$/;

/** See the file comment. */
export const pokerDvs: DatasetDefinition = pathDataset({
  id: 'poker-dvs',
  title: 'POKER-DVS',
  about: {
    classes: Object.values(SUITS),
    recordings: 131,
    licence: null,
    citation:
      'T. Serrano-Gotarredona, B. Linares-Barranco: Poker-DVS and MNIST-DVS. Their History, How They Were Made, and Other Details, Frontiers in Neuroscience 9, 2015',
    homepage: 'http://www2.imse-cnm.csic.es/caviar/POKERDVS.html',
    files: [],
    byHand: 'The recordings are among the supplementary material of the paper, and on the home page.',
  },
  sensor: SENSOR,
  decoding: { format: 'dat', geometry: SENSOR },
  convention: 'canonical',
  splits: [randomSplit, timeSplit],
  archive: /poker/i,
  read: (id) => {
    const match = MEMBER.exec(id);
    return (
      match && {
        className: SUITS[match[1] as keyof typeof SUITS],
        part: null,
        key: `${match[1]!}/${match[2]!}`,
      }
    );
  },
});
