/** Events: the batch type, sensor geometry and the base of all typed errors. Imports nothing. */
export * from './clock-guard.ts';
export * from './convention.ts';
export * from './cut.ts';
export * from './errors.ts';
export * from './event-batch.ts';
export * from './order-account.ts';
export type * from './owned-bytes.ts';
export * from './percentile.ts';
export * from './rate-histogram.ts';
export * from './rebase-time.ts';
export * from './recording-error.ts';
export * from './seeded-random.ts';
export * from './segment-account.ts';
export * from './sort/event-sorter.ts';
export * from './sort/stable-order.ts';
export type { EventStretch } from './stretch.ts';
