/** From a network to the engine's plan: stages, and a place in memory for everything they touch. */
import {
  resolveNetwork,
  type AnyLayerSpec,
  type LayerNode,
  type LifSpec,
  type MfpNode,
  type NetworkDescription,
  type Shape,
} from '../../network/index.ts';
import { TrainingError } from '../errors.ts';
import type { ConvNode } from './conv-geometry.ts';
import { ConvStage } from './conv-stage.ts';
import { reserveCrew, type CrewPlaces } from './crew.ts';
import { roundingOf, type GradientOptions } from './gradient-options.ts';
import { LifRule } from './lif-rule.ts';
import { MfpRule } from './mfp-rule.ts';
import { NeuronStage } from './neuron-stage.ts';
import { EngineParameters } from './parameters.ts';
import { PoolStage } from './pool-stage.ts';
import { Rooms } from './rooms.ts';
import { Layout, padded } from './space.ts';
import type { MapPlace, PlanContext, RoundingContext, Stage } from './stage.ts';

/** Maps are bytes. */
const BYTE_BOUND = 255;
/** A WebAssembly memory ends there. */
const MAX_BYTES = 2 ** 32 - 2 ** 16;

type AnyNode = LayerNode<AnyLayerSpec>;

/** How many threads share the work. */
export interface ThreadOption {
  /** Default 1. */
  readonly threads?: number;
}

/** See the file comment. */
export interface EnginePlan {
  readonly stages: readonly Stage[];
  readonly neurons: readonly NeuronStage[];
  readonly readOut: ConvStage;
  readonly input: MapPlace;
  readonly parameters: EngineParameters;
  readonly rooms: Rooms;
  readonly convolutions: readonly ConvStage[];
  readonly rounding: RoundingContext | null;
  /** What several threads need to share the work; `null` for one. */
  readonly crew: CrewPlaces | null;
  /** All that a step needs. */
  readonly bytes: number;
}

function nodesOf(description: NetworkDescription): AnyNode[] {
  return resolveNetwork(description) as AnyNode[];
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
  let before = 'input';
  const { maxCount } = description.input;
  if (maxCount > BYTE_BOUND) return `counts up to ${maxCount} are more than ${BYTE_BOUND}`;
  for (const { spec, sources, output } of nodesOf(description)) {
    const { id } = spec;
    if (spec.kind === 'residualAdd') return `node ${id} is of kind ${spec.kind}`;
    if (sources[0] !== before) return `node ${id} does not read the node before it`;
    const map = output.content === 'spikes' || output.content === 'sums';
    if (map && output.bound > BYTE_BOUND) {
      return `sums of node ${id} may reach ${output.bound}, more than ${BYTE_BOUND}`;
    }
    before = id;
  }
  return null;
}

/** Gives a map a place. Maps take the two rooms for gradients in turn. */
class Maps {
  readonly #plan: PlanContext;
  #count = 0;

  constructor(plan: PlanContext) {
    this.#plan = plan;
  }

  add([height, width, channels]: Shape, bound: number, from: MapPlace | 'input' | 'neurons'): MapPlace {
    const { layout, samples, steps } = this.#plan;
    const place = {
      input: { stride: channels, gradient: null },
      neurons: { stride: padded(channels), gradient: 1 },
    };
    const { stride, gradient } = typeof from === 'string' ? place[from] : from;
    const bytes = height * width * stride;
    const room = this.#count++ % 2 === 0 ? 'evenMaps' : 'oddMaps';
    return {
      address: layout.reserve(samples * steps * bytes),
      height,
      width,
      channels,
      stride,
      bytes,
      bound,
      // What pools counts has nothing to train before it.
      gradient: gradient === null ? null : room,
    };
  }
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
  const plan: PlanContext = { layout, rooms, parameters, steps: description.steps, samples, rounding };
  const maps = new Maps(plan);
  const { height, width, maxCount } = description.input;
  const input = maps.add([height, width, 2], maxCount, 'input');
  const stages: Stage[] = [];
  const neurons: NeuronStage[] = [];
  const convolutions: ConvStage[] = [];
  let map = input;
  let conv: ConvStage | undefined;
  for (const node of nodesOf(description)) {
    const { spec, output } = node;
    switch (spec.kind) {
      case 'conv':
      case 'linear':
        conv = new ConvStage(node as ConvNode, map, plan, convolutions.length);
        stages.push(conv);
        convolutions.push(conv);
        break;
      case 'mfp':
      case 'lif': {
        map = maps.add(output.shape, 1, 'neurons');
        const { currents } = conv!;
        const rule =
          spec.kind === 'mfp'
            ? new MfpRule(node as MfpNode, currents, plan)
            : new LifRule(node as LayerNode<LifSpec>, currents, plan);
        const stage = new NeuronStage(node, rule, conv!, map, plan);
        stages.push(stage);
        neurons.push(stage);
        break;
      }
      case 'averagePool':
      case 'globalAveragePool':
      case 'maxPool': {
        const from = map;
        map = maps.add(output.shape, output.bound, from);
        const [windowHeight, windowWidth] =
          spec.kind === 'globalAveragePool' ? [from.height, from.width] : [spec.size, spec.size];
        const kind = spec.kind === 'maxPool' ? 'max' : 'sum';
        stages.push(new PoolStage(kind, [windowHeight, windowWidth], from, map, plan));
        break;
      }
      default:
        throw new TypeError(`The engine does not know ${spec.kind}.`);
    }
  }
  rooms.settle(layout);
  const { bytes } = layout;
  return { stages, neurons, convolutions, rounding, readOut: conv!, input, parameters, rooms, crew, bytes };
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
