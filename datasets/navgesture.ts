/**
 * NavGesture (Maro et al. 2020): six gestures in front of a phone with an ATIS, sitting and walking, DAT, 304x240.
 * Layout: `user<NN>/user<NN>_<code>_….dat` in folders, in `user<NN>.zip`, or these in the archives as downloaded. There is no official split: subjects are split, as
 * gestures of one subject are alike.
 */
import { SeededRandom } from '../src/events/index.ts';
import { md5 } from './about.ts';
import type { DatasetDefinition, DatasetPart, SplitDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { randomSplit, timeSplit } from './splits.ts';

const HOST = 'https://www.neuromorphic-vision.com/public/downloads/navgesture';
const CODES = {
  do: 'swipe down',
  up: 'swipe up',
  le: 'swipe left',
  ri: 'swipe right',
  se: 'select',
  ho: 'home',
} as const;
const SENSOR = { width: 304, height: 240 };
const MEMBER = /(?:^|\/)((user\d+)_(do|up|le|ri|se|ho)[^/]*)\.dat$/;

/** Those who sit and those who walk may be numbered alike. */
const ARCHIVE = /navgesture-(sit|walk)/;

const subjectSplit: SplitDefinition = {
  name: 'subjects-',
  summary: 'subjects-SEED: a seeded tenth of the subjects, at least one of two, is for testing',
  assign(samples, name) {
    const subjectOf = (id: string): string => MEMBER.exec(id)![2]!;
    const subjects = [...new Set(samples.map(({ id }) => subjectOf(id)))].sort();
    const drawn = new SeededRandom(Number(name.slice('subjects-'.length))).shuffle(subjects);
    const count = subjects.length < 2 ? 0 : Math.max(1, Math.round(subjects.length / 10));
    const tested = new Set(drawn.slice(0, count));
    return samples.map(({ id }): DatasetPart => (tested.has(subjectOf(id)) ? 'test' : 'train'));
  },
};

/** See the file comment. */
export const navGesture: DatasetDefinition = pathDataset({
  id: 'navgesture',
  title: 'NavGesture',
  about: {
    classes: Object.values(CODES),
    recordings: null,
    licence: null,
    citation:
      'J.-M. Maro, S.-H. Ieng, R. Benosman: Event-Based Gesture Recognition With Dynamic Background Suppression Using Smartphone Computational Capabilities, Frontiers in Neuroscience 14, 2020',
    homepage: `${HOST}/`,
    files: [
      {
        name: 'navgesture-sit.zip',
        mirrors: [`${HOST}/navgesture-sit.zip`],
        hash: md5('1571753ace4d9e0946e6503313712c22'),
      },
      {
        name: 'navgesture-walk.zip',
        mirrors: [`${HOST}/navgesture-walk.zip`],
        hash: md5('5d305266f13005401959e819abe206f0'),
      },
    ],
  },
  sensor: SENSOR,
  decoding: { format: 'dat', geometry: SENSOR },
  convention: 'canonical',
  splits: [subjectSplit, randomSplit, timeSplit],
  archive: /^(?:user\d+|navgesture-(?:sit|walk))$/,
  read: (id) => {
    const match = MEMBER.exec(id);
    const [, archive = ''] = ARCHIVE.exec(id) ?? [];
    return (
      match && {
        className: CODES[match[3] as keyof typeof CODES],
        part: null,
        key: `${archive}/${match[1]!}`,
      }
    );
  },
});
