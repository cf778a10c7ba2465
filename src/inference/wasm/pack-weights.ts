/** Weights as the kernels read them. */
import {
  convWeights,
  tensorData,
  type ConvSpec,
  type LinearSpec,
  type PackedLayer,
} from '../../network/index.ts';
import { WORD_BYTES, wordsFor } from './channel-order.ts';
import type { EngineMemory } from './memory.ts';

/** 1-bit weights: rows of bits `[ky][kx][channel]`, then one row of zeros. */
export interface BinaryWeights {
  readonly weights: number;
  readonly zeroRow: number;
  readonly rowBytes: number;
  /** Table for the extraction of spikes, 256 times eight 16-bit offsets. */
  readonly byteOffsets: number;
}

/** The model file's rows, filled up to words: bits that no channel has stay 0 and their thresholds never fire. */
export function packBinaryWeights(memory: EngineMemory, conv: PackedLayer<ConvSpec>): BinaryWeights {
  const packed = tensorData(conv, 'weight', 'U8');
  const packedRow = Math.ceil(conv.spec.filters / 8);
  const rowBytes = wordsFor(conv.spec.filters) * WORD_BYTES;
  const rows = packed.length / packedRow;
  const weights = memory.allocate((rows + 1) * rowBytes, 'weights');
  const byteOffsets = memory.allocate(256 * 16, 'weights');
  const { u8, u16 } = memory.views;
  for (let row = 0; row < rows; row++)
    u8.set(packed.subarray(row * packedRow, (row + 1) * packedRow), weights + row * rowBytes);
  for (let byte = 0; byte < 256; byte++) {
    for (let bit = 0, at = byteOffsets / 2 + byte * 8; bit < 8; bit++)
      if ((byte >> bit) & 1) u16[at++] = bit * rowBytes;
  }
  return { weights, zeroRow: weights + rows * rowBytes, rowBytes, byteOffsets };
}

/** 8-bit weights: `[ky][kx][pair of inputs][group of 32 filters][8][4][2]`, 16-bit. */
export interface IntegerWeights {
  readonly weights: number;
  readonly groups: number;
  /** No current is larger in magnitude. */
  readonly bound: number;
}

const GROUP = 32;
/** Bytes of the weights of a pair of inputs for a group. */
export const INTEGER_GROUP_BYTES: number = 4 * GROUP;

/** See {@link IntegerWeights}; a group's order is that of `numberIndex`. */
export function packIntegerWeights(memory: EngineMemory, conv: PackedLayer<ConvSpec>): IntegerWeights {
  const codes = convWeights(conv);
  const { kernel, filters } = conv.spec;
  const channels = conv.input.shape[2];
  const pairs = Math.ceil(channels / 2);
  // Neurons look at one, two or four groups of a word.
  const groups = filters % 128 > 64 ? 4 * Math.ceil(filters / 128) : Math.ceil(filters / GROUP);
  const weights = memory.allocate(kernel * kernel * pairs * groups * INTEGER_GROUP_BYTES, 'weights');
  const { i16 } = memory.views;
  const magnitudes = new Float64Array(filters);
  for (let tap = 0, i = 0; tap < kernel * kernel; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++, i++) {
        const within = filter % GROUP;
        const group = (tap * pairs + (channel >> 1)) * groups + (filter - within) / GROUP;
        i16[weights / 2 + group * GROUP * 2 + ((within & 7) * 4 + (within >> 3)) * 2 + (channel & 1)] =
          codes[i]!;
        magnitudes[filter]! += Math.abs(codes[i]!);
      }
    }
  }
  const bound = conv.input.bound * magnitudes.reduce((a, b) => Math.max(a, b), 0);
  return { weights, groups, bound };
}

/** Weights of the read-out: `[input][units]`, 16-bit, the units filled up to a multiple of four. */
export interface LinearWeights {
  readonly weights: number;
  readonly units: number;
}

/** See {@link LinearWeights}. */
export function packLinearWeights(memory: EngineMemory, layer: PackedLayer<LinearSpec>): LinearWeights {
  const codes = tensorData(layer, 'weight', 'I8');
  const units = Math.ceil(layer.spec.units / 4) * 4;
  const inputs = codes.length / layer.spec.units;
  const weights = memory.allocate(inputs * units * 2, 'weights');
  const { i16 } = memory.views;
  for (let input = 0; input < inputs; input++)
    i16.set(
      codes.subarray(input * layer.spec.units, (input + 1) * layer.spec.units),
      weights / 2 + input * units,
    );
  return { weights, units };
}
