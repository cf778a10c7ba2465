/** What a model costs on given clips: operations, firing rates, memory, time and energy. */
import { summarise } from '../events/index.ts';
import type { FrameClip } from '../frames/index.ts';
import {
  INPUT_ID,
  layerKindOf,
  ruleName,
  type AnyModel,
  type PackedLayer,
  type StepValues,
} from '../network/index.ts';
import { energyOf, energyTables, type Energy, type OperationCounts } from './energy.ts';
import type { AnyEngine, InferenceMode, LayerActivity, LayerTaps, StepResult } from './engine.ts';
import { InferenceError } from './errors.ts';
import { toNetworkInput } from './input.ts';
import { modelMemory, type MemoryUse, type ModelMemory } from './memory.ts';
import {
  denseOperations,
  elements,
  synapticInput,
  synapticLayers,
  synapticOperations,
} from './synaptic-operations.ts';

/** One layer. Counts are means over the clips; those with an entry per step are per time step. */
export interface LayerProfile {
  readonly layer: string;
  readonly kind: string;
  /** Layers with synapses: what came in and what it cost. */
  readonly inputSpikes: readonly number[];
  readonly synapticOperations: readonly number[];
  readonly multiplyAccumulates: readonly number[];
  /** Spikes per active input: above 1 after pooling and for event counts. */
  readonly multiplicity: number;
  /** Multiply-accumulates of a dense engine in one step. */
  readonly denseOperations: number;
  /** Bytes of weights read by the synaptic operations of a clip. */
  readonly weightBytesRead: number;
  /** Neuron layers: spikes out, and their share of the neurons. */
  readonly spikes: readonly number[];
  readonly firingRate: readonly number[];
  /** Comparisons with a threshold in one step. */
  readonly comparisons: number;
  /** Multiply-adds of M, or of a leak, in a clip: not free, and 0 only for a diagonal M and under Eq. 9. */
  readonly mixingOperations: number;
  /** Median time in a clip; 0 for a layer that the engine computes as part of the next. */
  readonly millis: number;
}

/** Everything about some clips. */
export interface Profile {
  readonly engine: string;
  readonly mode: InferenceMode;
  /** What the neurons decided by; `LIF` is the same in both modes. */
  readonly rule: ReturnType<typeof ruleName>;
  readonly clips: number;
  readonly steps: number;
  readonly layers: readonly LayerProfile[];
  /** Totals of a clip. */
  readonly counts: OperationCounts;
  readonly denseOperations: number;
  readonly energy: readonly Energy[];
  /** The least that the model needs, and what the engine says that it holds. */
  readonly memory: ModelMemory;
  readonly engineMemory: MemoryUse | null;
  /** Median time of a clip with nobody listening to the layers. */
  readonly clipMillis: number;
}

/** All have defaults. */
export interface ProfileOptions {
  readonly mode?: InferenceMode;
  /** Timed runs of each clip, after one to warm up. Default 5. */
  readonly repeats?: number;
}

/**
 * Profiles a model on clips. Spikes, synaptic operations and times are the engine's own account.
 *
 * @throws InferenceError for a clip that does not fit the model, or `NO_CLIPS`.
 *
 * @example
 * ```ts
 * import { createEngine, profileClips, randomModel } from 'saccade';
 * const geometry = { width: 8, height: 8 };
 * const clip = { steps: 2, geometry, counts: new Uint8Array(256).fill(1), events: 256, saturated: 0, outside: 0 };
 * const { layers, memory } = await profileClips(await createEngine(randomModel({ steps: 2 })), [clip], { repeats: 1 });
 * console.log(layers[0]?.synapticOperations, memory.clip.weights > 0); // [3872, 3872] true
 * ```
 */
export async function profileClips(
  engine: AnyEngine,
  clips: Iterable<FrameClip>,
  { mode = 'exact', repeats = 5 }: ProfileOptions = {},
): Promise<Profile> {
  const { model } = engine;
  const counter = new ActivityCounter(model);
  const layerTimes = new Map<string, number[]>(model.layers.map(({ spec }) => [spec.id, []]));
  const clipTimes: number[] = [];
  let count = 0;
  for (const clip of clips) {
    count++;
    counter.input(clip);
    const { steps } = await engine.runClip(clip, { mode, taps: counter.taps });
    counter.add(steps);
    for (let run = 0; run < repeats; run++) {
      for (const [layer, millis] of await timeLayers(engine, clip, mode)) layerTimes.get(layer)?.push(millis);
      const started = performance.now();
      await engine.runClip(clip, { mode });
      clipTimes.push(performance.now() - started);
    }
  }
  if (count === 0)
    throw new InferenceError(
      'NO_CLIPS',
      0,
      'There is no clip to profile: the recordings hold no full window.',
    );
  const layers = model.layers.map((layer) =>
    counter.profile(layer, mode, count, summarise(layerTimes.get(layer.spec.id)!).median),
  );
  const counts = operationCounts(model, layers);
  return {
    engine: engine.name,
    mode,
    rule: ruleName(model, mode),
    clips: count,
    steps: model.network.steps,
    layers,
    counts,
    denseOperations: model.network.steps * total(layers.map((layer) => layer.denseOperations)),
    energy: energyTables.map((table) => energyOf(counts, table)),
    memory: modelMemory(model, mode),
    engineMemory: engine.memory?.() ?? null,
    clipMillis: summarise(clipTimes).median,
  };
}

