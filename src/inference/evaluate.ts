/** Accuracy of a model on labelled clips, over time steps and layers. */
import { OptionError } from '../events/index.ts';
import type { LabelledClip } from '../frames/index.ts';
import { logitScale, ruleName } from '../network/index.ts';
import type { AnyEngine, InferenceMode } from './engine.ts';
import { argmax, softmax } from './scores.ts';

/** What an evaluation found. All rates are shares in [0, 1]. */
export interface EvaluationReport {
  readonly mode: InferenceMode;
  /** What the neurons decided by; `LIF` is the same in both modes. */
  readonly rule: ReturnType<typeof ruleName>;
  readonly samples: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Standard error of the accuracy, sqrt(p (1 - p) / n): differences within two of them mean little. */
  readonly standardError: number;
  /** Accuracy and mean confidence had the decision been taken after step t. */
  readonly accuracyByStep: readonly number[];
  readonly confidenceByStep: readonly number[];
  /** Names of the classes: the meaning of the indices below. */
  readonly classes: readonly string[];
  /** `confusion[label][decision]`. */
  readonly confusion: readonly (readonly number[])[];
  /** Share of each class's clips that were decided right, `null` for a class without clips. */
  readonly recallByClass: readonly (number | null)[];
  /** Mean recall of the classes that have clips: a class counts the same however many it has. */
  readonly balancedAccuracy: number;
  /** Share of neurons that fire per step, by layer. */
  readonly firingRates: Readonly<Record<string, number>>;
}

/**
 * Runs every clip and counts.
 *
 * @param onSample called after each clip with how many are done.
 * @throws InferenceError for a clip that does not fit the model, OptionError if there is no clip.
 *
 * @example
 * ```ts
 * import { createEngine, evaluateClips, randomModel } from 'saccade';
 * const engine = await createEngine(randomModel({ steps: 2 }));
 * const geometry = { width: 8, height: 8 };
 * const clip = { steps: 2, geometry, counts: new Uint8Array(256).fill(2), events: 512, saturated: 0, outside: 0 };
 * const { accuracy, firingRates } = await evaluateClips(engine, [{ clip, label: 0 }]);
 * console.log(accuracy === 0 || accuracy === 1, Object.keys(firingRates)); // true ['mfp1', 'mfp2']
 * ```
 */
export async function evaluateClips(
  engine: AnyEngine,
  samples: Iterable<LabelledClip> | AsyncIterable<LabelledClip>,
  mode: InferenceMode = 'exact',
  onSample?: (done: number) => void,
): Promise<EvaluationReport> {
  const { network, layers, neuronLayers } = engine.model;
  const scale = logitScale(engine.model);
  const correctByStep = new Array<number>(network.steps).fill(0);
  const confidenceByStep = new Array<number>(network.steps).fill(0);
  const confusion = network.classes.map(() => network.classes.map(() => 0));
  const spikes = neuronLayers.map(() => 0);
  let count = 0;
  for await (const { clip, label } of samples) {
    const { steps, classIndex } = await engine.runClip(clip, { mode });
    count++;
    confusion[label]![classIndex]!++;
    for (const { step, accumulatedLogits, spikes: stepSpikes } of steps) {
      if (argmax(accumulatedLogits) === label) correctByStep[step]!++;
      confidenceByStep[step]! += Math.max(...softmax(accumulatedLogits, scale / (step + 1)));
      stepSpikes.forEach((n, layer) => (spikes[layer]! += n));
    }
    onSample?.(count);
  }
  if (count === 0) throw new OptionError('samples', 'has no clips, so there is nothing to measure');
  const correct = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  const accuracy = correct / count;
  const recallByClass = confusion.map((row, label) => {
    const clips = sum(row);
    return clips === 0 ? null : row[label]! / clips;
  });
  const recalls = recallByClass.filter((recall) => recall !== null);
  const neurons = (id: string): number => {
    const [height, width, channels] = layers.find(({ spec }) => spec.id === id)!.output.shape;
    return height * width * channels;
  };
  return {
    mode,
    rule: ruleName(engine.model, mode),
    samples: count,
    correct,
    accuracy,
    standardError: Math.sqrt((accuracy * (1 - accuracy)) / count),
    accuracyByStep: correctByStep.map((n) => n / count),
    confidenceByStep: confidenceByStep.map((sum) => sum / count),
    classes: network.classes,
    confusion,
    recallByClass,
    balancedAccuracy: sum(recalls) / recalls.length,
    firingRates: Object.fromEntries(
      neuronLayers.map((id, i) => [id, spikes[i]! / (count * network.steps * neurons(id))]),
    ),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
