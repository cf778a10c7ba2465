/** Augmentation of events: filters that are drawn. */
export * from './draw-filters.ts';
export type { EventOperation } from './event-operation.ts';
export type { Augmentation, AugmentationStep, DescribedOperation } from './operation.ts';
export { eventAugmentationSets, eventOperations } from './registry.ts';
