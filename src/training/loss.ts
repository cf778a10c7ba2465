/** The TET loss: cross-entropy of every time step, not of their mean. */
import type { ClassShare } from '../frames/index.ts';
import { tf, type Tensor } from './tf.ts';

/**
 * L = (1 - λ) · mean over t and samples of CE(O_t, y) + λ · mean of (O - 1)², from "Temporal Efficient
 * Training" (ICLR 2022). For a mixed sample CE is -Σ y_c log p_c over its shares y_c of classes.
 *
 * @param logits float32 `[T*B, classes]`, time-major.
 * @param shares of classes of each of the B samples; see {@link classShares}.
 * @param classWeights multiply each class's part of the cross-entropy.
 */
export function tetLoss(
  logits: Tensor,
  shares: readonly (readonly ClassShare[])[],
  steps: number,
  lambda: number,
  classWeights?: readonly number[],
): Tensor {
  const classes = logits.shape[1]!;
  const weights = new Float32Array(shares.length * classes);
  shares.forEach((own, sample) => {
    for (const { label, share } of own)
      weights[sample * classes + label]! += share * (classWeights?.[label] ?? 1);
  });
  const target = tf.tile(tf.tensor2d(weights, [shares.length, classes]), [steps, 1]);
  const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
  if (lambda === 0) return crossEntropy;
  const regulariser = tf.mean(tf.square(tf.sub(logits, 1)));
  return tf.add(tf.mul(crossEntropy, 1 - lambda), tf.mul(regulariser, lambda));
}
