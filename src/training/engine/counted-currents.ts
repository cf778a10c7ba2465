/** Currents of a convolution with 1-bit weights on vertical counters: see kernels/training/counted-currents.ts. */
import type { Geometry } from './conv-geometry.ts';
import { CountingBlock } from './counting-block.ts';
import type { CurrentsPlace, MapPlace, PlanContext, RunContext } from './stage.ts';

/** With fewer output channels most of a row of 128 bits is empty, and rows of int16 are faster. */
const FROM_CHANNELS = 64;
/** Rows of weights that are packed at a time. */
const PACKED_ROWS = 512;

/** See the file comment. */
export class CountedCurrents {
  readonly #input: MapPlace;
  readonly #block: CountingBlock;
  readonly #rows: number;
  readonly #channels: number;
  readonly #words: number;
  /** Bits of the map's values. */
  readonly #bits: number;
  #run!: RunContext;
  #conv!: number;

  constructor({ kernel }: Geometry, input: MapPlace, currents: CurrentsPlace, plan: PlanContext) {
    const pixels = input.height * input.width;
    const taps = kernel[0] * kernel[1];
    this.#input = input;
    this.#rows = taps * input.channels;
    this.#channels = currents.stride;
    this.#words = Math.ceil(currents.stride / 128);
    this.#bits = 32 - Math.clz32(input.bound);
    const sizes = {
      words: this.#words,
      tableBytes: 16 * this.#words * this.#rows,
      lists: this.#bits + 1,
      entries: pixels * input.stride,
      pixels,
      gathered: taps * input.stride,
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
  }

  /** Before a batch. @param signs of the weights, int16. */
  enter(signs: number): void {
    const { crew } = this.#run;
    const [channels, words, table] = [this.#channels, this.#words, this.#block.at('table')];
    this.#block.enter(1);
    crew.barrier();
    crew.each(Math.ceil(this.#rows / PACKED_ROWS), (part) => {
      const first = part * PACKED_ROWS;
      const rows = Math.min(PACKED_ROWS, this.#rows - first);
      crew.call(
        'packOutputRows',
        signs + 2 * first * channels,
        rows,
        channels,
        words,
        table + 16 * words * first,
      );
    });
    crew.barrier();
  }

  /** Of one frame. */
  frame(frame: number, to: number): void {
    const { address, bytes } = this.#input;
    const map = address + frame * bytes;
    this.#run.crew.call('countedCurrents', this.#conv, this.#block.own, map, this.#bits, to);
  }
}
