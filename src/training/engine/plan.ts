/** From a network to the engine's plan: stages, and a place in memory for everything they touch. */
import { readersOf, resolveNetwork, type NetworkDescription } from '../../network/index.ts';
import { TrainingError } from '../errors.ts';
import { reserveCrew, type CrewPlaces } from './crew.ts';
import { roundingOf, type GradientOptions } from './gradient-options.ts';
import { NetworkWeights } from './network-weights.ts';
import { EngineParameters } from './parameters.ts';
import { planStages, type PlannedStages } from './plan-stages.ts';
import { Rooms } from './rooms.ts';
import { Layout } from './space.ts';
import type { PlanContext, RoundingContext } from './stage.ts';

/** Maps are bytes. */
const BYTE_BOUND = 255;
/** A WebAssembly memory ends there. */
const MAX_BYTES = 2 ** 32 - 2 ** 16;

/** How many threads share the work. */
export interface ThreadOption {
  /** Default 1. */
  readonly threads?: number;
}

/** See the file comment. */
export interface EnginePlan extends PlannedStages {
  readonly parameters: EngineParameters;
  readonly weights: NetworkWeights;
  readonly rooms: Rooms;
  readonly rounding: RoundingContext | null;
  /** What several threads need to share the work; `null` for one. */
  readonly crew: CrewPlaces | null;
  /** All that a step needs. */
  readonly bytes: number;
}

/**
 * Why the engine cannot train a network; `null` if it can.
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { engineObstacle } from 'saccade/training';
 * const size = { steps: 2, height: 8, width: 8, classes: ['a', 'b'] };
 * const neuron = { kind: 'mfp', structure: 'full' } as const;
 * console.log(engineObstacle(describePlain('toy', [2], { ...size, neuron }))); // null
 * const counts = describePlain('toy', [2], { ...size, neuron, maxCount: 300 });
 * console.log(engineObstacle(counts)); // counts up to 300 are more than 255
 * ```
 */
export function engineObstacle(description: NetworkDescription): string | null {
  const { maxCount } = description.input;
  if (maxCount > BYTE_BOUND) return `counts up to ${maxCount} are more than ${BYTE_BOUND}`;
  const nodes = resolveNetwork(description);
  const readers = readersOf(nodes);
  for (const { spec, sources, output } of nodes) {
    const { id } = spec;
    if (new Set(sources).size < sources.length) return `node ${id} reads a node twice`;
    if (output.content === 'currents' && (readers.get(id)?.length ?? 0) > 1)
      return `currents of node ${id} are read by several nodes`;
    const map = output.content === 'spikes' || output.content === 'sums';
    if (map && output.bound > BYTE_BOUND) {
      return `sums of node ${id} may reach ${output.bound}, more than ${BYTE_BOUND}`;
    }
  }
  return null;
}

/**
 * The plan for batches of up to so many samples. Takes no memory yet.
 *
 * @param rounding of gradients; `null` for float32.
 * @param threads that share the work.
 */
export function planEngine(
  description: NetworkDescription,
  samples: number,
  rounding: RoundingContext | null = null,
  threads = 1,
): EnginePlan {
  const layout = new Layout();
  const crew = reserveCrew(layout, threads);
  const rooms = new Rooms(threads);
  const parameters = new EngineParameters(description, layout);
  const weights = new NetworkWeights({ layout, rooms, parameters });
  const { steps } = description;
  const plan: PlanContext = { layout, rooms, parameters, weights, steps, samples, rounding };
  const built = planStages(description, plan);
  rooms.settle(layout);
  const { bytes } = layout;
  return { ...built, rounding, parameters, weights, rooms, crew, bytes };
}

/**
 * Bytes that a training step takes, stated before any of them is there.
 *
 * @param samples in a batch.
 * @param options how gradients are kept, and how many threads there are (default 1).
 *
 * @example
 * ```ts
 * import { describePlain } from 'saccade';
 * import { engineBytes } from 'saccade/training';
 * const size = { steps: 2, height: 4, width: 4, classes: ['a', 'b'] };
 * const network = describePlain('toy', [2], { ...size, neuron: { kind: 'mfp', structure: 'full' } });
 * console.log(engineBytes(network, 2) > engineBytes(network, 1)); // true
 * ```
 */
export function engineBytes(
  description: NetworkDescription,
  samples: number,
  options: GradientOptions & ThreadOption = {},
): number {
  return planEngine(description, samples, roundingOf(options, 0), options.threads).bytes;
}

/** @throws TrainingError `OUT_OF_MEMORY`, with the batch that fits, before any memory is taken. */
export function requireMemory(
  description: NetworkDescription,
  samples: number,
  maxBytes: number = MAX_BYTES,
  options: GradientOptions & ThreadOption = {},
): void {
  const most = Math.min(maxBytes, MAX_BYTES);
  const bytes = engineBytes(description, samples, options);
  if (bytes <= most) return;
  let [fits, over] = [0, samples];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (engineBytes(description, middle, options) <= most) fits = middle;
    else over = middle;
  }
  const mib = (count: number): string => `${Math.ceil(count / 2 ** 20)} MiB`;
  const advice =
    fits > 0 ? `A batch of ${fits} fits.` : 'Not even one sample fits; lower the width or the size.';
  throw new TrainingError(
    'OUT_OF_MEMORY',
    `A step of ${samples} samples takes ${mib(bytes)}, more than ${mib(most)}. ${advice}`,
  );
}
