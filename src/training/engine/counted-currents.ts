/** Currents of a convolution with 1-bit weights on vertical counters: see kernels/training/counted-currents.ts. */
import type { Geometry } from './conv-geometry.ts';
import { CountingBlock } from './counting-block.ts';
import type { Crew } from './crew.ts';
import type { CurrentsPlace, MapPlace, PlanContext, RunContext } from './stage.ts';

/** With fewer output channels most of a row of 128 bits is empty, and rows of int16 are faster. */
const FROM_CHANNELS = 64;
/** Rows of weights that are packed at a time. */
const PACKED_ROWS = 512;

/** Bytes of a row of bits. @param stride channels, filled up. */
export function outputRowBytes(stride: number): number {
  return 16 * Math.ceil(stride / 128);
}

/**
 * Rows of bits of all weights.
 *
 * @param signs of the weights, int16 `[rows, stride]`.
 */
export function packOutputRows(crew: Crew, signs: number, rows: number, stride: number, to: number): void {
  const bytes = outputRowBytes(stride);
  crew.each(Math.ceil(rows / PACKED_ROWS), (part) => {
    const first = part * PACKED_ROWS;
    const count = Math.min(PACKED_ROWS, rows - first);
    crew.call('packOutputRows', signs + 2 * first * stride, count, stride, bytes / 16, to + bytes * first);
  });
}

/** See the file comment. */
export class CountedCurrents {
  readonly #input: MapPlace;
  readonly #block: CountingBlock;
  /** Bits of the map's values. */
  readonly #bits: number;
  #run!: RunContext;
  #conv!: number;

  /** @param table rows of bits of the weights. */
  constructor(
    { kernel }: Geometry,
    input: MapPlace,
    currents: CurrentsPlace,
    table: number,
    plan: PlanContext,
  ) {
    const pixels = input.height * input.width;
    this.#input = input;
    this.#bits = 32 - Math.clz32(input.bound);
    const sizes = {
      words: outputRowBytes(currents.stride) / 16,
      table,
      lists: this.#bits + 1,
      entries: pixels * input.stride,
      pixels,
      gathered: kernel[0] * kernel[1] * input.stride,
    };
    this.#block = new CountingBlock(sizes, plan);
  }

  static suits({ stride }: CurrentsPlace): boolean {
    return stride >= FROM_CHANNELS;
  }

  /** @param conv the convolution's block. */
  start(run: RunContext, conv: number): void {
    this.#run = run;
    this.#conv = conv;
    this.#block.start(run);
    this.#block.enter(1);
  }

  /** Of one frame. */
  frame(frame: number, to: number): void {
    const { address, bytes } = this.#input;
    const map = address + frame * bytes;
    this.#run.crew.call('countedCurrents', this.#conv, this.#block.own, map, this.#bits, to);
  }
}
