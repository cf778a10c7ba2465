/** The one way to an engine. */
import type { Model, ModelInput } from '../network/index.ts';
import type { InferenceEngine } from './engine.ts';
import { InferenceError } from './errors.ts';
import { createOracleEngine } from './oracle.ts';
import { createWasmEngine, type WasmEngineOptions } from './wasm/create-wasm-engine.ts';

/** All have defaults. */
export interface EngineOptions extends WasmEngineOptions {
  /**
   * `wasm`: the kernels, or an error. `oracle`: plain TypeScript, more than a hundred times slower. `auto` (default):
   * the kernels, and the oracle where there is no WebAssembly SIMD or where they have no room for the model's numbers.
   */
  readonly kind?: 'auto' | 'wasm' | 'oracle';
}

/**
 * Makes a model ready to run. All engines give the same integers; `name` says which one runs.
 *
 * @throws {@link InferenceError} `OUT_OF_MEMORY` for a model beyond `maxMemoryBytes`, and under `wasm` also
 * `UNSUPPORTED_MODEL`.
 *
 * @example
 * ```ts
 * import { createEngine, randomModel, sparseClip } from 'saccade';
 * const model = randomModel({ steps: 2 });
 * const engine = await createEngine(model);
 * const { classIndex } = await engine.runClip(sparseClip(model.network, 0.2, 1));
 * console.log(engine.name, classIndex >= 0); // 'wasm' true
 * engine.dispose();
 * ```
 */
export async function createEngine<Input extends ModelInput>(
  model: Model<Input>,
  { kind = 'auto', ...options }: EngineOptions = {},
): Promise<InferenceEngine<Input>> {
  if (kind === 'oracle') return createOracleEngine(model);
  try {
    return await createWasmEngine(model, options);
  } catch (error) {
    if (kind === 'wasm' || !isMissingKernel(error)) throw error;
    return createOracleEngine(model);
  }
}

/** A browser without WebAssembly (or its SIMD), or numbers that the kernels do not take. */
function isMissingKernel(error: unknown): boolean {
  if (error instanceof InferenceError) return error.code === 'UNSUPPORTED_MODEL';
  return typeof WebAssembly === 'undefined' || error instanceof WebAssembly.CompileError;
}
