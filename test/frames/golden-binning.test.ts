import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBatches, type EventBatch } from '../../src/events/index.ts';
import { createDecoder } from '../../src/formats/index.ts';
import { binRecording, type BinningSpec } from '../../src/frames/index.ts';
import { hasSharedData, readShared } from '../helpers/shared-data.ts';

const RECORDINGS = {
  A: { path: 'aedat2-mnist-dvs/mnist_0_scale04_0001.aedat', options: { convention: 'spikingjelly' } },
  B: {
    path: 'nmnist-small/Train.zip!Train/5/00001.bin',
    options: { format: 'atis40', geometry: { width: 34, height: 34 } },
  },
  C: { path: 'aedat2-dvs128/cam255_right_clamp_test1.aedat', options: { convention: 'spikingjelly' } },
} as const;

function load({ path, options }: (typeof RECORDINGS)[keyof typeof RECORDINGS]): EventBatch {
  const decoder = createDecoder(options);
  return concatBatches([...decoder.push(readShared(path)), ...decoder.finish()]);
}

const number = (steps: number): BinningSpec => ({ by: 'number', steps });
const time = (steps: number): BinningSpec => ({ by: 'time', steps });
const duration = (durationMicros: number): BinningSpec => ({ by: 'duration', durationMicros });

const window = (durationMicros: number, includeIncomplete = false): BinningSpec => ({
  by: 'tonic-time-window',
  durationMicros,
  includeIncomplete,
});
/** Steps share a quarter of their time. */
const overlapping = (durationMicros: number, includeIncomplete = false): BinningSpec => ({
  ...{ by: 'tonic-time-window', durationMicros, includeIncomplete },
  overlapMicros: durationMicros / 4,
});
const legacy = (durationMicros: number): BinningSpec => ({ by: 'duration-legacy', durationMicros });
const timeBins = { by: 'tonic-time-bins', steps: 10 } as const;
const eventBins = { by: 'tonic-event-bins', steps: 10 } as const;
const eventCount = { by: 'tonic-event-count', stepEvents: 1000 } as const;

