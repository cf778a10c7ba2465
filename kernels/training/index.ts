/** The kernels of the training engine. test/helpers/plain-training.ts states what they compute. */
export { addStatistics, spikeCurrents, valueCurrents } from './currents';
export { inputGradient, lanesToFrames, signInputGradient } from './input-gradient';
export { fireLif, lifDriveGradient } from './lif';
export { listByChannel, listSpikes, listValues } from './lists';
export { currentGradient, driveGradient, fire } from './neurons';
export { maxPool, maxPoolGradient, sumPool, sumPoolGradient } from './pools';
export { spikeWeightGradient, valueWeightGradient } from './weight-gradient';
export { decay, momentumStep } from './optimisers';
export { adam, centre, largest, packIndex, quantise, signGradient, sumColumns } from './weights';
