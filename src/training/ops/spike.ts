/** The firing function with a surrogate gradient. */
import { tf, type Tensor } from '../tf.ts';

/** Θ(v) with Θ(0) = 1. `tf.step` is strict (> 0), hence the detour over the negative. */
export function heaviside(v: Tensor): Tensor {
  return tf.sub(1, tf.step(tf.neg(v)));
}

/** The surrogate for Θ': max(0, γ - |v|) / γ², as in TET. */
export function triangle(v: Tensor, gamma: number): Tensor {
  return tf.div(tf.relu(tf.sub(gamma, tf.abs(v))), gamma * gamma);
}

/**
 * Θ(v) with Θ(0) = 1; backwards the {@link triangle}.
 *
 * @param v potential minus threshold, any shape.
 */
export function spike(v: Tensor, { gamma }: { readonly gamma: number }): Tensor {
  return tf.customGrad((x, save) => {
    const input = x as Tensor;
    (save as unknown as (tensors: Tensor[]) => void)([input]);
    return {
      value: heaviside(input),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, triangle(saved[0]!, gamma)),
    };
  })(v);
}
