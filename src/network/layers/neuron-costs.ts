/** What the neurons of a layer need besides synapses: for memory tables, profiles and energy. */

/** Totals of one layer. */
export interface NeuronCosts {
  /** Bytes of thresholds, biases and directions of comparison, in the smallest integers that hold them. */
  readonly thresholdBytes: number;
  /** Bytes that the layer's neurons keep between two time steps of a stream. */
  readonly stateBytes: number;
  /** Multiply-adds of M, or of the leak, in a window: not free, and 0 only for a diagonal M and under Eq. 9. */
  readonly multiplyAdds: number;
}

/** Bytes of the smallest of int16 and int32 that holds ±bound. */
export function integerBytes(bound: number): number {
  return bound <= 32767 ? 2 : 4;
}

/** Bytes of a table in the smallest of int16 and int32 that holds all its entries. */
export function tableBytes(table: Int32Array): number {
  return table.length * integerBytes(table.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
}
