/** H = M · u along time, with a gradient that avoids transposed products on wide tensors. */
import { tf, type Tensor, type Tensor2D } from '../tf.ts';

/** Made when it is used: TensorFlow.js need not be there before. */
function mix(own: Tensor2D, by: Tensor2D): Tensor {
  return tf.customGrad((x, m, save) => {
    const [input, matrix] = [x as Tensor2D, m as Tensor2D];
    (save as unknown as (tensors: Tensor[]) => void)([input, matrix]);
    return {
      value: tf.matMul(matrix, input),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [
        tf.matMul(tf.transpose(saved[1] as Tensor2D), dy),
        tf.matMul(dy, tf.transpose(saved[0] as Tensor2D)),
      ],
    };
  })(own, by);
}

/**
 * Multiplies the T values of every column by a T x T matrix (paper Eq. 7).
 *
 * @param x `[T, N]`.
 * @param matrix `[T, T]`.
 * @returns `[T, N]`.
 */
export function mixTime(x: Tensor2D, matrix: Tensor2D): Tensor2D {
  return mix(x, matrix) as Tensor2D;
}
