/** Which sources are mutated, and the tests that must notice. */

const all = (room, ...tests) => [
  { files: [`src/${room}/`], tests: [...tests.map((test) => `test/${test}/`), '!/pipeline/paths.test.ts'] },
];
const formats = (files, ...tests) => ({
  files: files.map((file) => `src/formats/${file}`),
  tests: [...tests.map((test) => `test/formats/${test}/`), 'test/formats/wraps.test.ts'],
});

/**
 * By room: the least share of mutants to be killed, whether its test files need modules of their own, and groups of sources (a name that ends in `/` is a folder) with the
 * folders of their tests. `!` leaves a test out: what goes over many rooms takes too long for every mutant.
 *
 * @type {Record<string, { least: number, isolate?: boolean, groups: { files: string[], tests: string[] }[] }>}
 */
export const ROOMS = {
  frames: { least: 0.9, groups: all('frames', 'frames') },
  pipeline: { least: 0.9, groups: all('pipeline', 'pipeline') },
  preprocess: { least: 0.9, isolate: true, groups: all('preprocess', 'preprocess') },
  live: { least: 0.9, groups: all('live', 'live') },
  latency: { least: 0, groups: all('latency', 'latency') },
  'formats-time': {
    least: 0,
    isolate: true,
    groups: [
      formats(['records/scalar.ts', 'records/run.ts'], 'records', 'aedat2', 'aedat1'),
      formats(['prophesee/raw-decoder.ts'], 'evt2', 'evt21', 'evt3', 'prophesee'),
      ...['evt2', 'evt21', 'evt3'].map((id) => formats([`${id}/scalar.ts`], id, 'prophesee')),
      formats(['aedat3/packet-parser.ts', 'aedat3/packet.ts'], 'aedat3'),
      formats(['atis40/decoder.ts', 'atis40/record.ts'], 'atis40'),
      formats(['dat/decoder.ts', 'dat/record.ts'], 'dat'),
    ],
  },
};
