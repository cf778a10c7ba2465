import type { MStructure } from '../neuron/m-tau.ts';
import type { NetworkDescription } from '../description.ts';

/**
 * The neuron of a network: MFP with a structure of M_tau (see `MfpSpec` for taps and decay), or the resetting LIF
 * (see `LifSpec`).
 */
export type NeuronOptions =
  | {
      readonly kind: 'mfp';
      readonly structure: MStructure;
      readonly taps?: number | undefined;
      readonly decay?: number | undefined;
    }
  | { readonly kind: 'lif'; readonly decay?: number | undefined };

/** What an architecture needs to know to become a description. */
export interface ArchitectureOptions {
  readonly steps: number;
  readonly height: number;
  readonly width: number;
  /** Values of a pixel. Default: the 2 of events. */
  readonly channels?: number;
  readonly classes: readonly string[];
  readonly neuron: NeuronOptions;
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
