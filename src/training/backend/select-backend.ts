/** Chooses where training runs, and says why. */
import { canShareMemory } from '../../inference/wasm/share-memory.ts';
import type { NetworkDescription } from '../../network/index.ts';
import { engineObstacle, fastestGradients, type GradientPrecision } from '../engine/index.ts';
import { EngineLearner } from '../engine-learner.ts';
import type { LearnerFactory } from '../learner.ts';
import { nativeProblem, tensorBackends, type TensorBackend } from './tensor-backends.ts';

export type { TensorBackend } from './tensor-backends.ts';

/** What computes, by name: the training engine or a TensorFlow.js backend; `auto` takes the engine if it can. */
export type BackendPreference = 'auto' | 'engine' | TensorBackend;

/** What runs. */
export interface BackendChoice {
  readonly name: 'engine' | TensorBackend;
  /** One line for people: what runs and why. */
  readonly reason: string;
  /** For `trainNetwork`. */
  readonly learner: LearnerFactory;
  /** The fastest that gives the network's accuracy here, for the plan; see {@link fastestGradients}. */
  readonly gradients: GradientPrecision;
}

/** What is asked for. */
export interface BackendWish {
  readonly prefer?: BackendPreference;
  /** What is to be trained. `auto` takes the engine only for a network that it knows it can train. */
  readonly network?: NetworkDescription;
  /** Worker threads of the training engine. Default 1: it computes on the calling thread. */
  readonly threads?: number;
}

/**
 * Chooses what computes training: the engine, where it can train the network; else, where another is asked for, or where
 * no network is named, a TensorFlow.js backend, which it starts: the native one (`@tensorflow/tfjs-node`, optional) where
 * it loads, else WebAssembly with the kernels it lacks supplied by saccade. WebGPU is there for whoever asks for it: in a page or
 * worker that has it, and in Node with the package `webgpu`.
 *
 * @throws {@link TrainingError} `NOT_INSTALLED` or `BACKEND_UNAVAILABLE` if a backend asked for by name cannot start.
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
      gradients: network === undefined ? 'float32' : fastestGradients(network),
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
  const problem = prefer === 'auto' ? nativeProblem() : null;
  const name = prefer === 'auto' ? (problem === null ? 'node' : 'wasm') : prefer;
  const { runs, learner } = await tensorBackends[name]();
  const why = problem === null ? '' : `, because tfjs-node does not load (${problem})`;
  return { name, reason: `Training on ${runs}${why}.`, learner, gradients: 'float32' };
}
