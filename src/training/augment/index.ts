export * from './augment-clip.ts';
export * from './augment-sample.ts';
export * from './augmentation-text.ts';
export type { AugmentationOperation, ClipOperation, MixedClip, MixingOperation } from './operation.ts';
export { augmentationOperations, augmentationSets } from './registry.ts';
