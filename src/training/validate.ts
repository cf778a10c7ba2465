/** How good parameters are on clips that they were not trained on: by the folded model, as it would be exported. */
import { FRAME_RULE_DEFAULTS, type LabelledClip } from '../frames/index.ts';
import { createEngine, softmax } from '../inference/index.ts';
import {
  createModel,
  foldNetwork,
  logitScale,
  type NetworkDescription,
  type NetworkParameters,
} from '../network/index.ts';
import type { ValidationResult } from './plan.ts';

/**
 * Runs every clip through the inference engine.
 *
 * @throws NetworkError `BAD_PARAMETERS` for parameters that are not finite.
 */
export async function validate(
  network: NetworkDescription,
  parameters: NetworkParameters,
  clips: readonly LabelledClip[],
): Promise<ValidationResult> {
  const { input, steps } = network;
  // Clips are frames already: how they came to be does not matter here.
  const binning = { by: 'fixed-count', stepEvents: 1, steps } as const;
  const rule = { ...FRAME_RULE_DEFAULTS, sensor: { width: input.width, height: input.height }, binning };
  const origin = { dataset: 'none', split: 'none', seed: 0, epochs: 0 };
  const model = createModel(network, foldNetwork(network, parameters), rule, origin);
  const engine = await createEngine(model);
  const scale = logitScale(model) / steps;
  let [correct, loss] = [0, 0];
  try {
    for (const { clip, label } of clips) {
      const decision = await engine.runClip(clip);
      if (decision.classIndex === label) correct++;
      const scores = softmax(decision.steps.at(-1)!.accumulatedLogits, scale);
      loss -= Math.log(Math.max(scores[label]!, Number.MIN_VALUE));
    }
  } finally {
    engine.dispose();
  }
  return { accuracy: correct / clips.length, loss: loss / clips.length };
}

/** Whether one result is better: more clips are right, or as many at a lower loss. */
export function isBetter(one: ValidationResult, other: ValidationResult | null): boolean {
  if (other === null || one.accuracy > other.accuracy) return true;
  return one.accuracy === other.accuracy && one.loss < other.loss;
}
