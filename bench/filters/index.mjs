/**
 * What filters against noise keep of recordings and of noise that was added to them, as jAER's noise tester does: ROC curves
 * over their window or limit, and the signal that is left when 90 and 99 % of the noise is gone.
 *
 * Recordings have noise of their own, which counts as signal: no filter can be perfect, and all are measured alike.
 *
 * usage: node bench/filters/index.mjs [--small] [--shared ../shared/data]
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { concatBatches, createDecoder } from '../../dist/src/index.js';
import { machine } from '../machine.mjs';
import { FILTERS } from './filters.mjs';
import { keptOf, mixture } from './mixture.mjs';
import { page } from './report.mjs';
import { areaUnder, bestWithin } from './roc.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { values: options } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    shared: { type: 'string', default: path.resolve(root, '../shared/data') },
  },
});
const RATES = options.small ? [5] : [1, 5, 20];
const SEED = 1;

/** Every recording of a folder and of those in it. */
function filesIn(folder, extension) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => path.join(folder, name));
}

/** Events in order of time: what cannot be told from noise by its time is no matter of filters. */
function read(file, decoding) {
  const decoder = createDecoder({ fileName: file, ...decoding });
  const batches = [...decoder.push(new Uint8Array(readFileSync(file))), ...decoder.finish()];
  return concatBatches(batches.filter(({ segment }) => segment === 0));
}

const nmnist = filesIn(path.join(root, 'examples/recordings/nmnist/Test'), '.bin');
const dot = path.join(options.shared, 'aedat2-v2e/moving-dot-346x260.aedat');
const SETS = [
  {
    name: 'N-MNIST',
    text: `${nmnist.length} recordings of examples/recordings/nmnist, 34x34 pixels, of a sensor that moves in front of digits; each with noise of its own.`,
    rates: RATES,
    recordings: nmnist.map((file) => read(file, { format: 'atis40', geometry: { width: 34, height: 34 } })),
  },
  ...(existsSync(dot)
    ? [
        {
          name: 'Moving dot',
          text: 'A dot that moves over 346x260 pixels, simulated by v2e without noise (SensorsINI/dnd_hls): few pixels have a signal, all have noise.',
          // Noise of many pixels: a few seconds are millions of events.
          rates: RATES.filter((rateHz) => rateHz <= 5),
          recordings: [read(dot, {})],
        },
      ]
    : []),
];

function measure(recordings, rateHz) {
  const mixtures = recordings.map((recording, i) => mixture(recording, rateHz, SEED + i));
  const signalEvents = recordings.reduce((sum, { length }) => sum + length, 0);
  const noiseEvents = mixtures.reduce((sum, { events }) => sum + events.length, 0) - signalEvents;
  const filters = Object.entries(FILTERS).map(([name, { swept, values, filter }]) => {
    const points = values.map((value) => {
      const kept = mixtures.map((each) => keptOf(each, filter(value)));
      const sum = (of) => kept.reduce((total, each) => total + each[of], 0);
      return { value, signal: sum('signal') / signalEvents, noise: sum('noise') / noiseEvents };
    });
    const [at10, at1] = [0.1, 0.01].map((most) => bestWithin(points, most));
    return { name, swept, area: areaUnder(points), at10, at1, points };
  });
  return { rateHz, signalEvents, noiseEvents, filters };
}

const sets = SETS.map(({ name, text, rates, recordings }) => ({
  name,
  text,
  rates: rates.map((rateHz) => measure(recordings, rateHz)),
}));
for (const { name, rates } of sets) {
  for (const { rateHz, filters } of rates) {
    console.log(`${name}, noise of ${rateHz} Hz a pixel`);
    for (const { name: filter, area, at10, swept } of filters) {
      const best = at10 === null ? '' : `${(100 * at10.signal).toFixed(1)} % (${swept} ${at10.value})`;
      console.log(`  ${filter.padEnd(22)} area ${area.toFixed(3)}  signal at 10 % noise ${best || '–'}`);
    }
  }
}
if (!options.small) {
  const folder = path.join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const about =
    'Shares of events; noise is Poisson, as likely at every pixel and of either polarity. Each point is a value of the window, period or limit; the dashed line is chance. In the tables, the most signal among the values that were tried.';
  writeFileSync(
    path.join(folder, 'filters.json'),
    `${JSON.stringify({ machine: machine(), about, sets }, null, 2)}\n`,
  );
  writeFileSync(path.join(folder, 'filters.html'), page(sets, about));
}
