/** Bytes put back to elements of two and four bytes in WebAssembly SIMD; the source is in kernels/shuffle. */
import { giveSpace, INPUT_BYTES, takeSpace, type RunSpace } from '../../records/run-space.ts';
import { KERNEL_MODULE } from './shuffle-kernel.generated.ts';

/** Elements are written sixteen at a time. */
const SLACK_BYTES = 64;

type Join = (from: number, out: number, count: number) => void;

/** The kernel of a space. */
export class ShuffleKernel {
  readonly #space: RunSpace;
  readonly #joins: Readonly<Record<2 | 4, Join>>;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    const { joinPairs, joinFours } = space.instantiate(KERNEL_MODULE) as Record<string, unknown>;
    this.#joins = { 2: joinPairs as Join, 4: joinFours as Join };
  }

  /** @param room a place in the space for as many bytes as its input has, and some more. */
  join(bytes: Uint8Array, elementBytes: 2 | 4, count: number, out: Uint8Array, room: number): void {
    const { input, buffer } = this.#space;
    const memory = new Uint8Array(buffer);
    const most = INPUT_BYTES / elementBytes;
    for (let first = 0; first < count; first += most) {
      const size = Math.min(most, count - first);
      for (let place = 0; place < elementBytes; place++) {
        const from = place * count + first;
        input.set(bytes.subarray(from, from + size), place * size);
      }
      this.#joins[elementBytes](input.byteOffset, room, size);
      out.set(memory.subarray(room, room + size * elementBytes), first * elementBytes);
    }
  }
}

/** Whether the bytes of `count` elements were put to `out`: not without the kernel, and not of elements of other sizes. */
export function joinByKernel(
  bytes: Uint8Array,
  elementBytes: number,
  count: number,
  out: Uint8Array,
): boolean {
  if (elementBytes !== 2 && elementBytes !== 4) return false;
  const space = takeSpace();
  try {
    const room = space.room(INPUT_BYTES + SLACK_BYTES);
    const kernel = space.kernel(ShuffleKernel);
    kernel?.join(bytes, elementBytes, count, out, room);
    return kernel !== null;
  } catch (error) {
    // No more memory.
    if (error instanceof RangeError) return false;
    throw error;
  } finally {
    giveSpace(space);
  }
}
