/** Thresholds and mixing weights as the kernels read them. */
import { numberIndex, setChannelBit, WORD_BYTES, WORD_CHANNELS, wordsFor } from './channel-order.ts';
import { oneSidedThresholds, type FiringRule } from './firing-rule.ts';
import type { EngineMemory } from './memory.ts';

/** No mixed current, below 2^24 in magnitude, gets from here to 0. */
const NEVER = -(2 ** 30);

/** Thresholds of numbers, negated: `[step][word][8][16]`, 32-bit. Channels that are not there never fire. */
export function packThresholds(memory: EngineMemory, rule: FiringRule): number {
  const channels = rule.flip.length;
  const thresholds = oneSidedThresholds(rule);
  const row = wordsFor(channels) * WORD_CHANNELS;
  const steps = thresholds.length / channels;
  const address = memory.allocate(4 * steps * row, 'thresholds');
  const table = memory.views.i32.subarray(address / 4, address / 4 + steps * row).fill(NEVER);
  thresholds.forEach((threshold, i) => {
    table[Math.floor(i / channels) * row + numberIndex(i % channels)] = -threshold;
  });
  return address;
}

/** A number per channel: `[word][8][16]`, 32-bit. */
export function packChannels(memory: EngineMemory, values: Int32Array): number {
  const words = wordsFor(values.length);
  const address = memory.allocate(4 * words * WORD_CHANNELS, 'thresholds');
  const { i32 } = memory.views;
  values.forEach((value, channel) => {
    i32[address / 4 + numberIndex(channel)] = value;
  });
  return address;
}

/** `[step][word]`: the channels that fire where every current so far was 0. */
export function packSilent(memory: EngineMemory, { thresholds, flip }: FiringRule): number {
  const channels = flip.length;
  const stepBytes = wordsFor(channels) * WORD_BYTES;
  const address = memory.allocate((thresholds.length / channels) * stepBytes, 'thresholds');
  thresholds.forEach((threshold, i) => {
    const channel = i % channels;
    const fires = flip[channel] === 1 ? threshold >= 0 : threshold <= 0;
    if (fires) setChannelBit(memory.views.u8, address + Math.floor(i / channels) * stepBytes, channel);
  });
  return address;
}

/** Channels whose comparison is turned round, a word after the other. */
export function packFlip(memory: EngineMemory, { flip }: FiringRule): number {
  const address = memory.allocate(wordsFor(flip.length) * WORD_BYTES, 'thresholds');
  flip.forEach((set, channel) => {
    if (set === 1) setChannelBit(memory.views.u8, address, channel);
  });
  return address;
}

/** Thresholds for counters: see {@link packSlicedTable}. */
export interface SlicedTable {
  readonly table: number;
  readonly tableRows: number;
  readonly tablePlanes: number;
  readonly rowShift: number;
  readonly even: number;
}

/** Rows of the table, at most about so many, unless that makes them shorter than this. */
const MOST_ROWS = 16;
const SHORTEST_ROW_SHIFT = 6;

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}

/**
 * Thresholds for vertical counters. A neuron of N synaptic operations, `count` of them positive, has the current
 * I = 2 * count - N. N is rounded up to even and from there to N', a multiple of the row length, with as many pairs
 * (+1, -1) as that takes; counters begin one higher, so that a count is 1 … N' + 1 and clamped thresholds are exact:
 *
 *     t' = clamp(ceil((threshold + N' - 1) / 2) + 1, 0, N' + 2)
 *
 * The comparison is > or, where N is odd or the threshold even, >=: one bit settles both parities. The table is
 * `[step][N' / row length][word][plane]`, inverted, its planes even in number.
 *
 * @param most largest N of a neuron.
 * @param extra what shortcuts can add to a count beyond N.
 */
