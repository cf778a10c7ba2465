/** How far the paper's literal Eq. 9 is from Eq. 7 on real input. */
import type { LabelledClip } from '../frames/index.ts';
import {
  layerKindOf,
  mapInputs,
  walkGraph,
  type LayerRunner,
  type AnyModel,
  type StepValues,
} from '../network/index.ts';
import { toNetworkInput } from './input.ts';

/** Agreement of two sets of spikes. */
export interface SpikeAgreement {
  /** Share of equal decisions. High whenever most decisions are 0, so look at F1 too. */
  readonly agreement: number;
  /** 2 TP / (2 TP + FP + FN) with Eq. 7 as the truth; 1 if neither fires. */
  readonly f1: number;
  readonly exactRate: number;
  readonly eq9Rate: number;
}

/** The gap in one layer. */
export interface LayerGap {
  readonly layer: string;
  /** Whether the layer has an M_tau. A resetting LIF has none: Eq. 9 leaves it as it is, and passes on what came in. */
  readonly mixes: boolean;
  /** Eq. 9 fed with exact spikes: the layer's own error. */
  readonly isolated: SpikeAgreement;
  /** Eq. 9 from the first layer on: errors compound. */
  readonly endToEnd: SpikeAgreement;
  /** Share of (step, channel) pairs that fire under Eq. 9 without any input. */
  readonly firesOnSilence: number;
}

/**
 * Compares Eq. 9 with Eq. 7 spike by spike. Equal where every M is diagonal or there is none, and for no
 * other models.
 *
 * @example
 * ```ts
 * import { measureGap, randomModel } from 'saccade';
 * const geometry = { width: 8, height: 8 };
 * const clip = { steps: 4, geometry, counts: new Uint8Array(512).fill(2), events: 1024, saturated: 0, outside: 0 };
 * const [first] = measureGap(randomModel({ structure: 'diagonal' }), [{ clip, label: 0 }]);
 * console.log(first?.endToEnd.agreement); // 1
 * ```
 */
export function measureGap(model: AnyModel, samples: Iterable<LabelledClip>): LayerGap[] {
  const neurons = model.layers.flatMap((layer, index) =>
    layerKindOf(layer.spec).spiking ? [{ layer, index }] : [],
  );
  const tallies = new Map(
    neurons.map(({ layer }) => [layer.spec.id, { isolated: new Tally(), endToEnd: new Tally() }]),
  );
  const exact = createRunners(model, 'exact');
  const eq9 = createRunners(model, 'eq9');
  for (const { clip } of samples) {
    const { counts: values } = clip;
    const frame = values.length / clip.steps;
    const counts: StepValues[] = Array.from({ length: clip.steps }, (_, t) =>
      toNetworkInput(values.subarray(t * frame, (t + 1) * frame), model.network.input),
    );
    walkGraph(model.layers, { exact: counts, eq9: counts }, ({ spec }, inputs, index) => {
      const exactInputs = mapInputs(inputs, (input) => input.exact);
      const outputs = {
        exact: exact[index]!.clip(exactInputs),
        eq9: eq9[index]!.clip(mapInputs(inputs, (input) => input.eq9)),
      };
      const tally = tallies.get(spec.id);
      tally?.isolated.add(outputs.exact, eq9[index]!.clip(exactInputs));
      tally?.endToEnd.add(outputs.exact, outputs.eq9);
      return outputs;
    });
  }
  return neurons.map(({ layer: { spec, input, tensors }, index }) => ({
    layer: spec.id,
    mixes: tensors['mTau'] !== undefined,
    isolated: tallies.get(spec.id)!.isolated.result(),
    endToEnd: tallies.get(spec.id)!.endToEnd.result(),
    firesOnSilence: shareOnSilence(eq9[index]!, input.shape[2], model.network.steps),
  }));
}

function createRunners(model: AnyModel, mode: 'exact' | 'eq9'): LayerRunner[] {
  return model.layers.map((layer) => layerKindOf(layer.spec).createRunner(layer, mode));
}

function shareOnSilence(runner: LayerRunner, channels: number, steps: number): number {
  const spikes = runner.clip([Array.from({ length: steps }, () => new Int32Array(channels))]);
  return spikes.reduce((sum, step) => sum + countSpikes(step), 0) / (steps * channels);
}

class Tally {
  #both = 0;
  #exact = 0;
  #eq9 = 0;
  #total = 0;

  add(exact: readonly StepValues[], eq9: readonly StepValues[]): void {
    exact.forEach((values, t) => {
      const others = eq9[t]!;
      this.#total += values.length;
      for (let i = 0; i < values.length; i++) {
        this.#exact += values[i]!;
        this.#eq9 += others[i]!;
        this.#both += values[i]! & others[i]!;
      }
    });
  }

  result(): SpikeAgreement {
    const fired = this.#exact + this.#eq9;
    return {
      agreement: 1 - (fired - 2 * this.#both) / this.#total,
      f1: fired === 0 ? 1 : (2 * this.#both) / fired,
      exactRate: this.#exact / this.#total,
      eq9Rate: this.#eq9 / this.#total,
    };
  }
}

function countSpikes(values: StepValues): number {
  let count = 0;
  for (const value of values) count += value;
  return count;
}
