/**
 * What the host tells the kernels, as 32-bit words in memory. The host writes them by name, in the order of
 * src/inference/wasm/blocks.ts; all addresses are bytes from the start of the memory.
 */

/** Kinds of {@link Source}. */
export namespace SourceKind {
  /** Entries are the spikes of a map. */
  export const SPIKES: u32 = 0;
  /** Windows of 2x2 spikes summed: entries that count once. */
  export const POOL_ONES: u32 = 1;
  /** The same: entries that count twice. */
  export const POOL_TWOS: u32 = 2;
  /** One bit of a map of values. */
  export const VALUE_BIT: u32 = 3;
  /** The spikes of the output's own pixel, added as they are: the shortcut of a residual block. */
  export const IDENTITY: u32 = 4;
}

/** An input map seen through the kernel of a convolution: its active inputs are listed row by row, see `extract.ts`. */
@unmanaged
export class Window {
  /** The input map and the bytes of one of its time steps. */
  map!: usize;
  mapStepBytes!: u32;
  inHeight!: u32;
  inWidth!: u32;
  kernel!: u32;
  stride!: u32;
  padTop!: u32;
  padLeft!: u32;
  /** The weights; bytes of those of one tap, and of a row of taps. */
  weights!: usize;
  tapBytes!: u32;
  tapRowBytes!: u32;
  /** Where the lists are in the scratch memory, and how far apart those of two pixels and of two time steps. */
  starts!: usize;
  startBytes!: u32;
  startsStepBytes!: u32;
  entries!: usize;
  entriesStepBytes!: u32;
  /** Index of the counter of synaptic operations. */
  counter!: u32;
  /** Set by the stage: the first input row in the lists. */
  firstRow!: u32;
  /** For the output row at hand: input rows, the starts of the first one's entries and the weights of its taps. */
  rows!: i32;
  rowStarts!: usize;
  rowWeights!: u32;
}

/** An input map seen through 1-bit weights, `[ky][kx][channel]` and one row of zeros. */
@unmanaged
export class Source extends Window {
  kind!: u32;
  /** 128-bit words per pixel of a map of spikes, 16-bit values per pixel of a map of values. */
  inWords!: u32;
  /** 64-bit halves of words that hold channels. */
  inHalves!: u32;
  /** Pixels of the map per pixel of the entries: 2 for pooled sources, else 1. */
  mapWidth!: u32;
  /** Which bit of the values or sums: an entry is 2^bit synaptic operations. */
  bit!: u32;
  zeroRow!: u32;
  rowBytes!: u32;
  /** An entry adds 2^plane to a count: 2^bit, times what its branch is worth. */
  plane!: u32;
  /** Byte table for extraction at high rates, 0 if there is none. */
  byteOffsets!: usize;
  /** Set by the stage: the gathered entries of the pixel at hand. */
  list!: usize;
  listEnd!: usize;
}

/** A map of values seen through integer weights, `[ky][kx][pair][group of 32 channels][8][4][2]`, 16-bit. */
@unmanaged
export class IntegerSource extends Window {
  /** Pairs of 16-bit values per pixel. */
  inPairs!: u32;
  /** Groups of 32 channels. */
  groups!: u32;
  /** Bytes of the weights of a pair. */
  pairBytes!: u32;
  /** Currents count 2^shift. */
  shift!: u32;
}

/** How a stage makes spikes of currents. */
export namespace Neuron {
  /** Bit-sliced comparison with a table of thresholds; no integer source. */
  export const SLICED_TABLE: u32 = 0;
  /** Comparison with a table of thresholds. */
  export const TABLE: u32 = 1;
  /** Eq. 7 with 16-bit currents. */
  export const MIX_16: u32 = 2;
  /** Eq. 7 with 32-bit currents. */
  export const MIX_32: u32 = 3;
  /** One accumulator per neuron, 16-bit currents and weights. */
  export const RANK_1_16: u32 = 4;
  /** The same with 32 bits. */
  export const RANK_1_32: u32 = 5;
  /** Leaky integrate and fire with reset. */
  export const LIF: u32 = 6;
}

