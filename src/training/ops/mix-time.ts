/** H = M · u along time, with a gradient that avoids transposed products on wide tensors. */
import { tf } from '../tf.ts';

const mix = tf.customGrad((x, m, save) => {
  const [input, matrix] = [x as tf.Tensor2D, m as tf.Tensor2D];
  (save as unknown as (tensors: tf.Tensor[]) => void)([input, matrix]);
  return {
    value: tf.matMul(matrix, input),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
      tf.matMul(tf.transpose(saved[1] as tf.Tensor2D), dy),
      tf.matMul(dy, tf.transpose(saved[0] as tf.Tensor2D)),
    ],
  };
});

/**
 * Multiplies the T values of every column by a T x T matrix (paper Eq. 7).
 *
 * @param x `[T, N]`.
 * @param matrix `[T, T]`.
 * @returns `[T, N]`.
 */
export function mixTime(x: tf.Tensor2D, matrix: tf.Tensor2D): tf.Tensor2D {
  return mix(x, matrix) as tf.Tensor2D;
}
