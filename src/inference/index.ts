/** Engines that run a model file. */
export * from './engine.ts';
export * from './errors.ts';
export { checkFits, toNetworkInput } from './input.ts';
export * from './oracle.ts';
