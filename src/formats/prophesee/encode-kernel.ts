/** The encoding loops in WebAssembly; their source is in kernels/raw. */
import type { EventBatch } from '../../events/index.ts';
import { fieldPlaces } from '../../events/kernels.ts';
import { INPUT_BYTES, RUN_EVENTS, type KernelBlock, type RunSpace } from '../records/run-space.ts';
import type { RawEncodeState, WordOutput } from './encode-words.ts';
import { KERNEL_MODULE } from './encode-kernel.generated.ts';

/** The encodings: most bytes that an event may take. */
const EVENT_BYTES = { encodeEvt2: 8, encodeEvt21: 16, encodeEvt3: 8 } as const;

/** Name of a loop. */
export type RawEncodeLoop = keyof typeof EVENT_BYTES;

/** The block after its two doubles, in the order of kernels/raw/encode-block.ts. */
const FIELDS = ['high', 'row', 'bytes', 'goesOn', 'width', 'height'] as const;
const DOUBLES = 2;
const INTEGER = fieldPlaces(FIELDS, 2 * DOUBLES);

type Loop = (
  block: number,
  t: number,
  x: number,
  y: number,
  p: number,
  count: number,
  output: number,
) => number;

/** The encoding kernel of a space. */
export class RawEncodeKernel {
  readonly #space: RunSpace;
  readonly #loops: Record<RawEncodeLoop, Loop>;
  readonly #block: KernelBlock;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserveBlock(DOUBLES, FIELDS.length);
    this.#loops = space.instantiate(KERNEL_MODULE) as unknown as Record<RawEncodeLoop, Loop>;
  }

  /** Does what the loop's plain form does. */
  encode(
    loop: RawEncodeLoop,
    state: RawEncodeState,
    batch: EventBatch,
    from: number,
    output: WordOutput,
  ): number {
    // The place for input takes the output.
    const { arrays, input } = this.#space;
    const { t, x, y, p } = arrays;
    const integers = this.#block.integers;
    const most = Math.min(RUN_EVENTS, INPUT_BYTES / EVENT_BYTES[loop]);
    this.#block.doubles.set([state.last, state.micros]);
    integers.set([state.high, state.row, 0, 0, state.width, state.height], INTEGER.high);
    let next = from;
    while (next < batch.length) {
      const end = Math.min(batch.length, next + most);
      t.set(batch.t.subarray(next, end));
      x.set(batch.x.subarray(next, end));
      y.set(batch.y.subarray(next, end));
      p.set(batch.p.subarray(next, end));
      integers[INTEGER.goesOn] = Number(end < batch.length);
      const places = [t, x, y, p].map(({ byteOffset }) => byteOffset) as [number, number, number, number];
      const done = this.#loops[loop](this.#block.at, ...places, end - next, input.byteOffset);
      output.append(input.subarray(0, integers[INTEGER.bytes]));
      if (done === 0) break;
      next += done;
    }
    [state.last, state.micros] = [this.#block.doubles[0]!, this.#block.doubles[1]!];
    [state.high, state.row] = [integers[INTEGER.high]!, integers[INTEGER.row]!];
    return next;
  }
}
