/** Chooses where training runs, and says why. */
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import type * as tfjsWasm from '@tensorflow/tfjs-backend-wasm';
import { canShareMemory } from '../../inference/wasm/share-memory.ts';
import type { NetworkDescription } from '../../network/index.ts';
import { engineObstacle } from '../engine/index.ts';
import { EngineLearner } from '../engine-learner.ts';
import { TrainingError } from '../errors.ts';
import type { LearnerFactory } from '../learner.ts';
import { requirePeer } from '../require-peer.ts';
import { TensorLearner } from '../tensor-learner.ts';
import { tf } from '../tf.ts';
import { installWasmKernels } from './wasm-kernels/index.ts';

/** What computes, by name: the training engine or a TensorFlow.js backend; `auto` takes the engine if it can. */
export type BackendPreference = 'auto' | 'engine' | TensorBackend;

/** A backend of TensorFlow.js. */
export type TensorBackend = 'node' | 'wasm' | 'cpu';

/** What runs. */
export interface BackendChoice {
  readonly name: 'engine' | TensorBackend;
  /** One line for people: what runs and why. */
  readonly reason: string;
  /** For `trainNetwork`. */
  readonly learner: LearnerFactory;
}

/** What is asked for. */
export interface BackendWish {
  readonly prefer?: BackendPreference;
  /** What is to be trained. `auto` takes the engine only for a network that it knows it can train. */
  readonly network?: NetworkDescription;
  /** Worker threads of the training engine. Default 1: it computes on the calling thread. */
  readonly threads?: number;
}

const require = createRequire(import.meta.url);

const tensorLearner: LearnerFactory = (plan) => new TensorLearner(plan);

/**
 * Chooses what computes training: the engine, where it can train the network; else, where another is asked for, or where
 * no network is named, a TensorFlow.js backend, which it starts: the native one (`@tensorflow/tfjs-node`, optional) where
 * it loads, else WebAssembly with the kernels it lacks supplied by saccade.
 *
 * @throws {@link TrainingError} `BACKEND_UNAVAILABLE` if a backend asked for by name cannot start.
 *
 * @example
 * ```ts
 * import { selectBackend } from 'saccade/training';
 * const { name } = await selectBackend({ prefer: 'wasm' });
 * console.log(name); // 'wasm'
 * ```
 */
export async function selectBackend({
  prefer = 'auto',
  network,
  threads = 1,
}: BackendWish = {}): Promise<BackendChoice> {
  if (prefer !== 'engine' && (prefer !== 'auto' || network === undefined)) return startTensors(prefer);
  const obstacle = network === undefined ? null : engineObstacle(network);
  if (obstacle === null) {
    return {
      name: 'engine',
      reason: `Training on the training engine, WebAssembly SIMD, ${threadsText(threads)}.`,
      learner: (plan) => new EngineLearner(plan, { threads }),
    };
  }
  const tensors = await startTensors('auto');
  return {
    ...tensors,
    reason: `The training engine cannot train this network: ${obstacle}. ${tensors.reason}`,
  };
}

function threadsText(threads: number): string {
  if (threads === 1) return 'one thread';
  return canShareMemory() ? `${threads} threads` : `one thread: none of ${threads} can share memory here`;
}

async function startTensors(prefer: 'auto' | TensorBackend): Promise<BackendChoice> {
  if (prefer === 'cpu') {
    await start('cpu');
    return {
      name: 'cpu',
      reason: 'Training on the plain JavaScript backend because it was asked for; it is slow.',
      learner: tensorLearner,
    };
  }
  let why = 'because it was asked for';
  if (prefer !== 'wasm') {
    const problem = loadNative();
    if (problem === null) {
      await start('tensorflow');
      return {
        name: 'node',
        reason: 'Training on tfjs-node, the native backend.',
        learner: tensorLearner,
      };
    }
    if (prefer === 'node') {
      throw new TrainingError(
        'BACKEND_UNAVAILABLE',
        `tfjs-node does not load: ${problem}. Use --backend wasm.`,
      );
    }
    why = `because tfjs-node does not load (${problem})`;
  }
  await startWasm();
  return {
    name: 'wasm',
    reason: `Training on WebAssembly SIMD, one thread, ${why}.`,
    learner: tensorLearner,
  };
}

async function start(name: string): Promise<void> {
  if (!(await tf.setBackend(name)))
    throw new TrainingError('BACKEND_UNAVAILABLE', `Backend ${name} does not start.`);
  await tf.ready();
}

/** `null` if the native backend loaded, otherwise why it did not. */
function loadNative(): string | null {
  // tfjs-node 4.22 still calls two functions that Node 23 removed.
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
  try {
    require('@tensorflow/tfjs-node');
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'MODULE_NOT_FOUND' ? 'it is not installed' : message.split('\n')[0]!;
  }
}

const GUARDED_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

async function startWasm(): Promise<void> {
  const { setWasmPaths } = requirePeer<typeof tfjsWasm>('@tensorflow/tfjs-backend-wasm');
  const entry = require.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  setWasmPaths(path.join(path.dirname(entry), 'dist') + path.sep);
  const before = GUARDED_EVENTS.map(
    (event) => new Set<unknown>(process.listeners(event as 'uncaughtException')),
  );
  await start('wasm');
  // Emscripten installs process-wide handlers that rethrow; an application's errors are its own.
  GUARDED_EVENTS.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i]!.has(listener)) process.removeListener(event, listener);
    }
  });
  installWasmKernels();
}
