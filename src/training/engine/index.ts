/** Training in WebAssembly, without a tensor library. */
export { fastestGradients, type GradientOptions, type GradientPrecision } from './gradient-options.ts';
export { fastestThreads } from './fastest-threads.ts';
export type { RoundingReport } from './gradient-rounding.ts';
export type { LayerActivity } from './neuron-stage.ts';
export { engineBytes, engineObstacle } from './plan.ts';
export { TrainingEngine, type TrainingEngineOptions } from './training-engine.ts';
