/** The firing function with a surrogate gradient. */
import { tf } from '../tf.ts';

/** Θ(v) with Θ(0) = 1. `tf.step` is strict (> 0), hence the detour over the negative. */
export function heaviside(v: tf.Tensor): tf.Tensor {
  return tf.sub(1, tf.step(tf.neg(v)));
}

/** The surrogate for Θ': max(0, γ - |v|) / γ², as in TET. */
export function triangle(v: tf.Tensor, gamma: number): tf.Tensor {
  return tf.div(tf.relu(tf.sub(gamma, tf.abs(v))), gamma * gamma);
}

/**
 * Θ(v) with Θ(0) = 1; backwards the {@link triangle}.
 *
 * @param v potential minus threshold, any shape.
 */
export function spike(v: tf.Tensor, { gamma }: { readonly gamma: number }): tf.Tensor {
  return tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as unknown as (tensors: tf.Tensor[]) => void)([input]);
    return {
      value: heaviside(input),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, triangle(saved[0]!, gamma)),
    };
  })(v);
}
