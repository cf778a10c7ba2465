/** How gradients are kept, as an option. */
import { resolveNetwork, type ConvSpec, type NetworkDescription } from '../../network/index.ts';
import { TrainingError } from '../errors.ts';
import type { RoundingContext } from './stage.ts';

/**
 * How the gradients at the currents of inner convolutions (1-bit weights, spikes at their input) are kept: exactly, or rounded
 * to signed powers of two, by chance and without bias, which makes their products sums of rows of bits.
 */
export type GradientPrecision = 'float32' | 'power-of-two';

/** What an engine may be told about its gradients. */
export interface GradientOptions {
  /** Default: float32. */
  readonly gradients?: GradientPrecision;
  /**
   * Powers of two from the smallest one to about the largest gradient of a normal distribution, 1 to 13; heavier tails get
   * more of them. Default: 6.
   */
  readonly gradientLevels?: number;
  /** Input channels from which rounded gradients' products use counters; the result is the same. Default: 64. */
  readonly countersFrom?: number;
}

/** Levels where nothing is said. */
export const DEFAULT_LEVELS = 6;
/** More would not fit the sums. */
export const MOST_LEVELS = 13;
/** With fewer input channels most of a row of 128 bits is empty. */
const COUNTERS_FROM = 64;

/** @throws TrainingError `BAD_OPTION` for levels that there cannot be. */
export function roundingOf(options: GradientOptions, seed: number): RoundingContext | null {
  const {
    gradients = 'float32',
    gradientLevels: levels = DEFAULT_LEVELS,
    countersFrom = COUNTERS_FROM,
  } = options;
  if (!Number.isInteger(levels) || levels < 1 || levels > MOST_LEVELS) {
    throw new TrainingError('BAD_OPTION', `Gradients may have 1 to ${MOST_LEVELS} levels; got ${levels}.`);
  }
  return gradients === 'float32' ? null : { levels, seed, countersFrom, measured: false };
}

/**
 * The fastest precision that was found to give the same accuracies (`npm run bench:study`): rounded where counters are worth it,
 * which is where a convolution with 1-bit weights reads 64 channels or more; else float32, which is about as fast there.
 *
 * @example
 * ```ts
 * import { architectures } from 'saccade';
 * import { fastestGradients } from 'saccade/training';
 * const neuron = { kind: 'mfp', structure: 'full' } as const;
 * const networks = architectures.map(({ describe }) => describe({ steps: 4, height: 32, width: 32, classes: ['a', 'b'], neuron }));
 * console.log(networks.map(fastestGradients).slice(0, 2)); // ['float32', 'power-of-two']
 * ```
 */
export function fastestGradients(network: NetworkDescription): GradientPrecision {
  const counts = resolveNetwork(network).some(
    ({ spec, input }) =>
      spec.kind === 'conv' && (spec as ConvSpec).weights === 'binary' && input.shape[2] >= COUNTERS_FROM,
  );
  return counts ? 'power-of-two' : 'float32';
}
