/** A model: what a model file holds once it was read and checked. */
import type { SensorGeometry } from '../events/index.ts';
import type { FrameRule } from '../frames/index.ts';
import type { NetworkDescription } from './description.ts';
import type { NeuronMode, PackedLayer } from './layers/layer-kind.ts';

/** How recordings become this model's input. Stored with the model: another rule fails silently. */
export interface ModelInput extends FrameRule {
  /** The sensor that the model was trained for; another one is fitted to it by the rule's `fit`. */
  readonly sensor: SensorGeometry;
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

/**
 * What the neurons of a model decide by, in the paper's terms: the exact Eq. 7 or the literal Eq. 9 where any of them
 * has an M_tau, else the recurrence of resetting LIF neurons (Eq. 1 to 3), which is the same in both modes.
 *
 * @example
 * ```ts
 * import { randomModel, ruleName } from 'saccade';
 * console.log(ruleName(randomModel(), 'eq9'), ruleName(randomModel({ neuron: { kind: 'lif' } }), 'eq9')); // Eq. 9 LIF
 * ```
 */
export function ruleName({ layers }: Model, mode: NeuronMode): 'Eq. 7' | 'Eq. 9' | 'LIF' {
  if (layers.every(({ tensors }) => tensors['mTau'] === undefined)) return 'LIF';
  return mode === 'exact' ? 'Eq. 7' : 'Eq. 9';
}
