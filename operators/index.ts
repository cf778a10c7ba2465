/** RxJS operators: thin adapters over the push classes of the core. One line each. */
export * from './bounded-buffer.ts';
export * from './classify.ts';
export * from './collect-samples.ts';
export * from './decode-events.ts';
export * from './encode-events.ts';
export * from './filter-events.ts';
export * from './guard-clock.ts';
export * from './segment-by-reset.ts';
export * from './slice-by-count.ts';
export * from './slice-by-duration.ts';
export * from './slice-events.ts';
export type { SliceTiming } from './slice-with.ts';
export * from './sort-events.ts';
export * from './to-clips.ts';
export * from './to-frames.ts';
