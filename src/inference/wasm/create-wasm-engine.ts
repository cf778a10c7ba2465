/** Puts an engine together: memory, kernels, threads. */
import { integerOption } from '../../events/index.ts';
import type { Model, ModelInput } from '../../network/index.ts';
import type { InferenceEngine } from '../engine.ts';
import { instantiateKernel, kernelModule, sharedKernelModule } from './kernel.ts';
import { EngineMemory } from './memory.ts';
import { PackedModel } from './packed-model.ts';
import { LocalRunner } from './runner.ts';
import { Scratch } from './scratch.ts';
import { canShareMemory } from './share-memory.ts';
import { controlBytes } from './thread-control.ts';
import { ThreadPool } from './thread-pool.ts';
import { WasmEngine } from './wasm-engine.ts';

/** All have defaults. */
export interface WasmEngineOptions {
  /** Largest memory of the engine. Default 1 GiB. */
  readonly maxMemoryBytes?: number;
  /**
   * Worker threads that share the work. 1 (default): none, everything runs on the calling thread. Where memory cannot
   * be shared (a page that is not cross-origin isolated) it is always 1.
   */
  readonly threads?: number;
}

const DEFAULT_MEMORY_BYTES = 2 ** 30;
const MAX_THREADS = 256;

/**
 * Makes a model ready to run on the kernels.
 *
 * @throws {@link InferenceError} `OUT_OF_MEMORY`, `UNSUPPORTED_MODEL` for numbers that the kernels have no room for,
 * `THREAD_DIED`; what WebAssembly throws where it or its SIMD is missing.
 *
 * @example
 * ```ts
 * import { createWasmEngine, randomModel, sparseClip } from 'saccade';
 * const model = randomModel({ steps: 2 });
 * const engine = await createWasmEngine(model);
 * const { steps } = await engine.runClip(sparseClip(model.network, 0.2, 1));
 * console.log(steps.length); // 2
 * engine.dispose();
 * ```
 */
export async function createWasmEngine<Input extends ModelInput>(
  model: Model<Input>,
  { maxMemoryBytes = DEFAULT_MEMORY_BYTES, threads = 1 }: WasmEngineOptions = {},
): Promise<InferenceEngine<Input>> {
  integerOption('threads', threads, 1, MAX_THREADS);
  const shared = threads > 1 && canShareMemory();
  const memory = new EngineMemory({ maxMemoryBytes, shared });
  const packed = new PackedModel(model, memory);
  const module = shared ? await sharedKernelModule() : kernelModule();
  const kernel = instantiateKernel(module, memory.memory);
  const scratches = Array.from(
    { length: shared ? threads : 1 },
    () => new Scratch(memory, model.network.steps, packed.counters.size + 1),
  );
  if (!shared)
    return new WasmEngine(model, packed, kernel, scratches, new LocalRunner(kernel, memory, scratches[0]!));
  const pool = new ThreadPool({
    memory: memory.memory,
    module,
    tasks: 'nodes',
    control: memory.allocate(controlBytes(threads), 'scratch'),
    scratches: scratches.map(({ block }) => block),
  });
  try {
    const engine = new WasmEngine(model, packed, kernel, scratches, pool);
    await pool.start();
    return engine;
  } catch (error) {
    pool.dispose();
    throw error;
  }
}