export function packSlicedTable(
  memory: EngineMemory,
  rule: FiringRule,
  most: number,
  extra: number,
): SlicedTable {
  const channels = rule.flip.length;
  const thresholds = oneSidedThresholds(rule);
  const steps = thresholds.length / channels;
  const words = wordsFor(channels);
  const rowShift = Math.max(SHORTEST_ROW_SHIFT, bitLength(Math.ceil(most / MOST_ROWS) - 1));
  const tableRows = Math.ceil((most + 1) / 2 ** rowShift) + 1;
  const never = (row: number): number => row * 2 ** rowShift + 2 + extra;
  const tablePlanes = 2 * Math.ceil(bitLength(never(tableRows - 1)) / 2);
  const even = memory.allocate(steps * words * WORD_BYTES, 'thresholds');
  const rowBytes = words * tablePlanes * WORD_BYTES;
  const table = memory.allocate(steps * tableRows * rowBytes, 'thresholds');
  const { u8 } = memory.views;
  const eight = new Int32Array(8);
  for (let step = 0; step < steps; step++) {
    const ofStep = thresholds.subarray(step * channels, (step + 1) * channels);
    ofStep.forEach((threshold, channel) => {
      if (threshold % 2 === 0) setChannelBit(u8, even + step * words * WORD_BYTES, channel);
    });
    for (let row = 0; row < tableRows; row++) {
      const limit = row * 2 ** rowShift;
      const at = table + (step * tableRows + row) * rowBytes;
      for (let first = 0; first < words * WORD_CHANNELS; first += 8) {
        for (let j = 0; j < 8; j++) {
          const threshold = ofStep[first + j];
          const count = threshold === undefined ? never(row) : Math.ceil((threshold + limit - 1) / 2) + 1;
          eight[j] = Math.max(0, Math.min(never(row), count));
        }
        const word = at + Math.floor(first / WORD_CHANNELS) * tablePlanes * WORD_BYTES + ((first >> 3) & 15);
        for (let plane = 0; plane < tablePlanes; plane++) {
          let byte = 0;
          for (let j = 0; j < 8; j++) byte |= (~(eight[j]! >> plane) & 1) << j;
          u8[word + plane * WORD_BYTES] = byte;
        }
      }
    }
  }
  return { table, tableRows, tablePlanes, rowShift, even };
}

/** Weights of M, and from which step (or pair of steps) on they are not 0. */
export interface PackedMixing {
  readonly mixing: number;
  readonly mixingFrom: number;
}

/** `[step][pair]` of two 16-bit weights: K[t, 2m] low, K[t, 2m + 1] high. */
export function packPairMixing(memory: EngineMemory, matrix: Int32Array, steps: number): PackedMixing {
  return packRows(memory, steps, 2, (t, pair) => {
    const low = matrix[t * steps + 2 * pair]! & 0xffff;
    const high = 2 * pair + 1 <= t ? matrix[t * steps + 2 * pair + 1]! : 0;
    return (high << 16) | low;
  });
}

/** `[step][step]` of 32-bit weights. */
export function packWideMixing(memory: EngineMemory, matrix: Int32Array, steps: number): PackedMixing {
  return packRows(memory, steps, 1, (t, i) => matrix[t * steps + i]!);
}

function packRows(
  memory: EngineMemory,
  steps: number,
  stepsPerEntry: number,
  entryOf: (t: number, column: number) => number,
): PackedMixing {
  const columns = Math.ceil(steps / stepsPerEntry);
  const mixing = memory.allocate(4 * steps * columns, 'thresholds');
  const mixingFrom = memory.allocate(4 * steps, 'thresholds');
  const { i32, u32 } = memory.views;
  for (let t = 0; t < steps; t++) {
    const last = Math.floor(t / stepsPerEntry);
    let from = last;
    for (let column = last; column >= 0; column--) {
      const entry = entryOf(t, column);
      i32[mixing / 4 + t * columns + column] = entry;
      if (entry !== 0) from = column;
    }
    u32[mixingFrom / 4 + t] = from;
  }
  return { mixing, mixingFrom };
}

/** One weight per step. */
export function packStepWeights(memory: EngineMemory, weights: Int32Array): number {
  const address = memory.allocate(4 * weights.length, 'thresholds');
  memory.views.i32.set(weights, address / 4);
  return address;
}
