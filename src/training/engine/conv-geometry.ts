/** What a convolution and a read-out, whose kernel is the whole map, have in common. */
import { convPadding, type ConvSpec, type LayerNode, type LinearSpec } from '../../network/index.ts';
import type { CurrentsPlace, MapPlace } from './stage.ts';

/** Windows over a map. */
export interface Geometry {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  readonly weights: 'binary' | 'int8';
}

export type ConvNode = LayerNode<ConvSpec> | LayerNode<LinearSpec>;

/** Words of the block in kernels/training/conv.ts. */
export const CONV_WORDS = 12;

export function geometryOf(node: ConvNode): Geometry {
  if (node.spec.kind === 'linear') {
    const [height, width] = node.input.shape;
    return { kernel: [height, width], stride: 1, top: 0, left: 0, weights: 'int8' };
  }
  const { kernel, stride, weights } = node.spec;
  const { top, left } = convPadding(node as LayerNode<ConvSpec>);
  return { kernel: [kernel, kernel], stride, top, left, weights };
}

/** The block in the order of kernels/training/conv.ts. */
export function convBlock(
  { kernel, stride, top, left }: Geometry,
  input: MapPlace,
  out: CurrentsPlace,
): number[] {
  const { height, width, channels } = input;
  const from = [height, width, channels, input.stride, out.height, out.width];
  return [...from, ...kernel, stride, top, left, out.stride];
}

/** Bytes from a frame's gradient to the row that each tap leads to from each input pixel; else to the row of zeros. */
export function reachTable(
  { kernel, stride, top, left }: Geometry,
  { height, width }: MapPlace,
  out: CurrentsPlace,
): Uint32Array {
  const table = new Uint32Array(kernel[0] * kernel[1] * height * width).fill(out.bytes);
  let at = 0;
  for (let ky = 0; ky < kernel[0]; ky++) {
    for (let kx = 0; kx < kernel[1]; kx++) {
      for (let y = top - ky; y < top - ky + height; y++) {
        for (let x = left - kx; x < left - kx + width; x++, at++) {
          const [oy, ox] = [y / stride, x / stride];
          if (!Number.isInteger(oy) || !Number.isInteger(ox)) continue;
          if (oy < 0 || ox < 0 || oy >= out.height || ox >= out.width) continue;
          table[at] = 4 * out.stride * (oy * out.width + ox);
        }
      }
    }
  }
  return table;
}
