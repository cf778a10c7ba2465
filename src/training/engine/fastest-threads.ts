/** How many threads are worth it. */
import { layerKindOf, resolveNetwork, type NetworkDescription } from '../../network/index.ts';

/**
 * Potentials that a batch has for each thread: with two million for each of two a step takes about as long as on one thread,
 * with three and more two thirds of that.
 */
const POTENTIALS_PER_THREAD = 3e6;

/**
 * The threads that train fastest: one for every three million potentials of a batch (neurons, time steps, samples), at most as
 * many as there are cores. What is learned is the same for any number.
 *
 * @param batchSize samples of a step.
 * @param cores that may be used: `os.availableParallelism()` in Node, `navigator.hardwareConcurrency` in browsers.
 *
 * @example
 * ```ts
 * import { architectures } from 'saccade';
 * import { fastestThreads } from 'saccade/training';
 * const neuron = { kind: 'mfp', structure: 'full' } as const;
 * const networks = architectures.map(({ describe }) => describe({ steps: 10, height: 32, width: 32, classes: ['a', 'b'], neuron }));
 * console.log(networks.slice(0, 2).map((network) => fastestThreads(network, 16, 8))); // [2, 8]
 * ```
 */
export function fastestThreads(network: NetworkDescription, batchSize: number, cores: number): number {
  const neurons = resolveNetwork(network)
    .filter(({ spec }) => layerKindOf(spec).spiking)
    .reduce((sum, { input: { shape } }) => sum + shape[0] * shape[1] * shape[2], 0);
  const potentials = neurons * network.steps * batchSize;
  return Math.max(1, Math.min(cores, Math.floor(potentials / POTENTIALS_PER_THREAD)));
}
