export * from './augment-clip.ts';
export * from './augmentation-text.ts';
export type { Augmentation, AugmentationOperation, AugmentationStep } from './operation.ts';
export { augmentationOperations, augmentationSets } from './registry.ts';
