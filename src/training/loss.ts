/** The TET loss: cross-entropy of every time step, not of their mean. */
import { tf, type Tensor } from './tf.ts';

/**
 * L = (1 - λ) · mean over t and samples of CE(O_t, y) + λ · mean of (O - 1)², from "Temporal Efficient
 * Training" (ICLR 2022).
 *
 * @param logits float32 `[T*B, classes]`, time-major.
 * @param labels class indices of the B samples.
 * @param classWeights multiply the cross-entropy of each class's samples.
 */
export function tetLoss(
  logits: Tensor,
  labels: Int32Array,
  steps: number,
  lambda: number,
  classWeights?: readonly number[],
): Tensor {
  const classes = logits.shape[1]!;
  const hot = tf.tile(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), [steps, 1]);
  const target = classWeights === undefined ? hot : tf.mul(hot, tf.tensor1d([...classWeights]));
  const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
  if (lambda === 0) return crossEntropy;
  const regulariser = tf.mean(tf.square(tf.sub(logits, 1)));
  return tf.add(tf.mul(crossEntropy, 1 - lambda), tf.mul(regulariser, lambda));
}
