/** Event filters: what removes, moves and makes events in front of the frames. Imports events only. */
export * from './augment/index.ts';
export * from './errors.ts';
export {
  type AnyFilterDefinition,
  type EventFilter,
  type FilterDefinition,
  type FilterOption,
  type FilterOptions,
  type FilterReport,
  type FilterSpec,
  type FilterValue,
} from './event-filter.ts';
export * from './filter-chain.ts';
export * from './filter-spec.ts';
export * from './filter-text.ts';
export { maskPixels } from './filters/mask.ts';
export * from './registry.ts';
