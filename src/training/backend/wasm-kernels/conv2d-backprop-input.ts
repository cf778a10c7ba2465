/**
 * The gradient of a convolution's input as a convolution with the turned weights, between the rows and columns of the
 * gradient as many zeros as the stride skips: 24 ms against 294 ms of the backend's scalar loop (32 to 64 channels at
 * 17x17, 64 images), and with stride 2 31 ms against 105 ms (32 to 64 channels at 16x16).
 */
import { tf, type Tensor1D, type Tensor4D } from '../../tf.ts';
import { upsample } from './pooling-gradients.ts';
import { notCovered, replaceKernel } from './replace-kernel.ts';

type Size4 = [number, number, number, number];

/** Puts `stride - 1` zeros between neighbours along both axes. */
function spread(dy: Tensor4D, strideHeight: number, strideWidth: number): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const [batch, height, width, channels] = dy.shape;
  const kept = (size: number, stride: number): Tensor1D =>
    tf.tensor1d(Float32Array.from({ length: size * stride }, (_, i) => (i % stride === 0 ? 1 : 0)));
  const rows = tf.reshape(kept(height, strideHeight), [1, -1, 1, 1]);
  const columns = tf.reshape(kept(width, strideWidth), [1, 1, -1, 1]);
  const repeated = upsample(dy, [strideHeight, strideWidth]);
  const size: Size4 = [batch, (height - 1) * strideHeight + 1, (width - 1) * strideWidth + 1, channels];
  return tf.slice(tf.mul(repeated, tf.mul(rows, columns)) as Tensor4D, [0, 0, 0, 0], size);
}

/** Registers the kernel. */
export function installConv2dBackpropInput(): void {
  replaceKernel('Conv2DBackpropInput', () => (inputs, attributes) => {
    const { strides, pad, dimRoundingMode, inputShape } = attributes as {
      strides: number | [number, number];
      pad: 'same' | 'valid' | number;
      dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined;
      inputShape: Size4;
    };
    const { dy, filter } = inputs as { dy: Tensor4D; filter: Tensor4D };
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const gradient = spread(dy, info.strideHeight, info.strideWidth);
    const axisPads = (size: number, out: number, kernel: number, front: number): [number, number] => {
      const before = kernel - 1 - front;
      return [before, size + kernel - 1 - out - before];
    };
    const [, height, width] = gradient.shape;
    const rows = axisPads(info.inHeight, height, info.filterHeight, info.padInfo.top);
    const columns = axisPads(info.inWidth, width, info.filterWidth, info.padInfo.left);
    if (Math.min(...rows, ...columns) < 0) return notCovered;
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(gradient, turned, 1, [[0, 0], rows, columns, [0, 0]]);
  });
}
