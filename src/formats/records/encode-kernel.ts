/** The same loop in WebAssembly, four events at a time. Its source is in kernels/records. */
import type { EventBatch } from '../../events/index.ts';
import type { TimeWindow } from './encode-scalar.ts';
import { KERNEL_MODULE } from './encode-kernel.generated.ts';
import { fieldPlaces } from '../../events/kernels.ts';
import type { AxisField, RecordLayout } from './layout.ts';
import { INPUT_BYTES, RUN_EVENTS, type RunSpace } from './run-space.ts';

/** The block after its swizzles and its three doubles, in the order of kernels/records/encode-block.ts. */
const FIELDS = [
  'base',
  'recordBytes',
  'xShift',
  'xFlip',
  'xBase',
  'xLast',
  'yShift',
  'yFlip',
  'yBase',
  'yLast',
  'polarityShift',
  'polarityInvert',
  'fixedBits',
] as const;
const SWIZZLE_BYTES = 32;
const DOUBLES = 3;
const INTEGER = fieldPlaces(FIELDS, SWIZZLE_BYTES / 4 + 2 * DOUBLES);
const BLOCK_BYTES = SWIZZLE_BYTES + 8 * DOUBLES + 4 * FIELDS.length;
/** An index that makes the byte 0. */
const NONE = 0xff;

type Encode = (
  block: number,
  t: number,
  x: number,
  y: number,
  p: number,
  count: number,
  output: number,
) => number;

/** The encoding kernel of a space. */
export class RecordEncodeKernel {
  readonly #space: RunSpace;
  readonly #block: number;
  readonly #swizzles: Uint8Array;
  readonly #doubles: Float64Array;
  readonly #integers: Int32Array;
  readonly #encode: Encode;
  #layout: RecordLayout | undefined;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserve(BLOCK_BYTES);
    this.#swizzles = new Uint8Array(space.buffer, this.#block, SWIZZLE_BYTES);
    this.#doubles = new Float64Array(space.buffer, this.#block + SWIZZLE_BYTES, DOUBLES);
    this.#integers = new Int32Array(space.buffer, this.#block, BLOCK_BYTES / 4);
    this.#encode = space.instantiate(KERNEL_MODULE)['encodeRecords'] as Encode;
  }

  /** Does what `encodeRecordsScalar` does. */
  encode(
    layout: RecordLayout,
    { lowest, highest, offset, base }: TimeWindow,
    batch: EventBatch,
    from: number,
    to: number,
    output: Uint8Array,
    at: number,
  ): number {
    this.#set(layout);
    this.#doubles.set([offset, lowest, highest]);
    this.#integers[INTEGER.base] = base;
    const { recordBytes } = layout;
    // The place for input takes the output.
    const { arrays, input } = this.#space;
    const { t, x, y, p } = arrays;
    const block = Math.min(RUN_EVENTS, Math.floor(INPUT_BYTES / recordBytes));
    for (let first = from; first < to; first += block) {
      const count = Math.min(block, to - first);
      t.set(batch.t.subarray(first, first + count));
      x.set(batch.x.subarray(first, first + count));
      y.set(batch.y.subarray(first, first + count));
      p.set(batch.p.subarray(first, first + count));
      const done = this.#encode(
        this.#block,
        t.byteOffset,
        x.byteOffset,
        y.byteOffset,
        p.byteOffset,
        count,
        input.byteOffset,
      );
      output.set(input.subarray(0, done * recordBytes), at + (first - from) * recordBytes);
      if (done < count) return first + done;
    }
    return to;
  }

  #set(layout: RecordLayout): void {
    if (this.#layout === layout) return;
    this.#layout = layout;
    const { addressBytes, timeBytes, recordBytes, polarity, pixel } = layout;
    const integers = this.#integers;
    this.#swizzles.fill(NONE);
    for (const record of [0, 1]) {
      for (let byte = 0; byte < recordBytes; byte++) {
        const inAddress = addressBytes.indexOf(byte);
        const inTime = timeBytes.indexOf(byte);
        const places = [
          ...(inAddress < 0 ? [] : [4 * record + inAddress]),
          ...(inTime < 0 ? [] : [8 + 4 * record + inTime]),
        ];
        const index = record * recordBytes + byte;
        this.#swizzles[index] = places[0] ?? NONE;
        this.#swizzles[SWIZZLE_BYTES / 2 + index] = places[1] ?? NONE;
      }
    }
    const axis = (name: 'x' | 'y', { shift, size, flip }: AxisField): void => {
      integers[INTEGER[`${name}Shift`]] = shift;
      // size - 1 - v = ~v + size.
      integers[INTEGER[`${name}Flip`]] = flip ? -1 : 0;
      integers[INTEGER[`${name}Base`]] = flip ? size : 0;
      integers[INTEGER[`${name}Last`]] = size - 1;
    };
    axis('x', layout.x);
    axis('y', layout.y);
    integers[INTEGER.recordBytes] = recordBytes;
    integers[INTEGER.polarityShift] = polarity.shift;
    integers[INTEGER.polarityInvert] = Number(polarity.inverted);
    integers[INTEGER.fixedBits] = pixel?.value ?? 0;
  }
}
