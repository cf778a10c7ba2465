/** The TET loss on the read-out's integers, and its gradient. */

import type { ClassShare } from '../../frames/index.ts';
import type { BatchLoss } from '../learner.ts';

/** What the loss reads and writes. */
export interface ReadOut {
  /** Integer logits, `[samples, T, stride]`. */
  readonly logits: Float32Array;
  readonly stride: number;
  /** Real value of an integer logit. */
  readonly scale: number;
  /** Receives the gradient at the integers, `[samples, T, 2, stride]`: a row, and a row of zeros. */
  readonly gradient: Float32Array;
  readonly labels: Int32Array;
  /** What of each sample is of which class: `classShares`. */
  readonly shares: readonly (readonly ClassShare[])[];
  readonly steps: number;
  readonly classes: number;
  /** λ of the loss. */
  readonly lambda: number;
  /** Of the samples of each class; default 1. */
  readonly classWeights: readonly number[] | undefined;
}

/**
 * L = (1 - λ) · mean over t and samples of CE(O_t, y) + λ · mean of (O - 1)²: see `tetLoss`. In float64, samples and
 * steps in their order.
 */
export function lossAndGradient(readOut: ReadOut): BatchLoss {
  const { logits, stride, scale, gradient, labels, shares, steps, classes, lambda, classWeights } = readOut;
  const frames = labels.length * steps;
  const row = new Float64Array(classes);
  let [crossEntropy, regulariser, correct] = [0, 0, 0];
  labels.forEach((label, sample) => {
    const mean = new Float64Array(classes);
    const targets = shares[sample]!.map(({ label: of, share }) => ({
      of,
      weight: share * (classWeights?.[of] ?? 1),
    }));
    for (let t = 0; t < steps; t++) {
      const frame = sample * steps + t;
      let largest = -Infinity;
      for (let c = 0; c < classes; c++) {
        row[c] = scale * logits[frame * stride + c]!;
        mean[c]! += row[c]!;
        largest = Math.max(largest, row[c]!);
      }
      let total = 0;
      for (let c = 0; c < classes; c++) total += Math.exp(row[c]! - largest);
      const logTotal = largest + Math.log(total);
      for (const { of, weight } of targets) crossEntropy += weight * (logTotal - row[of]!);
      for (let c = 0; c < classes; c++) {
        const over = row[c]! - 1;
        regulariser += over * over;
        const probability = Math.exp(row[c]! - logTotal);
        let onCrossEntropy = 0;
        for (const { of, weight } of targets)
          onCrossEntropy += (weight * (probability - (c === of ? 1 : 0))) / frames;
        const onRegulariser = (2 * over) / (frames * classes);
        const g = (1 - lambda) * onCrossEntropy + lambda * onRegulariser;
        gradient[2 * frame * stride + c] = scale * g;
      }
      gradient.fill(0, 2 * frame * stride + classes, 2 * (frame + 1) * stride);
    }
    if (mean.indexOf(Math.max(...mean)) === label) correct++;
  });
  const loss = ((1 - lambda) * crossEntropy) / frames + (lambda * regulariser) / (frames * classes);
  return { loss, correct };
}
