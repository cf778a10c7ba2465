/** The same loop in WebAssembly, eight records at a time. Its source is in kernels/records. */
import { KERNEL_MODULE } from './kernel.generated.ts';
import type { AxisField, Clock, RecordLayout } from './layout.ts';
import type { RecordRun } from './run.ts';

/** Records per call: input and output stay in the cache on their way. */
const BLOCK_RECORDS = 8192;
const PAGE_BYTES = 65_536;
/** A vector reads and writes past the last record. */
const SLACK_BYTES = 16;

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
const INTEGER = Object.fromEntries(FIELDS.map((field, i) => [field, SWIZZLE_BYTES / 4 + i])) as Record<
  (typeof FIELDS)[number],
  number
>;
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

/** The kernel and its memory, which holds one block of records and its events. */
export class RecordKernel {
  readonly #decode: DecodeRecords;
  readonly #integers: Int32Array;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #input: number;
  readonly #t: Float64Array;
  readonly #x: Uint16Array;
  readonly #y: Uint16Array;
  readonly #p: Uint8Array;
  #layout: RecordLayout | undefined;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor() {
    let end = BLOCK_BYTES;
    const reserve = (bytes: number): number => {
      const at = end;
      end += Math.ceil((bytes + SLACK_BYTES) / 16) * 16;
      return at;
    };
    this.#input = reserve(8 * BLOCK_RECORDS);
    const [t, x, y, p] = [8, 2, 2, 1].map((bytes) => reserve(bytes * BLOCK_RECORDS)) as [
      number,
      number,
      number,
      number,
    ];
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES) });
    const { buffer } = memory;
    this.#integers = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#t = new Float64Array(buffer, t, BLOCK_RECORDS);
    this.#x = new Uint16Array(buffer, x, BLOCK_RECORDS);
    this.#y = new Uint16Array(buffer, y, BLOCK_RECORDS);
    this.#p = new Uint8Array(buffer, p, BLOCK_RECORDS);
    const code = Uint8Array.from(atob(KERNEL_MODULE), (character) => character.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
    this.#decode = instance.exports['decodeRecords'] as DecodeRecords;
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
    let done = 0;
    while (done < count) {
      const block = Math.min(BLOCK_RECORDS, count - done);
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
    this.#bytes.set(bytes.subarray(offset, offset + count * recordBytes), this.#input);
    const consumed = this.#decode(
      0,
      this.#input,
      count,
      this.#t.byteOffset,
      this.#x.byteOffset,
      this.#y.byteOffset,
      this.#p.byteOffset,
    );
    const integers = this.#integers;
    const events = integers[INTEGER.events]!;
    const { arrays, length } = run;
    arrays.t.set(this.#t.subarray(0, events), length);
    arrays.x.set(this.#x.subarray(0, events), length);
    arrays.y.set(this.#y.subarray(0, events), length);
    arrays.p.set(this.#p.subarray(0, events), length);
    run.length += events;
    run.on += integers[INTEGER.on]!;
    run.backwardSteps += integers[INTEGER.backwardSteps]!;
    run.notPixel += integers[INTEGER.notPixel]!;
    run.outside += integers[INTEGER.outside]!;
    return consumed;
  }

  /** Decoders take turns with the one kernel: the layout is written only when it is another one. */
  #set(layout: RecordLayout): void {
    if (this.#layout === layout) return;
    this.#layout = layout;
    const { addressBytes, timeBytes, recordBytes } = layout;
    // An index past 15 makes the byte 0.
    const word = (places: readonly number[], record: number): number[] =>
      [0, 1, 2, 3].map((i) => (i < places.length ? record * recordBytes + places[i]! : 0xff));
    this.#bytes.set(
      [...word(addressBytes, 0), ...word(addressBytes, 1), ...word(timeBytes, 0), ...word(timeBytes, 1)],
      0,
    );
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
