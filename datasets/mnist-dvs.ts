/**
 * MNIST-DVS (Serrano-Gotarredona and Linares-Barranco 2015): 10,000 digits at three scales, moved on a screen, AEDAT 2.0 of
 * a DVS128. Layout: `grabbed_data<digit>/scale<s>/mnist_<digit>_scale<ss>_<n>.aedat`, unpacked or as zips; one scale's folder
 * is enough. There is no official split. A symbol is there at every scale: its recordings stay on one side.
 */
import { SeededRandom } from '../src/events/index.ts';
import { md5 } from './about.ts';
import type { DatasetDefinition, DatasetPart, Sample, SplitDefinition } from './dataset.ts';
import { pathDataset } from './path-dataset.ts';
import { indicesByClass, timeSplit } from './splits.ts';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const HASHES = [
  '451c1d2f6b195ce96d1dd478ee8aaf6e',
  '22259ae8871800b5eecf9e0eb8146ea5',
  '6d3ad96939b702f095d027ce89f1297c',
  'e4833915a1514598c4ae046e5e09cf93',
  'e183266a0b670b5336ba4d39d4bd30ae',
  'abf900993c268a763639c3074b6f92bb',
  '971db9a99e95b408837518c7727a223c',
  'a3cb115f19a736f4fc3590f36012bc87',
  'fe5da6c6f559abf397a32439a6c1cd3f',
  '73a3007c1c1ab4bfad9ce07ea76d540d',
];
const SENSOR = { width: 128, height: 128 };
const MEMBER = /(?:^|\/)mnist_(\d)_(scale\d+)_(\d+)\.aedat$/;

function symbolOf({ id }: Sample): number {
  return Number(MEMBER.exec(id)![3]);
}

const symbolSplit: SplitDefinition = {
  name: 'symbols-',
  summary: 'symbols-SEED: a seeded tenth of the symbols of each class, at all scales, is for testing',
  assign(samples, name) {
    const parts = samples.map((): DatasetPart => 'train');
    const seed = Number(name.slice('symbols-'.length));
    for (const [label, indices = []] of indicesByClass(samples).entries()) {
      const symbols = [...new Set(indices.map((i) => symbolOf(samples[i]!)))].sort((a, b) => a - b);
      if (symbols.length < 2) continue;
      const drawn = new SeededRandom(seed, label).shuffle(symbols);
      const tested = new Set(drawn.slice(0, Math.max(1, Math.round(symbols.length / 10))));
      for (const i of indices) if (tested.has(symbolOf(samples[i]!))) parts[i] = 'test';
    }
    return parts;
  },
};

/** See the file comment. */
export const mnistDvs: DatasetDefinition = pathDataset({
  id: 'mnist-dvs',
  title: 'MNIST-DVS',
  about: {
    classes: DIGITS,
    recordings: 30_000,
    licence: null,
    citation:
      'T. Serrano-Gotarredona, B. Linares-Barranco: Poker-DVS and MNIST-DVS. Their History, How They Were Made, and Other Details, Frontiers in Neuroscience 9, 2015',
    homepage: 'http://www2.imse-cnm.csic.es/caviar/MNISTDVS.html',
    files: HASHES.map((hash, digit) => ({
      name: `grabbed_data${digit}.zip`,
      mirrors: [`http://www2.imse-cnm.csic.es/caviar/MNIST_DVS/grabbed_data${digit}.zip`],
      hash: md5(hash),
    })),
  },
  sensor: SENSOR,
  decoding: { format: 'aedat2', chip: 'dvs128' },
  convention: 'canonical',
  splits: [symbolSplit, timeSplit],
  archive: /^grabbed_data\d$/,
  read: (id) => {
    const match = MEMBER.exec(id);
    return match && { className: match[1]!, part: null, key: match.slice(1, 4).join('/') };
  },
});
