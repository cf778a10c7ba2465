/** Training with TensorFlow.js: Eq. 7 in parallel over time; exports a model of integers. */
export * from './augment/index.ts';
export * from './backend/select-backend.ts';
export * from './batch-input.ts';
export * from './checkpoint.ts';
export * from './engine/index.ts';
export * from './engine-learner.ts';
export * from './errors.ts';
export * from './learner.ts';
export * from './loss.ts';
export type { AdamState } from './optimiser-state.ts';
export * from './plan.ts';
export * from './schedule.ts';
export * from './tensor-learner.ts';
export * from './tensor-ops.ts';
export { tf } from './tf.ts';
export * from './trainable-network.ts';
export * from './trainer.ts';