/** First 16 hex digits of SHA-256 over the counts as little-endian u32, from SpikingJelly and Tonic themselves. */
const GOLDEN: [keyof typeof RECORDINGS, BinningSpec, number, string][] = [
  ['A', number(10), 10, '8d5d49f2e83d29fc'],
  ['A', time(10), 10, 'b0a7c989b5be711f'],
  ['A', number(4), 4, '1e6fe0ad0487b921'],
  ['A', time(4), 4, 'faaa80a8d6a7f234'],
  ['A', duration(100_000), 23, '4e5f3b09991377d0'],
  ['B', number(10), 10, '616b623aa7e8cdfa'],
  ['B', time(10), 10, '5ded2e3354f49c49'],
  ['B', number(4), 4, 'a4c6d1ce787322b7'],
  ['B', time(4), 4, '00e0fbd5c89e28f2'],
  ['B', duration(30_000), 11, '6d91f0ab2785e96b'],
  ['C', number(10), 10, '33d127c64bd67db2'],
  ['C', time(10), 10, '13f681f18cde9cfb'],
  ['C', number(4), 4, 'e09dd9241e1c6a69'],
  ['C', time(4), 4, '54dd0109e7a9a78f'],
  ['C', duration(1_000_000), 19, 'c7df3366883de8f1'],
  ['A', legacy(100_000), 23, '598cab820ca843d5'],
  ['B', legacy(30_000), 11, '9f292bfde0036759'],
  ['C', legacy(1_000_000), 19, '68b668cec4ae8630'],
  ['A', timeBins, 10, '8e5d1619f0245a9c'],
  ['B', timeBins, 10, '3a6eede3fcfbee76'],
  ['C', timeBins, 10, 'e97ba34408dbcf03'],
  ['A', eventBins, 10, 'b443c82a47d09555'],
  ['B', eventBins, 10, '48e14dffd5e633a0'],
  ['C', eventBins, 10, '3945a37c59e14937'],
  ['A', window(100_000), 22, '3d654a346ea6b7af'],
  ['B', window(30_000), 10, '1c1ea98457efc7f7'],
  ['C', window(1_000_000), 18, '2ac8ff2773ceeebf'],
  ['A', window(100_000, true), 23, '4e5f3b09991377d0'],
  ['B', window(30_000, true), 11, '6d91f0ab2785e96b'],
  ['C', window(1_000_000, true), 19, 'c7df3366883de8f1'],
  ['A', eventCount, 15, '86e0c646a496400a'],
  ['B', eventCount, 4, 'a7974cd26133e9cf'],
  ['C', eventCount, 110, '1b5d14c5e11ef46e'],
  // Steps that overlap: Tonic's own slicers at d0cb6df, NumPy 2.4.6.
  ['A', overlapping(100_000), 29, 'ea19f53386940791'],
  ['A', overlapping(100_000, true), 30, '7f81732bde81426a'],
  ['A', { ...timeBins, overlap: 0.5 }, 10, '0bdb24a5422b00f5'],
  ['A', { ...timeBins, steps: 7, overlap: 0.3 }, 7, '929cae38621553ae'],
  ['A', { ...eventCount, overlapEvents: 250 }, 20, '7924e4ccc725ee7f'],
  ['A', { ...eventCount, overlapEvents: 250, includeIncomplete: true }, 21, '2f48afd1036c76e5'],
  ['A', { ...eventBins, overlap: 0.5 }, 10, 'c01336ad12ad2e21'],
  ['A', { ...eventBins, steps: 7, overlap: 0.3 }, 7, 'db6b3dd28b0863c5'],
  ['B', overlapping(30_000), 13, 'c415d796f1eb8154'],
  ['B', overlapping(30_000, true), 14, '2dd48cd3374beea7'],
  ['B', { ...timeBins, overlap: 0.5 }, 10, '21079f7643771fb4'],
  ['B', { ...timeBins, steps: 7, overlap: 0.3 }, 7, '7f749e3ca886e4ba'],
  ['B', { ...eventCount, overlapEvents: 250 }, 5, 'f606ad125bcda1fe'],
  ['B', { ...eventCount, overlapEvents: 250, includeIncomplete: true }, 6, '70f1618386bf82fb'],
  ['B', { ...eventBins, overlap: 0.5 }, 10, 'a36abfcf63d1f398'],
  ['B', { ...eventBins, steps: 7, overlap: 0.3 }, 7, 'b0cd008f25e92c9d'],
  ['C', overlapping(1_000_000), 23, '0c1d5138800ad155'],
  ['C', overlapping(1_000_000, true), 24, 'b2cbabe96a7ec9d6'],
  ['C', { ...timeBins, overlap: 0.5 }, 10, 'd27ba27f55b02365'],
  ['C', { ...timeBins, steps: 7, overlap: 0.3 }, 7, '5b1f46150cd72e0b'],
  ['C', { ...eventCount, overlapEvents: 250 }, 146, '7d60bd05cff256d0'],
  ['C', { ...eventCount, overlapEvents: 250, includeIncomplete: true }, 147, '1df2bec7c31df142'],
  ['C', { ...eventBins, overlap: 0.5 }, 10, 'f2624db32ce1036d'],
  ['C', { ...eventBins, steps: 7, overlap: 0.3 }, 7, '83ffd05cbbb32c66'],
];

describe.skipIf(!hasSharedData)("SpikingJelly's and Tonic's rules, number for number", () => {
  it.each(GOLDEN)('%s %j', (name, spec, steps, hash) => {
    const [clip] = binRecording(load(RECORDINGS[name]), spec);
    expect(clip!.steps).toBe(steps);
    const counts = Uint32Array.from(clip!.counts);
    expect(createHash('sha256').update(new Uint8Array(counts.buffer)).digest('hex').slice(0, 16)).toBe(hash);
  });

  it('needs more than 8 bits: one pixel of C has 565 events in a frame', () => {
    const [clip] = binRecording(load(RECORDINGS.C), number(4));
    expect(Array.from(clip!.counts).reduce((a, b) => Math.max(a, b), 0)).toBe(565);
    const [narrow] = binRecording(load(RECORDINGS.C), number(4), { countType: 'uint8' });
    expect(narrow!.saturated).toBeGreaterThan(0);
    expect(narrow!.events + narrow!.saturated).toBe(clip!.events);
  });
});
