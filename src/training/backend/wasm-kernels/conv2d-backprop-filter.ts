/**
 * The gradient of a convolution's weights, which the wasm backend does not have.
 *
 * Wide layers: one convolution of the transposed input with the transposed gradient (39 ms for 32 to 64
 * channels at 17x17, 64 images, against 73 ms for im2col). Thin inputs: im2col and one matrix product
 * (9 against 19 ms for 2 to 32 channels at 34x34).
 */
import { tf, type Tensor, type Tensor2D, type Tensor4D, type backend_util } from '../../tf.ts';
import { replaceKernel } from './replace-kernel.ts';

/** Inputs of at most this many channels are thin. */
const THIN_CHANNELS = 4;

type Size4 = [number, number, number, number];

/** x with exactly the rows and columns that the windows reach: zero padding added, the unused rest cut. */
function padToWindows(x: Tensor, info: backend_util.Conv2DInfo): Tensor4D {
  const { padInfo, outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth } = info;
  const [batch, height, width, channels] = x.shape as Size4;
  const needHeight = (outHeight - 1) * strideHeight + filterHeight;
  const needWidth = (outWidth - 1) * strideWidth + filterWidth;
  const below = Math.max(0, needHeight - height - padInfo.top);
  const right = Math.max(0, needWidth - width - padInfo.left);
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, below],
    [padInfo.left, right],
    [0, 0],
  ]) as Tensor4D;
  if (padded.shape[1] === needHeight && padded.shape[2] === needWidth) return padded;
  return tf.slice(padded, [0, 0, 0, 0], [batch, needHeight, needWidth, channels]);
}

function asConvolution(x: Tensor4D, dy: Tensor4D, strides: [number, number]): Tensor {
  const images = tf.transpose(x, [3, 1, 2, 0]);
  const filters = tf.transpose(dy, [1, 2, 0, 3]);
  return tf.transpose(tf.conv2d(images, filters, 1, 'valid', 'NHWC', strides), [1, 2, 0, 3]);
}

function asMatrixProduct(x: Tensor4D, dy: Tensor4D, info: backend_util.Conv2DInfo): Tensor {
  const { filterHeight, filterWidth, outHeight, outWidth, inChannels, outChannels, batchSize } = info;
  const planes = tf.transpose(x, [3, 0, 1, 2]);
  const shifted: Tensor[] = [];
  for (let ky = 0; ky < filterHeight; ky++) {
    for (let kx = 0; kx < filterWidth; kx++) {
      const window = tf.slice(planes, [0, 0, ky, kx], [inChannels, batchSize, outHeight, outWidth]);
      shifted.push(tf.reshape(window, [inChannels, -1]));
    }
  }
  const columns = tf.concat(shifted, 0);
  const product = tf.matMul(columns, tf.reshape(dy, [-1, outChannels]) as Tensor2D);
  return tf.reshape(product, [filterHeight, filterWidth, inChannels, outChannels]);
}

/** Registers the kernel. */
export function installConv2dBackpropFilter(): void {
  replaceKernel('Conv2DBackpropFilter', () => (inputs, attributes) => {
    const { strides, pad, dimRoundingMode, filterShape } = attributes as {
      strides: number | [number, number];
      pad: 'same' | 'valid' | number;
      dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined;
      filterShape: Size4;
    };
    const { x, dy } = inputs as { x: Tensor4D; dy: Tensor4D };
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
    const windows = padToWindows(x, info);
    const unitStride = info.strideHeight === 1 && info.strideWidth === 1;
    if (unitStride && info.inChannels <= THIN_CHANNELS) return asMatrixProduct(windows, dy, info);
    return asConvolution(windows, dy, [info.strideHeight, info.strideWidth]);
  });
}
