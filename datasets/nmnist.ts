/**
 * N-MNIST (Orchard et al. 2015): saccades over MNIST digits, 34x34, ATIS 40-bit, CC BY-SA 4.0.
 * Layout: `Train/<digit>/NNNNN.bin` and `Test/<digit>/NNNNN.bin`, in folders or as Train.zip and Test.zip.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatasetDefinition } from './dataset.ts';
import { openLabelled } from './labelled-source.ts';
import { openSource } from './sources/open-source.ts';
import { officialSplit, randomSplit } from './splits.ts';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const MEMBER = /(?:^|\/)(Train|Test)\/(\d)\/\d+\.bin$/;

/** The part's folder if it is there, else its archive. */
function partLocation(root: string, part: string): string | undefined {
  return [path.join(root, part), path.join(root, `${part}.zip`)].find((location) => existsSync(location));
}

/** See the file comment. */
export const nmnist: DatasetDefinition = {
  id: 'nmnist',
  title: 'N-MNIST',
  licence: 'CC BY-SA 4.0',
  citation:
    'G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor: Converting Static Image Datasets to Spiking Neuromorphic Datasets Using Saccades, Frontiers in Neuroscience 9, 2015',
  sensor: { width: 34, height: 34 },
  decoding: { format: 'atis40', geometry: { width: 34, height: 34 } },
  convention: 'canonical',
  splits: [officialSplit, randomSplit],
  detect: async (root) =>
    partLocation(root, 'Train') !== undefined || partLocation(root, 'Test') !== undefined,
  async open(root) {
    const sources = ['Train', 'Test'].flatMap((part) => {
      const location = partLocation(root, part);
      return location === undefined ? [] : [{ part, source: openSource(location) }];
    });
    return openLabelled(
      nmnist,
      root,
      sources.map(({ source }) => source),
      (entry, source) => {
        const { part } = sources.find((candidate) => candidate.source === source)!;
        // A part's folder is the root of its own ids; an archive's members carry the part themselves.
        const match = MEMBER.exec(entry.id) ?? MEMBER.exec(`${part}/${entry.id}`);
        return match && { className: match[2]!, part: match[1] === 'Train' ? 'train' : 'test' };
      },
      DIGITS,
    );
  },
};
