/** The loop over structs in WebAssembly SIMD; its source is in kernels/aedat4. */
import { fieldPlaces } from '../../events/kernels.ts';
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

  /** Does what `decodeStructsScalar` does. */
  decode(bytes: Uint8Array, at: number, count: number, rules: EventRules, run: StructRun): void {
    const { arrays, input } = this.#space;
    const { t, x, y, p } = arrays;
    const { at: block, doubles, integers } = this.#block;
    const { width, height, flipY } = rules;
    // One by one: several times as fast as an array or a loop over names, which small packets feel.
    integers[INTEGER.xLast] = width - 1;
    integers[INTEGER.yLast] = height - 1;
    // height - 1 - y = ~y + height.
    integers[INTEGER.yFlip] = flipY ? -1 : 0;
    integers[INTEGER.yBase] = flipY ? height : 0;
    integers[INTEGER.events] = run.length;
    integers[INTEGER.on] = run.on;
    integers[INTEGER.backwardSteps] = run.backwardSteps;
    integers[INTEGER.outside] = run.outside;
    integers[INTEGER.invalid] = run.invalid;
    doubles[0] = run.previous;
    const isHere = bytes.buffer === this.#space.buffer;
    const blockEvents = isHere ? count : INPUT_BYTES / EVENT_BYTES;
    for (let done = 0; done < count; done += blockEvents) {
      const size = Math.min(blockEvents, count - done);
      const from = at + done * EVENT_BYTES;
      if (!isHere) input.set(bytes.subarray(from, from + size * EVENT_BYTES));
      const place = isHere ? bytes.byteOffset + from : input.byteOffset;
      this.#decode(block, place, size, t.byteOffset, x.byteOffset, y.byteOffset, p.byteOffset);
    }
    run.length = integers[INTEGER.events]!;
    run.on = integers[INTEGER.on]!;
    run.backwardSteps = integers[INTEGER.backwardSteps]!;
    run.outside = integers[INTEGER.outside]!;
    run.invalid = integers[INTEGER.invalid]!;
    run.previous = doubles[0];
  }
}
