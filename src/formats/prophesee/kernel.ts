/** The loops over RAW words in WebAssembly SIMD; their source is in kernels/raw. */
import { KERNEL_MODULE } from './kernel.generated.ts';
import type { RawRun, RawSetting, RawState } from './words.ts';

/** Events of a run: they stay in the cache on their way out. */
const CAPACITY = 16_384;
const BLOCK_BYTES = 65_536;
const PAGE_BYTES = 65_536;
/** Vectors read and write past the last word and event. */
const SLACK_EVENTS = 32;
const TYPES = 16;

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
const INTEGER = Object.fromEntries(FIELDS.map((field, i) => [field, 2 * DOUBLES + i])) as Record<
  (typeof FIELDS)[number],
  number
>;

type Loop = (block: number, output: number, input: number, count: number, room: number) => number;

/** The module and its memory, which holds one block of words and one run of events. */
export class RawKernel {
  readonly #loops: Record<RawKernelLoop, Loop>;
  readonly #doubles: Float64Array;
  readonly #integers: Int32Array;
  readonly #output: number;
  readonly #input: Uint8Array;
  readonly #types: Uint32Array;
  readonly #t: Float64Array;
  readonly #x: Uint16Array;
  readonly #y: Uint16Array;
  readonly #p: Uint8Array;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor() {
    let end = 0;
    const reserve = (bytes: number): number => {
      const at = end;
      end += Math.ceil(bytes / 16) * 16;
      return at;
    };
    const block = reserve(8 * DOUBLES + 4 * FIELDS.length);
    this.#output = reserve(4 * 6);
    const input = reserve(BLOCK_BYTES + 16);
    const table = reserve(256 * 8);
    const types = reserve(4 * TYPES);
    const [t, x, y, p] = [8, 2, 2, 1].map((bytes) => reserve(bytes * (CAPACITY + SLACK_EVENTS))) as [
      number,
      number,
      number,
      number,
    ];
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES) });
    const { buffer } = memory;
    this.#doubles = new Float64Array(buffer, block, DOUBLES);
    this.#integers = new Int32Array(buffer);
    this.#input = new Uint8Array(buffer, input, BLOCK_BYTES);
    this.#types = new Uint32Array(buffer, types, TYPES);
    this.#t = new Float64Array(buffer, t, CAPACITY);
    this.#x = new Uint16Array(buffer, x, CAPACITY);
    this.#y = new Uint16Array(buffer, y, CAPACITY);
    this.#p = new Uint8Array(buffer, p, CAPACITY);
    new Uint32Array(buffer, this.#output, 6).set([t, x, y, p, table, types]);
    writeBitTable(new Uint8Array(buffer, table, 256 * 8));
    const code = Uint8Array.from(atob(KERNEL_MODULE), (character) => character.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
    this.#loops = instance.exports as unknown as Record<RawKernelLoop, Loop>;
  }

  /** Does what the loop's plain form does. */
  decode(
    loop: RawKernelLoop,
    state: RawState,
    setting: RawSetting,
    bytes: Uint8Array,
    from: number,
    to: number,
    capacity: number,
  ): RawRun {
    const { wordBytes, stepEvents } = SHAPES[loop];
    const room = Math.min(capacity, CAPACITY);
    this.#start(state, setting);
    const integers = this.#integers;
    let next = from;
    while (next < to && integers[INTEGER.events]! + stepEvents <= room) {
      const count = Math.min(to - next, BLOCK_BYTES / wordBytes);
      this.#input.set(bytes.subarray(next * wordBytes, (next + count) * wordBytes));
      const done = this.#loops[loop](0, this.#output, this.#input.byteOffset, count, room);
      next += done;
      if (done < count) break;
    }
    return this.#finish(state, next);
  }

  #start(state: RawState, { width, height, swapped, stopTypes }: RawSetting): void {
    const { high, loops, row, base, polarity, highMicros, micros } = state;
    this.#doubles.set([highMicros, micros, -Infinity]);
    this.#integers.set(
      [high, loops, row, base, polarity, swapped ? 32 : 0, width, height, 0, 0, 0, 0, 0, stopTypes],
      INTEGER.high,
    );
    this.#types.fill(0);
  }

  #finish(state: RawState, next: number): RawRun {
    const integers = this.#integers;
    for (const field of ['high', 'loops', 'row', 'base', 'polarity'] as const)
      state[field] = integers[INTEGER[field]]!;
    [state.highMicros, state.micros] = [this.#doubles[0]!, this.#doubles[1]!];
    const length = integers[INTEGER.events]!;
    return {
      arrays: {
        t: this.#t.slice(0, length),
        x: this.#x.slice(0, length),
        y: this.#y.slice(0, length),
        p: this.#p.slice(0, length),
      },
      length,
      on: integers[INTEGER.on]!,
      backwardSteps: integers[INTEGER.backwardSteps]!,
      outside: integers[INTEGER.outside]!,
      notPixel: integers[INTEGER.notPixel]!,
      types: this.#types.slice(),
      next,
    };
  }
}

/** For each byte, which of its bits are set, in ascending order. */
function writeBitTable(table: Uint8Array): void {
  for (let byte = 0; byte < 256; byte++) {
    let n = 8 * byte;
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) table[n++] = bit;
  }
}

let shared: RawKernel | null | undefined;

/** One kernel serves all decoders: a call never leaves anything behind in it. `null` where it cannot run. */
export function sharedRawKernel(): RawKernel | null {
  if (shared !== undefined) return shared;
  try {
    shared = new RawKernel();
  } catch {
    // No WebAssembly or no SIMD, or a page's content security policy forbids it.
    shared = null;
  }
  return shared;
}
