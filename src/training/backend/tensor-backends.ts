/** The backends of TensorFlow.js, each by what starts it. */
import type * as tfjsWasm from '@tensorflow/tfjs-backend-wasm';
import { TrainingError } from '../errors.ts';
import type { LearnerFactory } from '../learner.ts';
import { nodeRequire, requirePeer } from '../require-peer.ts';
import { TensorLearner } from '../tensor-learner.ts';
import { tf } from '../tf.ts';
import { installWasmKernels } from './wasm-kernels/index.ts';
import { startWebGpu } from './webgpu.ts';

/** A backend of TensorFlow.js, started. */
export interface StartedTensors {
  /** One line for people: what runs. */
  readonly runs: string;
  readonly learner: LearnerFactory;
}

const learner: LearnerFactory = (plan) => new TensorLearner(plan);

async function start(name: string): Promise<void> {
  if (!(await tf.setBackend(name)))
    throw new TrainingError('BACKEND_UNAVAILABLE', `Backend ${name} does not start.`);
  await tf.ready();
}

/** `null` if the native backend loaded, otherwise why it did not. */
export function nativeProblem(): string | null {
  if (nodeRequire === undefined) return 'it is for Node';
  // tfjs-node 4.22 still calls two functions that Node 23 removed.
  const util = nodeRequire('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
  try {
    nodeRequire('@tensorflow/tfjs-node');
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'MODULE_NOT_FOUND' ? 'it is not installed' : message.split('\n')[0]!;
  }
}

async function native(): Promise<StartedTensors> {
  const problem = nativeProblem();
  if (problem !== null) {
    throw new TrainingError(
      'BACKEND_UNAVAILABLE',
      `tfjs-node does not load: ${problem}. Use --backend wasm.`,
    );
  }
  await start('tensorflow');
  return { runs: 'tfjs-node, the native backend', learner };
}

const GUARDED_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

async function wasm(): Promise<StartedTensors> {
  const { setWasmPaths } = requirePeer<typeof tfjsWasm>('@tensorflow/tfjs-backend-wasm');
  // A page says itself where the binaries are.
  const entry = nodeRequire?.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  if (entry !== undefined) setWasmPaths(entry.replace(/package\.json$/, 'dist/'));
  const { process } = globalThis as { readonly process?: NodeJS.Process };
  const listenersOf = (event: string): unknown[] => process?.listeners(event as 'uncaughtException') ?? [];
  const before = GUARDED_EVENTS.map((event) => new Set(listenersOf(event)));
  await start('wasm');
  // Emscripten installs process-wide handlers that rethrow; an application's errors are its own.
  GUARDED_EVENTS.forEach((event, i) => {
    for (const listener of listenersOf(event))
      if (!before[i]!.has(listener)) process!.removeListener(event, listener as () => void);
  });
  installWasmKernels();
  return { runs: 'WebAssembly SIMD, one thread', learner };
}

async function webgpu(): Promise<StartedTensors> {
  const device = await startWebGpu();
  const verify = (): void => {
    device.verify();
  };
  return {
    runs: `WebGPU, ${device.adapter}`,
    learner: (plan) => new TensorLearner(plan, { verify }),
  };
}

async function cpu(): Promise<StartedTensors> {
  await start('cpu');
  return { runs: 'the plain JavaScript backend, which is slow', learner };
}

/** A backend of TensorFlow.js. */
export type TensorBackend = 'node' | 'wasm' | 'webgpu' | 'cpu';

/** See the file comment. Each throws TrainingError `NOT_INSTALLED` or `BACKEND_UNAVAILABLE`. */
export const tensorBackends: Readonly<Record<TensorBackend, () => Promise<StartedTensors>>> = {
  node: native,
  wasm,
  webgpu,
  cpu,
};
