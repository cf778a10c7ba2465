/** A loop over RAW words in WebAssembly SIMD; its source is in kernels/raw. */
import { fieldPlaces } from '../records/kernel-fields.ts';
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
    const places = [t, x, y, p, table, this.#types].map(({ byteOffset }) => byteOffset);
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

  #start(state: RawState, { width, height, swapped, stopTypes }: RawSetting): void {
    const { high, loops, row, base, polarity, highMicros, micros } = state;
    this.#block.doubles.set([highMicros, micros, -Infinity]);
    this.#block.integers.set(
      [high, loops, row, base, polarity, swapped ? 32 : 0, width, height, 0, 0, 0, 0, 0, stopTypes],
      INTEGER.high,
    );
    this.#types.fill(0);
  }

  #finish(state: RawState, run: RawRun): void {
    const integers = this.#block.integers;
    for (const field of ['high', 'loops', 'row', 'base', 'polarity'] as const)
      state[field] = integers[INTEGER[field]]!;
    const [highMicros, micros, previous] = this.#block.doubles;
    state.highMicros = highMicros!;
    state.micros = micros!;
    run.previous = previous!;
    run.length = integers[INTEGER.events]!;
    for (const field of ['on', 'backwardSteps', 'outside', 'notPixel'] as const)
      run[field] = integers[INTEGER[field]]!;
    run.types.set(this.#types);
  }
}

/** For each byte, which of its bits are set, in ascending order. */
function writeBitTable(table: Uint8Array): void {
  for (let byte = 0; byte < 256; byte++) {
    let n = 8 * byte;
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) table[n++] = bit;
  }
}
