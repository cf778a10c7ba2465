/**
 * N-MNIST (Orchard et al. 2015): saccades over MNIST digits, 34x34, ATIS 40-bit, CC BY-SA 4.0.
 * Layout: `Train/<digit>/NNNNN.bin` and `Test/<digit>/NNNNN.bin`, in folders or as Train.zip and Test.zip.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { md5 } from './about.ts';
import type { DatasetDefinition, OpenDatasetOptions } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { isHidden } from './sources/source.ts';
import { isOfOneArchive } from './sources/unread-archive.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const PARTS = ['Train', 'Test'] as const;
const MENDELEY = 'https://data.mendeley.com/public-files/datasets/468j46mzdv/files';
const MEMBER = /(?:^|\/)(Train|Test)\/(\d)\/(\d+)\.bin$/;

/** Whether the folders of the parts hold digits and nothing else: people call their own folders Train and Test. */
async function holdsDigits(root: string): Promise<boolean> {
  const inside = await Promise.all(
    PARTS.map((part) => readdir(path.join(root, part), { withFileTypes: true }).catch(() => [])),
  );
  const folders = inside.flat().filter((entry) => !entry.isFile() && !isHidden(entry.name));
  return folders.every(({ name }) => DIGITS.includes(name));
}

const layout: DatasetDefinition = pathDataset({
  id: 'nmnist',
  title: 'N-MNIST',
  about: {
    classes: DIGITS,
    recordings: 70_000,
    licence: 'CC BY-SA 4.0',
    citation:
      'G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor: Converting Static Image Datasets to Spiking Neuromorphic Datasets Using Saccades, Frontiers in Neuroscience 9, 2015',
    homepage: 'https://www.garrickorchard.com/datasets/n-mnist',
    files: [
      {
        name: 'Train.zip',
        mirrors: [`${MENDELEY}/39c25547-014b-4137-a934-9d29fa53c7a0/file_downloaded`],
        hash: md5('20959b8e626244a1b502305a9e6e2031'),
      },
      {
        name: 'Test.zip',
        mirrors: [`${MENDELEY}/05a4d654-7e03-4c15-bdfa-9bb2bcbea494/file_downloaded`],
        hash: md5('69ca8762b2fe404d9b9bad1103e97832'),
      },
    ],
  },
  sensor: { width: 34, height: 34 },
  decoding: { format: 'atis40', geometry: { width: 34, height: 34 } },
  convention: 'canonical',
  splits: [officialSplit, randomSplit, timeSplit],
  archive: /^(?:Train|Test)$/,
  read: (id) => {
    const match = MEMBER.exec(id);
    if (match === null) return null;
    const [, part, digit, number] = match as unknown as [string, string, string, string];
    return { className: digit, part: part === 'Train' ? 'train' : 'test', key: `${part}/${digit}/${number}` };
  },
});

/** See the file comment. */
export const nmnist: DatasetDefinition = {
  ...layout,
  detect: async (root, options) => {
    if (!(await holdsDigits(root))) return false;
    // Nothing else in the folder is looked at.
    const places = PARTS.map((part) => path.join(root, part)).flatMap((place) => [place, `${place}.zip`]);
    for (const place of places) if (await isPart(place, options)) return true;
    return false;
  },
};

async function isPart(place: string, options: OpenDatasetOptions = {}): Promise<boolean> {
  try {
    return await layout.detect(place, options);
  } catch (error) {
    // The other part may be whole.
    if ((options.skipBad ?? false) && isOfOneArchive(error)) return false;
    throw error;
  }
}
