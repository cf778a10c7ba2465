/** The loop over plain lines in WebAssembly; its source is in kernels/csv. */
import { fieldPlaces } from '../../events/kernels.ts';
import type { KernelBlock, RunSpace } from '../records/run-space.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';
import { CODES, PLACES, type LineRun, type LineSyntax } from './lines.ts';

/** The block after its doubles, in the order of kernels/csv/block.ts; places of the line's columns lie behind it. */
const FIELDS = [
  'shift',
  'pointless',
  'separator',
  't',
  'x',
  'y',
  'p',
  'width',
  'height',
  'capacity',
  'lines',
  'events',
  'on',
  'outside',
  'backwardSteps',
  'points',
  'odd',
] as const;
const DOUBLES = 2;
const END_WORDS = 5;
const INTEGER = fieldPlaces(FIELDS, 2 * DOUBLES);
/** Bytes that the kernel is given at once. */
const BLOCK_BYTES = 0x8000;
const COLUMNS = 4;

const TAB = 0x09;
const SPACE = 0x20;
const COMMA = 0x2c;
const DOT = 0x2e;
const SEMICOLON = 0x3b;

type ReadLines = (
  block: number,
  at: number,
  end: number,
  t: number,
  x: number,
  y: number,
  p: number,
) => number;

/** Reads lines that are not plain from `at` on, fewer than `most`; returns where the next one begins. */
export type ReadOddLines = (at: number, most: number) => number;

/**
 * What parts the columns of the first line, if lines of that kind are read by the kernel: -1 if not, or if it cannot be told.
 */
export function plainSeparator(
  { roles, shift, decimalComma }: LineSyntax,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  if (roles.length !== COLUMNS || shift < 0) return -1;
  let at = start;
  while (at < end && ((bytes[at]! >= 0x30 && bytes[at]! <= 0x39) || bytes[at] === DOT)) at++;
  const byte = bytes[at]!;
  return byte === SPACE || byte === TAB || byte === SEMICOLON || (byte === COMMA && !decimalComma)
    ? byte
    : -1;
}

/** The kernel of a space. */
export class LineKernel {
  readonly #space: RunSpace;
  readonly #block: KernelBlock;
  readonly #readLines: ReadLines;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserveBlock(DOUBLES, FIELDS.length + END_WORDS);
    this.#readLines = space.instantiate(KERNEL_MODULE)['readLines'] as ReadLines;
  }

  /** Does what `readLinesScalar` does with these lines; `readOdd` reads those that are not plain. */
  read(
    syntax: LineSyntax,
    separator: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    run: LineRun,
    readOdd: ReadOddLines,
  ): number {
    this.#set(syntax, separator, run);
    const { input } = this.#space;
    const integers = this.#block.integers;
    let at = start;
    /** Lines for the other loop, more where plain ones are few. */
    let most = 1;
    while (at < end && run.length < run.capacity) {
      const from = at;
      const to = Math.min(end, from + BLOCK_BYTES);
      input.set(bytes.subarray(from, to));
      integers[INTEGER.odd] = 0;
      while (at < to && run.length < run.capacity) {
        const { lines } = run;
        at += this.#readBlock(at - from, to - from, run);
        if (integers[INTEGER.odd] === 0) break;
        most = run.lines - lines < most ? Math.min(2 * most, BLOCK_BYTES) : 1;
        at = readOdd(at, most);
      }
      // A block that ends inside its first line.
      if (at === from) at = readOdd(at, 1);
    }
    return at;
  }

  /** Reads on in the block of input; returns how many bytes were read. */
  #readBlock(at: number, end: number, run: LineRun): number {
    const { input, arrays } = this.#space;
    const { doubles, integers, at: block } = this.#block;
    const { t, x, y, p } = arrays;
    doubles[1] = run.previous;
    integers.fill(0, INTEGER.lines, INTEGER.odd + 1);
    integers[INTEGER.events] = run.length;
    const first = input.byteOffset + at;
    const next = this.#readLines(
      block,
      first,
      input.byteOffset + end,
      t.byteOffset,
      x.byteOffset,
      y.byteOffset,
      p.byteOffset,
    );
    run.previous = doubles[1]!;
    run.length = integers[INTEGER.events]!;
    run.lines += integers[INTEGER.lines]!;
    run.on += integers[INTEGER.on]!;
    run.outside += integers[INTEGER.outside]!;
    run.backwardSteps += integers[INTEGER.backwardSteps]!;
    run.pointed ||= integers[INTEGER.points] === 1;
    return next - first;
  }

  #set({ roles, shift, asksUnit, geometry }: LineSyntax, separator: number, run: LineRun): void {
    const { doubles, integers } = this.#block;
    doubles[0] = 10 ** shift;
    integers[INTEGER.shift] = shift;
    integers[INTEGER.pointless] = asksUnit ? 1 : 0;
    integers[INTEGER.separator] = separator;
    integers[INTEGER.t] = roles.indexOf(CODES.t);
    integers[INTEGER.x] = roles.indexOf(CODES.x);
    integers[INTEGER.y] = roles.indexOf(CODES.y);
    integers[INTEGER.p] = roles.indexOf(CODES.p);
    integers[INTEGER.width] = geometry?.width ?? PLACES;
    integers[INTEGER.height] = geometry?.height ?? PLACES;
    integers[INTEGER.capacity] = run.capacity;
  }
}
