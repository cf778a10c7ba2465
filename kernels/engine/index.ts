/** The kernels of the inference engine. What they compute is stated by the layers' runners in src/network/layers. */
export { countSpikes, pairCounts } from './maps';
export { runNode } from './nodes';
export { runCurrents } from './stage';
