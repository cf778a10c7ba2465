/** Engines that run a model file. */
export * from './calibrated-model.ts';
export * from './create-engine.ts';
export * from './energy.ts';
export * from './engine.ts';
export * from './errors.ts';
export * from './evaluate.ts';
export * from './gap-report.ts';
export { checkFits, toNetworkInput } from './input.ts';
export * from './memory.ts';
export * from './oracle.ts';
export * from './profile.ts';
export * from './scores.ts';
export * from './timed-engine.ts';
export {
  denseOperations,
  synapticInput,
  synapticLayers,
  synapticOperations,
  type SynapticInput,
  type SynapticOperations,
} from './synaptic-operations.ts';
export { createWasmEngine, type WasmEngineOptions } from './wasm/create-wasm-engine.ts';
