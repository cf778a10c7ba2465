/** A model: what a model file holds once it was read and checked. */
import { sameSensor, sensorName, type SensorGeometry } from '../events/index.ts';
import { POLARITY_CHANNELS, type FrameRule } from '../frames/index.ts';
import { NetworkError } from './errors.ts';
import type { NetworkDescription } from './description.ts';
import type { NeuronMode, PackedLayer } from './layers/layer-kind.ts';

/** How recordings become a model's input. Stored with the model: another rule fails silently. */
export interface EventInput extends FrameRule {
  /** The sensor that the model was trained for; another one is fitted to it by the rule's `fit`. */
  readonly sensor: SensorGeometry;
}

/**
 * Images as a model's input, in direct encoding: the same frame at every time step, values of 0 to 255, so that the currents
 * of the first layer drive its neurons.
 */
export interface ImageInput {
  readonly encoding: 'direct';
  /** Pixels of an image. Images of another size are refused. */
  readonly size: SensorGeometry;
  readonly channels: typeof RGB;
}

/** Channels of an image, in order. */
export const RGB = ['red', 'green', 'blue'] as const;

/** Largest value of an image. */
export const MOST_BRIGHT = 255;

/** What a model takes. */
export type ModelInput = EventInput | ImageInput;

/** Whether a model takes images. */
export function takesImages(input: ModelInput): input is ImageInput {
  return 'encoding' in input;
}

/**
 * Checks that a network reads what an input gives.
 *
 * @throws NetworkError `BAD_DESCRIPTION` for another number of channels, and for images also another size, or values that
 * would be cut.
 */
export function requireInput({ input: network }: NetworkDescription, input: ModelInput): void {
  const images = takesImages(input);
  const channels = images ? input.channels.length : POLARITY_CHANNELS;
  const what = images ? 'images' : 'frames of events';
  if (network.channels !== channels)
    throw new NetworkError(
      'BAD_DESCRIPTION',
      'input.channels',
      `The network reads ${network.channels} values a pixel, and ${what} have ${channels}.`,
    );
  if (!images) return;
  if (!sameSensor(network, input.size))
    throw new NetworkError(
      'BAD_DESCRIPTION',
      'input.width',
      `The network reads ${sensorName(network)} pixels, and the images have ${sensorName(input.size)}; images are not resized.`,
    );
  if (network.maxCount < MOST_BRIGHT)
    throw new NetworkError(
      'BAD_DESCRIPTION',
      'input.maxCount',
      `The network cuts values at ${network.maxCount}, and those of images go to ${MOST_BRIGHT}.`,
    );
}

/** Where a model comes from. Free-form beyond the named fields, all JSON. */
export interface TrainingProvenance {
  readonly dataset: string;
  readonly split: string;
  readonly seed: number;
  readonly epochs: number;
  readonly [field: string]: unknown;
}

/** A trained, quantised network with integer weights and thresholds; of recordings of events, where nothing else is said. */
export interface Model<Input extends ModelInput = EventInput> {
  readonly network: NetworkDescription;
  readonly input: Input;
  readonly training: TrainingProvenance;
  /** One entry per node of the network, in order. */
  readonly layers: readonly PackedLayer[];
  /** Ids of the spiking layers, in order: the meaning of `StepResult.spikes`. */
  readonly neuronLayers: readonly string[];
}

/** A model of recordings or of images. */
export type AnyModel = Model<ModelInput>;

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
export function ruleName({ layers }: AnyModel, mode: NeuronMode): 'Eq. 7' | 'Eq. 9' | 'LIF' {
  if (layers.every(({ tensors }) => tensors['mTau'] === undefined)) return 'LIF';
  return mode === 'exact' ? 'Eq. 7' : 'Eq. 9';
}
