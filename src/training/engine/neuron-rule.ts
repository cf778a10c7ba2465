/** What kinds of neurons differ in behind their common batch norm. */
import type { ParameterValues } from '../../network/index.ts';
import type { RunContext } from './stage.ts';

/** Some rows of a map. */
export interface RowBand {
  readonly first: number;
  readonly end: number;
}

/** A kind of neuron in the plan. Addresses are those of one sample's first frame; what is computed is a task of the crew. */
export interface NeuronRule {
  /** Float64 sums of its own for a sample, which stand in front of those of the batch norm. */
  readonly ownSums: number;
  start(run: RunContext): void;
  /**
   * Before a forward pass: writes the tables.
   *
   * @param parameters the layer's, with the batch's mean and variance.
   * @param scale real value of the integer 1 of each channel's current.
   */
  write(parameters: ParameterValues, scale: Float64Array): void;
  /** Currents to spikes, of some rows. */
  fire(x: number, spikes: number, rows: RowBand): void;
  /** From the gradient at the spikes to that at the drives, of some rows, and the sums over them. */
  driveGradient(x: number, dSpikes: number, dDrive: number, sums: number, rows: RowBand): void;
  /** Gradients of the parameters besides the batch norm's, from its own sums over all samples. */
  gradients(parameters: ParameterValues, sums: Float64Array): Record<string, ArrayLike<number>>;
}
