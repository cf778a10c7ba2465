/** Engines that run a model file. */
export * from './engine.ts';
export * from './errors.ts';
export * from './evaluate.ts';
export * from './gap-report.ts';
export { checkFits, toNetworkInput } from './input.ts';
export * from './oracle.ts';
