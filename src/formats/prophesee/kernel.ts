/** A loop over RAW words in WebAssembly SIMD; its source is in kernels/raw. */
import { fieldPlaces } from '../../events/kernels.ts';
import { INPUT_BYTES, type KernelBlock, type RunSpace } from '../records/run-space.ts';
import { WORD_TYPES, type RawRun, type RawSetting, type RawState } from './words.ts';

/** The encodings: bytes of a word, and events that a step may add. */
const SHAPES = {
  decodeEvt2: { wordBytes: 4, stepEvents: 8 },
  decodeEvt21: { wordBytes: 8, stepEvents: 32 },
  decodeEvt3: { wordBytes: 2, stepEvents: 12 },
} as const;

/** Name of a loop. */
export type RawKernelLoop = keyof typeof SHAPES;

/** The block after its three doubles, in the order of kernels/raw/block.ts. */
const FIELDS = [
  'high',
  'loops',
  'row',
  'base',
  'polarity',
  'rotation',
  'width',
  'height',
  'events',
  'on',
  'backwardSteps',
  'outside',
  'notPixel',
  'stopTypes',
] as const;
const DOUBLES = 3;
const INTEGER = fieldPlaces(FIELDS, 2 * DOUBLES);

type Loop = (block: number, output: number, input: number, count: number, room: number) => number;

/** The kernel of a space. An encoding's own class brings the module, so that whoever reads one loads one. */
export abstract class RawKernel {
  readonly #space: RunSpace;
  readonly #shape: (typeof SHAPES)[RawKernelLoop];
  readonly #loop: Loop;
  readonly #block: KernelBlock;
  readonly #output: number;
  readonly #types: Uint32Array;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace, module: string, loop: RawKernelLoop) {
    this.#space = space;
    this.#shape = SHAPES[loop];
    const { buffer, arrays } = space;
    const { t, x, y, p } = arrays;
    this.#block = space.reserveBlock(DOUBLES, FIELDS.length);
    this.#types = new Uint32Array(buffer, space.reserve(4 * WORD_TYPES), WORD_TYPES);
    const table = new Uint8Array(buffer, space.reserve(256 * 8), 256 * 8);
    writeBitTable(table);
    const orders = new Uint8Array(buffer, space.reserve(256 * 16), 256 * 16);
    writeOrders(orders);
    const places = [t, x, y, p, table, orders, this.#types].map(({ byteOffset }) => byteOffset);
    this.#output = space.reserve(4 * places.length);
    new Uint32Array(buffer, this.#output, places.length).set(places);
    this.#loop = space.instantiate(module)[loop] as Loop;
  }

  /** Does what the loop's plain form does; the run is empty. */
  decode(
    state: RawState,
    setting: RawSetting,
    bytes: Uint8Array,
    from: number,
    to: number,
    run: RawRun,
  ): number {
    const { wordBytes, stepEvents } = this.#shape;
    const { input } = this.#space;
    this.#start(state, setting);
    const integers = this.#block.integers;
    let next = from;
    while (next < to && integers[INTEGER.events]! + stepEvents <= run.capacity) {
      const count = Math.min(to - next, INPUT_BYTES / wordBytes);
      input.set(bytes.subarray(next * wordBytes, (next + count) * wordBytes));
      const done = this.#loop(this.#block.at, this.#output, input.byteOffset, count, run.capacity);
      next += done;
      if (done < count) break;
    }
    this.#finish(state, run);
    return next;
  }

  // Field by field: arrays of them, or names in a loop, cost as much as a thousand events.
  #start(state: RawState, { width, height, swapped, stopTypes }: RawSetting): void {
    const { doubles, integers } = this.#block;
    doubles[0] = state.highMicros;
    doubles[1] = state.micros;
    doubles[2] = -Infinity;
    integers[INTEGER.high] = state.high;
    integers[INTEGER.loops] = state.loops;
    integers[INTEGER.row] = state.row;
    integers[INTEGER.base] = state.base;
    integers[INTEGER.polarity] = state.polarity;
    integers[INTEGER.rotation] = swapped ? 32 : 0;
    integers[INTEGER.width] = width;
    integers[INTEGER.height] = height;
    integers[INTEGER.events] = 0;
    integers[INTEGER.on] = 0;
    integers[INTEGER.backwardSteps] = 0;
    integers[INTEGER.outside] = 0;
    integers[INTEGER.notPixel] = 0;
    integers[INTEGER.stopTypes] = stopTypes;
  }

  #finish(state: RawState, run: RawRun): void {
    const { doubles, integers } = this.#block;
    state.highMicros = doubles[0]!;
    state.micros = doubles[1]!;
    run.previous = doubles[2]!;
    state.high = integers[INTEGER.high]!;
    state.loops = integers[INTEGER.loops]!;
    state.row = integers[INTEGER.row]!;
    state.base = integers[INTEGER.base]!;
    state.polarity = integers[INTEGER.polarity]!;
    run.length = integers[INTEGER.events]!;
    run.on = integers[INTEGER.on]!;
    run.backwardSteps = integers[INTEGER.backwardSteps]!;
    run.outside = integers[INTEGER.outside]!;
    run.notPixel = integers[INTEGER.notPixel]!;
    const types = this.#types;
    for (let type = 0; type < WORD_TYPES; type++) {
      run.types[type]! += types[type]!;
      types[type] = 0;
    }
  }
}

/** For each byte, which of its bits are set, in ascending order. */
function writeBitTable(table: Uint8Array): void {
  for (let byte = 0; byte < 256; byte++) {
    let n = 8 * byte;
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) table[n++] = bit;
  }
}

/** For each byte, where the bytes of the 16-bit lanes of its set bits are; behind them the last is repeated. */
function writeOrders(orders: Uint8Array): void {
  for (let byte = 0; byte < 256; byte++) {
    const lanes = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1);
    for (let i = 0; i < 8; i++) {
      const lane = lanes[i] ?? lanes.at(-1);
      // Lanes of an index past 15 become 0.
      orders.set(lane === undefined ? [0xff, 0xff] : [2 * lane, 2 * lane + 1], 16 * byte + 2 * i);
    }
  }
}
