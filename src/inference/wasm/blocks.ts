/** Parameter blocks of the kernels: 32-bit words by name, in the order of kernels/engine/blocks.ts. */
import type { MemoryViews } from './memory.ts';

/** Kinds of sources. */
export const SOURCE_KIND = { spikes: 0, poolOnes: 1, poolTwos: 2, valueBit: 3, identity: 4 } as const;

/** How a stage makes spikes of currents. */
export const NEURON = {
  slicedTable: 0,
  table: 1,
  mixNarrow: 2,
  mixWide: 3,
  rank1Narrow: 4,
  rank1Wide: 5,
  lif: 6,
} as const;

/** The counter of a source that is no synapse. */
export const NOT_COUNTED = 0xffff_ffff;

/** Fields of a `Window`: those of sources begin with them. */
export const WINDOW_FIELDS = [
  'map',
  'mapStepBytes',
  'inHeight',
  'inWidth',
  'kernel',
  'stride',
  'padTop',
  'padLeft',
  'weights',
  'tapBytes',
  'tapRowBytes',
  'starts',
  'startBytes',
  'startsStepBytes',
  'entries',
  'entriesStepBytes',
  'counter',
  'firstRow',
  'rows',
  'rowStarts',
  'rowWeights',
] as const;

/** Fields of a `Source` behind those of its window. */
export const SOURCE_FIELDS = [
  'kind',
  'inWords',
  'inHalves',
  'mapWidth',
  'bit',
  'zeroRow',
  'rowBytes',
  'plane',
  'byteOffsets',
  'list',
  'listEnd',
] as const;

/** Fields of an `IntegerSource` behind those of its window. */
export const INTEGER_SOURCE_FIELDS = ['inPairs', 'groups', 'pairBytes', 'shift'] as const;

/** Fields of a `Stage`. */
export const STAGE_FIELDS = [
  'outHeight',
  'outWidth',
  'words',
  'channels',
  'bandRows',
  'out',
  'outStepBytes',
  'sources',
  'sourceCount',
  'integerSources',
  'integerCount',
  'neuron',
  'flip',
  'silent',
  'table',
  'tableRows',
  'tablePlanes',
  'rowShift',
  'extra',
  'even',
  'thresholds',
  'thresholdStepBytes',
  'mixing',
  'mixingFrom',
  'steps',
  'stateBytes',
  'state',
  'statePixelBytes',
  'scale',
  'bias',
  'leakParts',
] as const;

/** What a node does. */
export const OP = {
  stage: 0,
  maximum: 1,
  sumSpikes: 2,
  sumValues: 3,
  linearSpikes: 4,
  linearValues: 5,
} as const;

/** Fields of a `Node`. */
export const NODE_FIELDS = [
  'op',
  'stage',
  'stageThreadBytes',
  'map',
  'mapStepBytes',
  'mapWidth',
  'mapPerPixel',
  'channels',
  'inHeight',
  'inWidth',
  'out',
  'outStepBytes',
  'outHeight',
  'outWidth',
  'outPerPixel',
  'windowHeight',
  'windowWidth',
  'weights',
  'units',
  'counter',
] as const;

/** Fields of a `Scratch`. */
export const SCRATCH_FIELDS = [
  'lists',
  'gathered',
  'counters',
  'slots',
  'carries',
  'carryBytes',
  'currents',
  'active',
  'sums',
  'operations',
  'counterCount',
  'quiet',
] as const;

/** Fields of a task, see `Task`; `firstTask` is the number of the first task of its phase. */
export const TASK_FIELDS = [
  'firstNode',
  'endNode',
  'step',
  'steps',
  'firstRow',
  'endRow',
  'firstTask',
] as const;

/** Values of a block; fields left out are 0. */
export type BlockValues<Fields extends readonly string[]> = Readonly<Partial<Record<Fields[number], number>>>;

/** Bytes of a block. */
export function blockBytes(fields: readonly string[]): number {
  return 4 * fields.length;
}

/** Writes a block. */
export function writeBlock<Fields extends readonly string[]>(
  { u32 }: Pick<MemoryViews, 'u32'>,
  address: number,
  fields: Fields,
  values: BlockValues<Fields>,
): void {
  fields.forEach((field: Fields[number], i) => {
    u32[address / 4 + i] = values[field] ?? 0;
  });
}