/** Convolutions into currents, currents into spikes. */
@unmanaged
export class Stage {
  outHeight!: u32;
  outWidth!: u32;
  words!: u32;
  channels!: u32;
  /** Output rows whose lists fit the scratch memory at once. */
  bandRows!: u32;
  /** The map of spikes. */
  out!: usize;
  outStepBytes!: u32;
  sources!: usize;
  sourceCount!: u32;
  integerSources!: usize;
  integerCount!: u32;
  neuron!: u32;
  /** `[word]`: channels whose comparison is the other way round. */
  flip!: usize;
  /** `[step][word]`: what fires while no input was ever active. Not for LIF, and nothing where shortcuts are added. */
  silent!: usize;
  /** SLICED_TABLE: `[step][row][word][plane]`, inverted; row = N' / 2^rowShift. */
  table!: usize;
  tableRows!: u32;
  tablePlanes!: u32;
  rowShift!: u32;
  /** What identity sources can add to a count beyond N. */
  extra!: u32;
  /** SLICED_TABLE: `[step][word]`, channels with an even threshold. */
  even!: usize;
  /** Others: `[step][word][8][16]`, 32-bit, negated; LIF has the same for all steps. */
  thresholds!: usize;
  thresholdStepBytes!: u32;
  /** MIX: `[step][pair of steps]` of 16-bit pairs, or `[step][step]` of 32 bits; RANK_1: `[step]` of 32 bits. */
  mixing!: usize;
  /** MIX: `[step]`, the first step (or pair) with a weight that is not 0. */
  mixingFrom!: usize;
  steps!: u32;
  /** What neurons remember: bytes per word of a pixel, and where; 0 bytes apart when only one pixel is in memory. */
  stateBytes!: u32;
  state!: usize;
  statePixelBytes!: u32;
  /** LIF: `[word][8][16]`, 32-bit, and sixteenths of the membrane that stay. */
  scale!: usize;
  bias!: usize;
  leakParts!: u32;
}

/** What a {@link Node} does. */
export namespace Op {
  export const STAGE: u32 = 0;
  export const MAXIMUM: u32 = 1;
  export const SUM_SPIKES: u32 = 2;
  export const SUM_VALUES: u32 = 3;
  export const LINEAR_SPIKES: u32 = 4;
  export const LINEAR_VALUES: u32 = 5;
}

/** One map, or the logits, from others. */
@unmanaged
export class Node {
  op!: u32;
  /** The stage of the first thread, and how far apart those of two threads are. */
  stage!: usize;
  stageThreadBytes!: u32;
  map!: usize;
  mapStepBytes!: u32;
  mapWidth!: u32;
  /** Words of spikes, or 16-bit values, of a pixel. */
  mapPerPixel!: u32;
  /** LINEAR: channels of the input, and its size after pooling. */
  channels!: u32;
  inHeight!: u32;
  inWidth!: u32;
  out!: usize;
  outStepBytes!: u32;
  outHeight!: u32;
  outWidth!: u32;
  outPerPixel!: u32;
  /** What one output pixel is made of. */
  windowHeight!: u32;
  windowWidth!: u32;
  /** LINEAR: weights, units rounded up to four, counter of synaptic operations. */
  weights!: usize;
  units!: u32;
  counter!: u32;
}

/** Memory of one thread. */
@unmanaged
export class Scratch {
  /** Lists of the sources begin here. */
  lists!: usize;
  /** Gathered entries of one pixel. */
  gathered!: usize;
  /** `[word]` of {@link COUNTER_PLANES} planes. */
  counters!: usize;
  /** Pairs of carries; between their uses scratch of the conversions. */
  slots!: usize;
  carries!: usize;
  /** Bytes of the carries of two words. */
  carryBytes!: usize;
  /** `[word][8][16]` currents, 32-bit. */
  currents!: usize;
  /** Active pairs of an integer source: values, address of the weights. */
  active!: usize;
  /** Sums of an output row, then accumulators, see `scatter.ts`. */
  sums!: usize;
  /** `[slot][counter]`: synaptic operations per output channel, f64 (exact below 2^53). */
  operations!: usize;
  counterCount!: u32;
  /** Whether the pixel at hand had no input yet in this clip. */
  quiet!: u32;
}

/** Planes of a word's vertical counters; more than any count needs, see `addRows`. */
const COUNTER_PLANES: usize = 32;
/** Bytes of a word's counters. */
export const COUNTER_BYTES: usize = 16 * COUNTER_PLANES;
/** Bytes of a word's 128 currents. */
export const CURRENT_BYTES: usize = 512;
