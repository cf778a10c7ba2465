/** Results of the steps of a window, the same for every engine. */
import {
  layerKindOf,
  type Inputs,
  type AnyModel,
  type PackedLayer,
  type StepValues,
} from '../network/index.ts';
import type { LayerTaps, StepResult } from './engine.ts';
import { synapticInput, synapticOperations } from './synaptic-operations.ts';

/** What one time step did, counted. */
export interface StepActivity {
  /** Spikes of each neuron layer, in the order of the network. */
  readonly spikes: readonly number[];
  /** Synaptic operations of each layer with synapses, in the order of the network. */
  readonly synapticOperations: readonly number[];
}

/** Counts what the layers of one step did from their values. */
export class ActivityRecord implements StepActivity {
  readonly spikes: number[] = [];
  readonly synapticOperations: number[] = [];

  /** Layers come in the order of the network. */
  add(layer: PackedLayer, inputs: Inputs<StepValues>, output: StepValues): void {
    if (layerKindOf(layer.spec).spiking) this.spikes.push(sum(output));
    const synaptic = synapticInput(layer);
    if (synaptic === null) return;
    const values = inputs[layer.sources.indexOf(synaptic.source)]!;
    this.synapticOperations.push(synapticOperations(layer, values).synapticOperations);
  }
}

/** Adds up the logits of one window. */
export class WindowResults {
  #accumulated: Int32Array;

  constructor(model: AnyModel) {
    this.#accumulated = new Int32Array(model.network.classes.length);
  }

  /** The result of the next step. */
  add(step: number, logits: Int32Array, { spikes, synapticOperations }: StepActivity): StepResult {
    this.#accumulated = this.#accumulated.map((value, i) => value + logits[i]!);
    return { step, logits, accumulatedLogits: this.#accumulated, spikes, synapticOperations };
  }
}

/** Hands a layer's output to whoever listens. */
export function tellTap(
  taps: LayerTaps | undefined,
  { spec, output }: PackedLayer,
  step: number,
  values: StepValues,
): void {
  taps?.get(spec.id)?.({ layer: spec.id, kind: spec.kind, step, values, shape: output.shape });
}

function sum(values: StepValues): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
