/** The gradient of `gather`, which the wasm backend does not have: a product with a one-hot matrix. */
import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../../tf.ts';
import { replaceKernel } from './replace-kernel.ts';

/** Registers the kernel. */
export function installUnsortedSegmentSum(): void {
  replaceKernel('UnsortedSegmentSum', () => (inputs, attributes) => {
    const { x, segmentIds } = inputs as { x: Tensor; segmentIds: Tensor1D };
    const segments = attributes['numSegments'] as number;
    const choose = tf.transpose(tf.oneHot(tf.cast(segmentIds, 'int32'), segments));
    const rows = tf.reshape(x, [x.shape[0], -1]) as Tensor2D;
    const sums = tf.matMul(tf.cast(choose, 'float32'), rows);
    return tf.reshape(sums, [segments, ...x.shape.slice(1)]);
  });
}
