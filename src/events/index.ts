/** Events: the batch type, sensor geometry and the base of all typed errors. Imports nothing. */
export * from './errors.ts';
export * from './event-batch.ts';
export * from './seeded-random.ts';
