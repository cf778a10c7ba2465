/**
 * DVS-Lip (Tan et al. 2022): 100 words that are spoken, NumPy arrays of fields t, x, y, p, 128x128.
 * Layout: `DVS-Lip/<train or test>/<word>/<n>.npy`, unpacked or as DVS-Lip.zip.
 */
import { md5 } from './about.ts';
import type { DatasetDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

const WORDS = `
  accused action allow allowed america american another around attacks banks become being benefit benefits
  between billion called capital challenge change chief couple court death described difference different during
  economic education election england evening everything exactly general germany giving ground happen happened
  having heavy house hundreds immigration judge labour leaders legal little london majority meeting military
  million minutes missing needs number numbers paying perhaps point potential press price question really right
  russia russian saying security several should significant spend spent started still support syria syrian taken
  taking terms these thing think times tomorrow under warning water welcome words worst years young
`
  .trim()
  .split(/\s+/);
const SENSOR = { width: 128, height: 128 };
const MEMBER = /(?:^|\/)(train|test)\/([a-z]+)\/(\d+)\.npy$/;

/** See the file comment. */
export const dvsLip: DatasetDefinition = pathDataset({
  id: 'dvs-lip',
  title: 'DVS-Lip',
  about: {
    classes: WORDS,
    recordings: null,
    licence: null,
    citation:
      'G. Tan, Y. Wang, H. Han, Y. Cao, F. Wu, Z.-J. Zha: Multi-Grained Spatio-Temporal Features Perceived Network for Event-Based Lip-Reading, CVPR 2022',
    homepage: 'https://sites.google.com/view/event-based-lipreading',
    files: [{ name: 'DVS-Lip.zip', mirrors: [], hash: md5('2dcb959255122d4cdeb6094ca282494b') }],
    byHand:
      'Google Drive asks a person: https://drive.google.com/file/d/1dBEgtmctTTWJlWnuWxFtk8gfOdVVpkQ0/view',
  },
  sensor: SENSOR,
  decoding: { format: 'npy', geometry: SENSOR },
  convention: 'canonical',
  splits: [officialSplit, randomSplit, timeSplit],
  archive: /^DVS-Lip$/i,
  read: (id) => {
    const match = MEMBER.exec(id);
    if (match === null || !WORDS.includes(match[2]!)) return null;
    return { className: match[2]!, part: match[1] as 'train' | 'test', key: match.slice(1, 4).join('/') };
  },
});
