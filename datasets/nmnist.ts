/**
 * N-MNIST (Orchard et al. 2015): saccades over MNIST digits, 34x34, ATIS 40-bit, CC BY-SA 4.0.
 * Layout: `Train/<digit>/NNNNN.bin` and `Test/<digit>/NNNNN.bin`, in folders or as Train.zip and Test.zip.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { md5 } from './about.ts';
import type { DatasetDefinition } from './dataset.ts';
import { openLabelled } from './labelled-source.ts';
import { openSource } from './sources/open-source.ts';
import { isHidden } from './sources/source.ts';
import { officialSplit, randomSplit, timeSplit } from './splits.ts';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const MENDELEY = 'https://data.mendeley.com/public-files/datasets/468j46mzdv/files';
const MEMBER = /(?:^|\/)(Train|Test)\/(\d)\/\d+\.bin$/;

/** The part's folder if it is there, else its archive. */
function partLocation(root: string, part: string): string | undefined {
  return [path.join(root, part), path.join(root, `${part}.zip`)].find((location) => existsSync(location));
}

/** Whether a part holds digits and nothing else: people call their own folders Train and Test. */
async function holdsDigits(root: string, part: string): Promise<boolean> {
  const location = partLocation(root, part);
  if (location === undefined) return false;
  if (location.endsWith('.zip')) {
    const source = openSource(location);
    const members = await source.list().finally(() => source.close());
    return members.some(({ id }) => match(part, id) !== null);
  }
  const inside = await readdir(location, { withFileTypes: true }).catch(() => []);
  const folders = inside.filter((entry) => !entry.isFile() && !isHidden(entry.name)).map(({ name }) => name);
  const [first] = folders;
  if (first === undefined || !folders.every((name) => DIGITS.includes(name))) return false;
  const files = await readdir(path.join(location, first)).catch(() => []);
  return files.some((file) => match(part, `${first}/${file}`) !== null);
}

/** A part's folder is the root of its own ids; an archive's members carry the part themselves. */
function match(part: string, id: string): RegExpExecArray | null {
  return MEMBER.exec(id) ?? MEMBER.exec(`${part}/${id}`);
}

/** See the file comment. */
export const nmnist: DatasetDefinition = {
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
  detect: async (root) => (await holdsDigits(root, 'Train')) || holdsDigits(root, 'Test'),
  async open(root, options = {}) {
    const sources = ['Train', 'Test'].flatMap((part) => {
      const location = partLocation(root, part);
      return location === undefined ? [] : [{ part, source: openSource(location, options) }];
    });
    return openLabelled(
      nmnist,
      root,
      sources.map(({ source }) => source),
      (files) =>
        files.map(({ entry, source }) => {
          const { part } = sources.find((candidate) => candidate.source === source)!;
          const said = match(part, entry.id);
          return said && { className: said[2]!, part: said[1] === 'Train' ? 'train' : 'test' };
        }),
      options,
      DIGITS,
    );
  },
};
