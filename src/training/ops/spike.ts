/** The firing function with a surrogate gradient. */
import { tf } from '../tf.ts';

/**
 * Θ(v) with Θ(0) = 1; backwards the triangle max(0, γ - |v|) / γ², as in TET.
 *
 * @param v potential minus threshold, any shape.
 */
export function spike(v: tf.Tensor, { gamma }: { readonly gamma: number }): tf.Tensor {
  return tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as unknown as (tensors: tf.Tensor[]) => void)([input]);
    return {
      // `tf.step` is strict (> 0), hence the detour over the negative.
      value: tf.sub(1, tf.step(tf.neg(input))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.mul(dy, tf.div(tf.relu(tf.sub(gamma, tf.abs(saved[0]!))), gamma * gamma)),
    };
  })(v);
}
