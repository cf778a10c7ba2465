/** The same in WebAssembly; its source is in kernels/csv. */
import type { EventArrays } from '../../events/index.ts';
import type { ColumnRole } from '../columns.ts';
import { INPUT_BYTES, type KernelBlock, type RunSpace } from '../records/run-space.ts';
import { KERNEL_MODULE } from './write-kernel.generated.ts';
import { MAX_LINE_BYTES, type LineForm } from './write-lines.ts';

/** Codes of the columns, two bits each. */
const CODES: Readonly<Record<ColumnRole, number>> = { t: 0, x: 1, y: 2, p: 3 };
/** Whole words are written, so a little of the room stays free. */
const BLOCK_EVENTS = Math.floor(INPUT_BYTES / MAX_LINE_BYTES) - 1;

type WriteLines = (
  order: number,
  shift: number,
  t: number,
  x: number,
  y: number,
  p: number,
  count: number,
  output: number,
  done: number,
) => number;

/** The writing kernel of a space. */
export class WriteKernel {
  readonly #space: RunSpace;
  readonly #block: KernelBlock;
  readonly #writeLines: WriteLines;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserveBlock(0, 1);
    this.#writeLines = space.instantiate(KERNEL_MODULE)['writeLines'] as WriteLines;
  }

  /** Does what `writeLinesScalar` does, but stops before negative times too. Not for nanoseconds. */
  write(
    { roles, shift }: LineForm,
    events: EventArrays,
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
  ): { readonly next: number; readonly end: number } {
    // The place for input takes the output.
    const { arrays, input } = this.#space;
    const { t, x, y, p } = arrays;
    const order = roles.reduce((codes, role) => (codes << 2) | CODES[role], 0);
    let end = start;
    let next = from;
    while (next < to) {
      const count = Math.min(BLOCK_EVENTS, to - next);
      t.set(events.t.subarray(next, next + count));
      x.set(events.x.subarray(next, next + count));
      y.set(events.y.subarray(next, next + count));
      p.set(events.p.subarray(next, next + count));
      const output = input.byteOffset;
      const stop = this.#writeLines(
        order,
        shift,
        t.byteOffset,
        x.byteOffset,
        y.byteOffset,
        p.byteOffset,
        count,
        output,
        this.#block.at,
      );
      bytes.set(input.subarray(0, stop - output), end);
      end += stop - output;
      const done = this.#block.integers[0]!;
      next += done;
      if (done < count) break;
    }
    return { next, end };
  }
}
