/** The loop over structs in WebAssembly SIMD; its source is in kernels/aedat4. */
import { fieldPlaces } from '../records/kernel-fields.ts';
import { INPUT_BYTES, type KernelBlock, type RunSpace } from '../records/run-space.ts';
import { EVENT_BYTES, type EventRules, type StructRun } from './events.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';

/** The block after its double, in the order of kernels/aedat4/block.ts. */
const FIELDS = [
  'xLast',
  'yLast',
  'yFlip',
  'yBase',
  'events',
  'on',
  'backwardSteps',
  'outside',
  'invalid',
] as const;
const DOUBLES = 1;
const INTEGER = fieldPlaces(FIELDS, 2 * DOUBLES);

type DecodeStructs = (
  block: number,
  input: number,
  count: number,
  t: number,
  x: number,
  y: number,
  p: number,
) => void;

/** The kernel of a space. */
export class StructKernel {
  readonly #space: RunSpace;
  readonly #block: KernelBlock;
  readonly #decode: DecodeStructs;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserveBlock(DOUBLES, FIELDS.length);
    this.#decode = space.instantiate(KERNEL_MODULE)['decodeStructs'] as DecodeStructs;
  }

  /** Does what `decodeStructsScalar` does; the run is empty. */
  decode(bytes: Uint8Array, at: number, count: number, rules: EventRules, run: StructRun): void {
    const { width, height, flipY } = rules;
    const { input, arrays } = this.#space;
    const { t, x, y, p } = arrays;
    this.#block.doubles[0] = -Infinity;
    // height - 1 - y = ~y + height.
    this.#block.integers.set(
      [width - 1, height - 1, flipY ? -1 : 0, flipY ? height : 0, 0, 0, 0, 0, 0],
      INTEGER.xLast,
    );
    const blockEvents = INPUT_BYTES / EVENT_BYTES;
    for (let done = 0; done < count; done += blockEvents) {
      const size = Math.min(blockEvents, count - done);
      const from = at + done * EVENT_BYTES;
      input.set(bytes.subarray(from, from + size * EVENT_BYTES));
      this.#decode(
        this.#block.at,
        input.byteOffset,
        size,
        t.byteOffset,
        x.byteOffset,
        y.byteOffset,
        p.byteOffset,
      );
    }
    run.length = this.#block.integers[INTEGER.events]!;
    run.previous = this.#block.doubles[0];
    for (const field of ['on', 'backwardSteps', 'outside', 'invalid'] as const)
      run[field] = this.#block.integers[INTEGER[field]]!;
  }
}
