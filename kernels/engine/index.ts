/** The kernels of the inference engine. What they compute is stated by the layers' runners in src/network/layers. */
export { runCurrents, runStage } from './stage';
export { countSpikes, linearSpikes, linearValues, poolMaximum, sumSpikes, sumValues } from './maps';
