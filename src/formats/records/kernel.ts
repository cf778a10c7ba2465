/** The same loop in WebAssembly, eight records at a time. Its source is in kernels/records. */
import { KERNEL_MODULE } from './kernel.generated.ts';
import { fieldPlaces } from '../../events/kernels.ts';
import type { AxisField, Clock, RecordLayout } from './layout.ts';
import type { RecordRun } from './run.ts';
import { INPUT_BYTES, type RunSpace } from './run-space.ts';

/** The fields of the kernel's block after the swizzle, in the order of kernels/records/block.ts. */
const FIELDS = [
  'recordBytes',
  'xShift',
  'xMask',
  'xFlip',
  'xBase',
  'xLast',
  'yShift',
  'yMask',
  'yFlip',
  'yBase',
  'yLast',
  'polarityShift',
  'polarityMask',
  'polarityInvert',
  'pixelMask',
  'pixelValue',
  'markerMask',
  'markerValue',
  'timeMask',
  'timeXor',
  'last',
  'lastEvent',
  'wraps',
  'events',
  'on',
  'backwardSteps',
  'notPixel',
  'outside',
  'marker',
  'padding',
] as const;

const SWIZZLE_BYTES = 16;
const INTEGER = fieldPlaces(FIELDS, SWIZZLE_BYTES / 4);
const DOUBLES_AT = SWIZZLE_BYTES / 8 + FIELDS.length / 2;
const DOUBLE = {
  wrapAbove: DOUBLES_AT,
  wrapBy: DOUBLES_AT + 1,
  offset: DOUBLES_AT + 2,
  previous: DOUBLES_AT + 3,
};
const BLOCK_BYTES = 8 * (DOUBLES_AT + 4);

type DecodeRecords = (
  block: number,
  input: number,
  count: number,
  t: number,
  x: number,
  y: number,
  p: number,
) => number;

/** The kernel of a space: input and output stay in the cache on their way. */
export class RecordKernel {
  readonly #decode: DecodeRecords;
  readonly #space: RunSpace;
  readonly #block: number;
  readonly #integers: Int32Array;
  readonly #doubles: Float64Array;
  readonly #swizzle: Uint8Array;
  #layout: RecordLayout | undefined;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserve(BLOCK_BYTES);
    this.#integers = new Int32Array(space.buffer, this.#block, BLOCK_BYTES / 4);
    this.#doubles = new Float64Array(space.buffer, this.#block, BLOCK_BYTES / 8);
    this.#swizzle = new Uint8Array(space.buffer, this.#block, SWIZZLE_BYTES);
    this.#decode = space.instantiate(KERNEL_MODULE)['decodeRecords'] as DecodeRecords;
  }

  /** Does what `decodeRecordsScalar` does. */
  decode(
    layout: RecordLayout,
    bytes: Uint8Array,
    offset: number,
    count: number,
    clock: Clock,
    run: RecordRun,
  ): number {
    this.#set(layout);
    const integers = this.#integers;
    const doubles = this.#doubles;
    // The counter's signed form is its own, shifted by half its range where it is unsigned.
    const bias = layout.timeSigned ? 0 : 2 ** 31;
    integers[INTEGER.last] = clock.last - bias;
    // Where a run goes on, nothing is taken for granted until the next event.
    integers[INTEGER.lastEvent] = run.length === 0 ? -(2 ** 31) : 2 ** 31 - 1;
    integers[INTEGER.wraps] = clock.wraps;
    doubles[DOUBLE.offset] = clock.offset + bias;
    doubles[DOUBLE.previous] = run.previous;
    const blockRecords = Math.floor(INPUT_BYTES / layout.recordBytes);
    let done = 0;
    while (done < count) {
      const block = Math.min(blockRecords, count - done);
      done += this.#decodeBlock(bytes, offset + done * layout.recordBytes, block, layout.recordBytes, run);
      if (integers[INTEGER.marker] === 1) break;
    }
    clock.last = integers[INTEGER.last]! + bias;
    clock.wraps = integers[INTEGER.wraps]!;
    clock.offset = doubles[DOUBLE.offset]! - bias;
    run.previous = doubles[DOUBLE.previous]!;
    return done;
  }

  #decodeBlock(
    bytes: Uint8Array,
    offset: number,
    count: number,
    recordBytes: number,
    run: RecordRun,
  ): number {
    const { input, arrays } = this.#space;
    input.set(bytes.subarray(offset, offset + count * recordBytes));
    const { length } = run;
    const consumed = this.#decode(
      this.#block,
      input.byteOffset,
      count,
      arrays.t.byteOffset + 8 * length,
      arrays.x.byteOffset + 2 * length,
      arrays.y.byteOffset + 2 * length,
      arrays.p.byteOffset + length,
    );
    const integers = this.#integers;
    run.length += integers[INTEGER.events]!;
    run.on += integers[INTEGER.on]!;
    run.backwardSteps += integers[INTEGER.backwardSteps]!;
    run.notPixel += integers[INTEGER.notPixel]!;
    run.outside += integers[INTEGER.outside]!;
    return consumed;
  }

  /** Decoders take turns with a kernel: the layout is written only when it is another one. */
  #set(layout: RecordLayout): void {
    if (this.#layout === layout) return;
    this.#layout = layout;
    const { addressBytes, timeBytes, recordBytes } = layout;
    // An index past 15 makes the byte 0.
    const word = (places: readonly number[], record: number): number[] =>
      [0, 1, 2, 3].map((i) => (i < places.length ? record * recordBytes + places[i]! : 0xff));
    this.#swizzle.set([
      ...word(addressBytes, 0),
      ...word(addressBytes, 1),
      ...word(timeBytes, 0),
      ...word(timeBytes, 1),
    ]);
    const axis = (name: 'x' | 'y', { shift, mask, size, flip }: AxisField): void => {
      this.#integers[INTEGER[`${name}Shift`]] = shift;
      this.#integers[INTEGER[`${name}Mask`]] = mask;
      // size - 1 - v = ~v + size.
      this.#integers[INTEGER[`${name}Flip`]] = flip ? -1 : 0;
      this.#integers[INTEGER[`${name}Base`]] = flip ? size : 0;
      this.#integers[INTEGER[`${name}Last`]] = size - 1;
    };
    axis('x', layout.x);
    axis('y', layout.y);
    this.#integers[INTEGER.recordBytes] = recordBytes;
    this.#integers[INTEGER.polarityShift] = layout.polarity.shift;
    this.#integers[INTEGER.polarityMask] = layout.polarity.mask;
    this.#integers[INTEGER.polarityInvert] = Number(layout.polarity.inverted);
    this.#integers[INTEGER.pixelMask] = layout.pixel?.mask ?? 0;
    this.#integers[INTEGER.pixelValue] = layout.pixel?.value ?? 0;
    this.#integers[INTEGER.markerMask] = layout.marker?.mask ?? 0;
    this.#integers[INTEGER.markerValue] = layout.marker?.value ?? 1;
    this.#integers[INTEGER.timeMask] = layout.timeMask;
    this.#integers[INTEGER.timeXor] = layout.timeSigned ? 0 : -(2 ** 31);
    this.#doubles[DOUBLE.wrapAbove] = layout.counterRange / 2;
    this.#doubles[DOUBLE.wrapBy] = layout.counterRange;
  }
}
