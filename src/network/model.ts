/** A model: what a model file holds once it was read and checked. */
import type { BinningSpec } from '../frames/index.ts';
import type { SensorGeometry } from '../events/index.ts';
import type { NetworkDescription } from './description.ts';
import type { PackedLayer } from './layers/layer-kind.ts';

/** How recordings become this model's input. Stored with the model: another rule fails silently. */
export interface ModelInput {
  /** The sensor that the model was trained for. Events outside are left out. */
  readonly sensor: SensorGeometry;
  /** Name of the coordinate and polarity convention of the training events. */
  readonly convention: string;
  readonly binning: BinningSpec;
}

/** Where a model comes from. Free-form beyond the named fields, all JSON. */
export interface TrainingProvenance {
  readonly dataset: string;
  readonly split: string;
  readonly seed: number;
  readonly epochs: number;
  readonly [field: string]: unknown;
}

/** A trained, quantised network with integer weights and thresholds. */
export interface Model {
  readonly network: NetworkDescription;
  readonly input: ModelInput;
  readonly training: TrainingProvenance;
  /** One entry per node of the network, in order. */
  readonly layers: readonly PackedLayer[];
  /** Ids of the spiking layers, in order: the meaning of `StepResult.spikes`. */
  readonly neuronLayers: readonly string[];
}
