import type { MStructure } from '../neuron/m-tau.ts';
import type { NetworkDescription } from '../description.ts';

/** What an architecture needs to know to become a description. */
export interface ArchitectureOptions {
  readonly steps: number;
  readonly height: number;
  readonly width: number;
  readonly classes: readonly string[];
  readonly structure: MStructure;
  /** Initial decay of M, see `MfpSpec`. Default 0 (identity). */
  readonly decay?: number;
  /** Factor on the number of filters. Default 1. */
  readonly widthFactor?: number;
  readonly maxCount?: number;
}

/** A named family of networks. */
export interface Architecture {
  readonly name: string;
  readonly summary: string;
  describe(options: ArchitectureOptions): NetworkDescription;
}
