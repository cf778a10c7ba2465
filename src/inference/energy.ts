/** Energy from counted operations, under tables that others have published. Arithmetic only: no memory traffic. */

/** Prices of one operation, in picojoules. */
export interface EnergyTable {
  readonly name: string;
  readonly source: string;
  /** A multiply-accumulate. */
  readonly macPicojoules: number;
  /** An accumulate: what a spike through a synapse costs. */
  readonly acPicojoules: number;
}

const SPIKINGJELLY = 'SpikingJelly, energy presets (fangwei123456/spikingjelly@afb13226)';

/** All tables. None is a price of 1-bit weights with integer sums; the cheapest here is still too dear for them. */
export const energyTables: readonly EnergyTable[] = [
  {
    name: 'fp32, 45 nm',
    source: "M. Horowitz, Computing's energy problem, ISSCC 2014: the usual figures of SNN papers",
    macPicojoules: 4.6,
    acPicojoules: 0.9,
  },
  { name: 'fp16', source: SPIKINGJELLY, macPicojoules: 1.5, acPicojoules: 0.4 },
  { name: 'int8', source: SPIKINGJELLY, macPicojoules: 0.23, acPicojoules: 0.03 },
];

/** Counted operations of one clip. */
export interface OperationCounts {
  /** Multiply-accumulates of layers that read event counts, dense and exact. */
  readonly denseFirstLayer: number;
  readonly exactFirstLayer: number;
  /** Accumulates of the other layers: rate times dense operations, and exact. */
  readonly rateTimesDense: number;
  readonly synapticOperations: number;
  /** Multiply-adds of M, or of a leak. */
  readonly mixing: number;
}

/** Energy of one clip under one table, in microjoules. */
export interface Energy {
  readonly table: EnergyTable;
  /** As papers count: MAC * dense first layer + AC * rate * dense operations of the rest. */
  readonly conventionalMicrojoules: number;
  /** What is really done: only inputs that are not 0, borders respected, and M paid for. */
  readonly exactMicrojoules: number;
}

/**
 * Prices operations.
 *
 * @example
 * ```ts
 * import { energyOf, energyTables } from 'saccade';
 * // VGGSNN, T = 10, 10 % firing: 27 M dense operations in the first layer, 13.6 G in the rest.
 * const counts = { denseFirstLayer: 26.5e6, exactFirstLayer: 2.6e6, rateTimesDense: 1.359e9, synapticOperations: 1.3e9, mixing: 0 };
 * console.log(energyOf(counts, energyTables[0]!).conventionalMicrojoules.toFixed(0)); // '1345'
 * ```
 */
export function energyOf(counts: OperationCounts, table: EnergyTable): Energy {
  const { macPicojoules: mac, acPicojoules: ac } = table;
  return {
    table,
    conventionalMicrojoules: (mac * counts.denseFirstLayer + ac * counts.rateTimesDense) / 1e6,
    exactMicrojoules: (mac * (counts.exactFirstLayer + counts.mixing) + ac * counts.synapticOperations) / 1e6,
  };
}
