/** Engines that run a model file. */
export * from './calibrated-model.ts';
export * from './energy.ts';
export * from './engine.ts';
export * from './errors.ts';
export * from './evaluate.ts';
export * from './gap-report.ts';
export { checkFits, toNetworkInput } from './input.ts';
export * from './memory.ts';
export * from './oracle.ts';
export * from './profile.ts';
export {
  denseOperations,
  synapticInput,
  synapticOperations,
  type SynapticInput,
  type SynapticOperations,
} from './synaptic-operations.ts';
export { createWasmEngine } from './wasm/wasm-engine.ts';