async function timeLayers(
  engine: AnyEngine,
  clip: FrameClip,
  mode: InferenceMode,
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  await engine.runClip(clip, {
    mode,
    onLayerTime: (layer, millis) => {
      times.set(layer, (times.get(layer) ?? 0) + millis);
    },
  });
  return times;
}

/** Sums per layer and step over all clips. */
interface Tally {
  readonly inputSpikes: number[];
  readonly synapticOperations: number[];
  readonly multiplyAccumulates: number[];
  readonly spikes: number[];
  activeInputs: number;
}

/** Adds up what goes through the layers. */
class ActivityCounter {
  readonly #model: AnyModel;
  readonly #tallies: ReadonlyMap<string, Tally>;
  /** Layers with synapses, by the id of the node that they read through them. */
  readonly #readers = new Map<string, PackedLayer[]>();

  constructor(model: AnyModel) {
    this.#model = model;
    const zeros = (): number[] => new Array<number>(model.network.steps).fill(0);
    this.#tallies = new Map(
      model.layers.map(({ spec }) => [
        spec.id,
        {
          inputSpikes: zeros(),
          synapticOperations: zeros(),
          multiplyAccumulates: zeros(),
          spikes: zeros(),
          activeInputs: 0,
        },
      ]),
    );
    for (const layer of model.layers) {
      const source = synapticInput(layer)?.source;
      if (source !== undefined) this.#readers.set(source, [...(this.#readers.get(source) ?? []), layer]);
    }
  }

  input({ counts, steps }: FrameClip): void {
    const frame = counts.length / steps;
    for (let t = 0; t < steps; t++) {
      this.#read(
        INPUT_ID,
        t,
        toNetworkInput(counts.subarray(t * frame, (t + 1) * frame), this.#model.network.input),
      );
    }
  }

  /** Listens to the layers that others read through synapses. */
  get taps(): LayerTaps {
    const tap = ({ layer, step, values }: LayerActivity): void => this.#read(layer, step, values);
    return new Map([...this.#readers.keys()].map((layer) => [layer, tap]));
  }

  /** Takes over what an engine counted itself. */
  add(steps: readonly StepResult[]): void {
    const synaptic = synapticLayers(this.#model);
    for (const { step, spikes, synapticOperations } of steps) {
      this.#model.neuronLayers.forEach((layer, i) => {
        this.#tallies.get(layer)!.spikes[step]! += spikes[i]!;
      });
      synaptic.forEach((layer, i) => {
        this.#tallies.get(layer)!.synapticOperations[step]! += synapticOperations[i]!;
      });
    }
  }

  #read(source: string, step: number, values: StepValues): void {
    for (const layer of this.#readers.get(source) ?? []) {
      const found = synapticOperations(layer, values);
      const tally = this.#tallies.get(layer.spec.id)!;
      tally.inputSpikes[step]! += found.inputSpikes;
      tally.multiplyAccumulates[step]! += found.multiplyAccumulates;
      tally.activeInputs += found.activeInputs;
    }
  }

  profile(layer: PackedLayer, mode: InferenceMode, clips: number, millis: number): LayerProfile {
    const tally = this.#tallies.get(layer.spec.id)!;
    const mean = (values: readonly number[]): number[] => values.map((value) => value / clips);
    const neurons = elements(layer.output.shape);
    const spiking = layerKindOf(layer.spec).spiking;
    const hasSynapses = synapticInput(layer) !== null;
    const synaptic = (values: readonly number[]): number[] => (hasSynapses ? mean(values) : []);
    const spikes = spiking ? mean(tally.spikes) : [];
    return {
      layer: layer.spec.id,
      kind: layer.spec.kind,
      inputSpikes: synaptic(tally.inputSpikes),
      synapticOperations: synaptic(tally.synapticOperations),
      multiplyAccumulates: synaptic(tally.multiplyAccumulates),
      multiplicity: tally.activeInputs === 0 ? 0 : total(tally.inputSpikes) / tally.activeInputs,
      denseOperations: denseOperations(layer),
      weightBytesRead: (total(tally.multiplyAccumulates) * weightBits(layer)) / 8 / clips,
      spikes,
      firingRate: spikes.map((value) => value / neurons),
      comparisons: spiking ? neurons : 0,
      mixingOperations: layerKindOf(layer.spec).costs?.(layer, mode).multiplyAdds ?? 0,
      millis,
    };
  }
}

/** Bits of one weight; a shortcut of spikes reads none. */
function weightBits({ tensors: { weight } }: PackedLayer): number {
  if (weight === undefined) return 0;
  return weight.dtype === 'U8' ? 1 : 8;
}

function operationCounts({ layers, network }: AnyModel, profiles: readonly LayerProfile[]): OperationCounts {
  const counts = {
    denseFirstLayer: 0,
    exactFirstLayer: 0,
    rateTimesDense: 0,
    synapticOperations: 0,
    mixing: 0,
  };
  layers.forEach((node, i) => {
    const layer = profiles[i]!;
    counts.mixing += layer.mixingOperations;
    const input = synapticInput(node)?.signal;
    if (input === undefined) return;
    if (input.content === 'counts') {
      counts.denseFirstLayer += network.steps * layer.denseOperations;
      counts.exactFirstLayer += total(layer.multiplyAccumulates);
    } else {
      const rate = (total(layer.inputSpikes) * input.unit) / elements(input.shape);
      counts.rateTimesDense += rate * layer.denseOperations;
      counts.synapticOperations += total(layer.synapticOperations);
    }
  });
  return counts;
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
