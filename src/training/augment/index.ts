export * from './augment-clip.ts';
export * from './augmentation-text.ts';
export * from './events/draw-filters.ts';
export type { EventOperation } from './events/event-operation.ts';
export { eventAugmentationSets, eventOperations } from './events/registry.ts';
export type {
  Augmentation,
  AugmentationOperation,
  AugmentationStep,
  DescribedOperation,
} from './operation.ts';
export { augmentationOperations, augmentationSets } from './registry.ts';
