/** Sums over windows that tile the image. */
import { upsample } from '../backend/wasm-kernels/pooling-gradients.ts';
import { tf } from '../tf.ts';

/** @param x `[N, H, W, C]`; a ragged border is left out. @returns `[N, H / size, W / size, C]`. */
export function sumPool(x: tf.Tensor4D, size: number): tf.Tensor4D {
  const [, height, width] = x.shape;
  return tf.customGrad((input) => ({
    value: tf.mul(tf.avgPool(input as tf.Tensor4D, size, size, 'valid'), size * size),
    gradFunc: (dy: tf.Tensor) => {
      const spread = upsample(dy as tf.Tensor4D, size);
      return tf.pad(spread, [
        [0, 0],
        [0, height - spread.shape[1]],
        [0, width - spread.shape[2]],
        [0, 0],
      ]);
    },
  }))(x) as tf.Tensor4D;
}
