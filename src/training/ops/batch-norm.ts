/** Batch norm over integer currents as one operation with a hand-written gradient. */
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D } from '../tf.ts';

/** The normalised value and the statistics it was made with; mean and variance belong to the caller. */
export interface NormResult {
  readonly y: Tensor2D;
  /** Of the integer current, `[C]`. */
  readonly mean: Tensor1D;
  /** Population variance of the integer current, `[C]`. */
  readonly variance: Tensor1D;
}

/**
 * Column means of `[M, C]` as one global average pool: 0.4 ms for 57,800 x 32 on wasm, where reducing axis 0
 * takes 4 ms (it transposes) and a product with a row of ones 13 ms (it packs).
 */
function columnMeans(x: Tensor2D): Tensor1D {
  const [rows, channels] = x.shape;
  const image = tf.reshape(x, [1, rows, 1, channels]) as Tensor4D;
  return tf.reshape(tf.avgPool(image, [rows, 1], [rows, 1], 'valid'), [channels]);
}

/**
 * y = gamma · s (x - mean) / sqrt(s² variance + eps) + beta with batch statistics over the M rows.
 *
 * With r = 1 / sqrt(s² variance + eps) and x̂ = s r (x - mean), the gradient is
 * dx = gamma s r (dy - mean(dy) - x̂ mean(dy x̂)), written as one affine map of dy and x per channel.
 *
 * @param x integer currents `[M, C]`.
 * @param scale s, real value per integer, `[C]`, a constant.
 */
export function batchNormTrain(
  x: Tensor2D,
  scale: Tensor1D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): NormResult {
  let statistics: [Tensor1D, Tensor1D] | undefined;
  const norm = tf.customGrad((xIn, gammaIn, betaIn, save) => {
    const [input, g, b] = [xIn as Tensor2D, gammaIn as Tensor1D, betaIn as Tensor1D];
    const mean = tf.keep(columnMeans(input));
    const variance = tf.keep(columnMeans(tf.square(tf.sub(input, mean))));
    statistics = [mean, variance];
    const slope = tf.mul(scale, tf.rsqrt(tf.add(tf.mul(tf.square(scale), variance), epsilon)));
    (save as unknown as (tensors: Tensor[]) => void)([input, g, mean, slope]);
    const gain = tf.mul(g, slope);
    return {
      value: tf.add(tf.mul(input, gain), tf.sub(b, tf.mul(gain, mean))),
      gradFunc: (dyIn: Tensor, saved: Tensor[]) => {
        const dy = dyIn as Tensor2D;
        const [sx, sg, sm, ss] = saved as [Tensor2D, Tensor1D, Tensor1D, Tensor1D];
        const rows = sx.shape[0];
        const meanDy = columnMeans(dy);
        const meanDyHat = tf.mul(ss, tf.sub(columnMeans(tf.mul(dy, sx)), tf.mul(sm, meanDy)));
        const a = tf.mul(sg, ss);
        const onX = tf.neg(tf.mul(a, tf.mul(ss, meanDyHat)));
        const constant = tf.neg(tf.add(tf.mul(a, meanDy), tf.mul(onX, sm)));
        const dx = tf.add(tf.add(tf.mul(dy, a), tf.mul(sx, onX)), constant);
        return [dx, tf.mul(meanDyHat, rows), tf.mul(meanDy, rows)];
      },
    };
  });
  const y = norm(x, gamma, beta) as Tensor2D;
  const [mean, variance] = statistics!;
  return { y, mean, variance };
}
