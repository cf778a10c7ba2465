/**
 * Matrix products that cannot abort, and fast with transposed operands.
 *
 * XNNPACK packs the second operand once and the backend remembers the packed form by data id, whatever its
 * shape. A reshape shares the data id, so the same numbers in another shape read out of bounds and kill the
 * module. And only products without transpose flags go through XNNPACK at all.
 */
import { tf, type Tensor } from '../../tf.ts';
import { notCovered, replaceKernel, type CompositeKernel } from './replace-kernel.ts';

/** The shape with which each data id was packed first. */
const packedShapes = new WeakMap<object, string>();

/** `b`, or a copy of it where its numbers were packed in another shape before. */
function safeToPack(b: Tensor): Tensor {
  const shape = b.shape.join();
  const known = packedShapes.get(b.dataId);
  if (known === undefined) packedShapes.set(b.dataId, shape);
  return known === undefined || known === shape ? b : tf.add(b, 0);
}

function guard(
  original: CompositeKernel | undefined,
): (...args: Parameters<CompositeKernel>) => Tensor | typeof notCovered {
  return (inputs, attributes) => {
    const { a, b } = inputs as { a: Tensor; b: Tensor };
    const single = (x: Tensor): boolean => x.shape.slice(0, -2).every((size) => size === 1);
    if (!single(a) || !single(b)) return notCovered;
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const turned = (x: Tensor, turn: boolean): Tensor => {
      if (!turn) return x;
      const axes = x.shape.map((_, axis) => axis);
      return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
    };
    const plain = { ...attributes, transposeA: false, transposeB: false };
    return original!({ ...inputs, a: turned(a, transposeA), b: safeToPack(turned(b, transposeB)) }, plain);
  };
}

/** Registers the kernels. */
export function installMatMul(): void {
  replaceKernel('BatchMatMul', guard);
  replaceKernel('_FusedMatMul', guard);
}
