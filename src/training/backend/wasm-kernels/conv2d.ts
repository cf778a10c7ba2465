/**
 * Convolution whose `same` padding comes to nothing: the backend miscounts it where the stride is larger than the kernel
 * (2x2 kernels with stride 3). There `valid` is the same.
 */
import { tf, type Tensor4D } from '../../tf.ts';
import { notCovered, replaceKernel } from './replace-kernel.ts';

/** Registers the kernel. */
export function installConv2d(): void {
  replaceKernel('Conv2D', (original) => (inputs, attributes) => {
    const { strides, pad } = attributes as { strides: number | [number, number]; pad: unknown };
    const { x, filter } = inputs as { x: Tensor4D; filter: Tensor4D };
    if (pad !== 'same') return notCovered;
    const { padInfo } = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, strides, 1, 'same');
    if (padInfo.top + padInfo.bottom + padInfo.left + padInfo.right > 0) return notCovered;
    return original!(inputs, { ...attributes, pad: 'valid' });
  });
}
