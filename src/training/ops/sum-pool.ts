/** Sums over windows that tile the image. */
import { upsample, type Window } from '../backend/wasm-kernels/pooling-gradients.ts';
import { tf, type Tensor, type Tensor4D } from '../tf.ts';

/** Exact sums of integers: means times the size of the window, which only a power of two divides without rounding. */
function sums(x: Tensor4D, window: Window): Tensor {
  const size = window[0] * window[1];
  const scaled = tf.mul(tf.avgPool(x, [...window], [...window], 'valid'), size);
  return Number.isInteger(Math.log2(size)) ? scaled : tf.round(scaled);
}

/**
 * @param x integers `[N, H, W, C]`, small enough for their sums to stay below 2^22; a ragged border is left out.
 * @returns `[N, H / height, W / width, C]`.
 */
export function sumPool(x: Tensor4D, window: Window): Tensor4D {
  const [, height, width] = x.shape;
  return tf.customGrad((input) => ({
    value: sums(input as Tensor4D, window),
    gradFunc: (dy: Tensor) => {
      const spread = upsample(dy as Tensor4D, window);
      return tf.pad(spread, [
        [0, 0],
        [0, height - spread.shape[1]],
        [0, width - spread.shape[2]],
        [0, 0],
      ]);
    },
  }))(x) as Tensor4D;
}
