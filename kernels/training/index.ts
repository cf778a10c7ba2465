/** The kernels of the training engine. test/helpers/plain-training.ts states what they compute. */
export { packMapRows, packSignRows, someInWindows } from './bit-rows';
export { addScaled, addScaledBytes, copyScaled } from './branches';
export { countedCurrents, packOutputRows } from './counted-currents';
export { countedInputGradient } from './counted-input-gradient';
export { countedWeightGradient, scaleIntegers } from './counted-weight-gradient';
export { addStatistics, spikeCurrents, valueCurrents } from './currents';
export { inputGradient, lanesToFrames, signInputGradient } from './input-gradient';
export { integerGradient, spikeWeightGradient } from './integer-weight-gradient';
export { fireLif, lifDriveGradient } from './lif';
export { listByChannel, listSpikes, listValues } from './lists';
export { currentGradient, driveGradient } from './neuron-gradient';
export { fire } from './neurons';
export { maxPool, maxPoolGradient, sumPool, sumPoolGradient } from './pools';
export { codeGradient, magnitudes, roundGradient, roundingStatistics } from './rounding';
export { valueWeightGradient } from './weight-gradient';
export { decay, momentumStep } from './optimisers';
export { adam, centre, largest, packIndex, quantise, signGradient, sumColumns } from './weights';
