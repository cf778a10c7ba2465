/**
 * Both products of a convolution with 1-bit weights and a gradient of signed powers of two, on vertical counters: sums of
 * rows of bits, exact integers in units of α. See kernels/training/counted-input-gradient.ts and its neighbour.
 */
import { TrainingError } from '../errors.ts';
import type { Geometry } from './conv-geometry.ts';
import { ALL_LEVELS, CountingBlock } from './counting-block.ts';
import type { Alpha } from './gradient-rounding.ts';
import type { CurrentsPlace, MapPlace, PlanContext, RunContext } from './stage.ts';

/**
 * Frames are taken in chunks for the gradient of weights: the rows of a chunk stay in the second-level cache (a whole sample of
 * VGGSNN's second layer takes 1.7 times as long), but lists are worth a look at 2,048 pixels only.
 */
const CHUNK_BYTES = 2 ** 18;
const CHUNK_PIXELS = 2048;
/** So many pixels of a frame keep all sums below 2^32. */
const MOST_PIXELS = 131_072;
/** See the file comment. */
export class CountedProducts {
  readonly #geometry: Geometry;
  readonly #input: MapPlace;
  readonly #currents: CurrentsPlace;
  readonly #plan: PlanContext;
  readonly #block: CountingBlock;
  readonly #words: number;
  readonly #some: number;
  /** Of the rows of a frame. */
  readonly #frameBytes: number;
  readonly #chunkFrames: number;
  /** Bits of the map's values. */
  readonly #bits: number;
  #run!: RunContext;
  #conv!: number;

  constructor(geometry: Geometry, input: MapPlace, currents: CurrentsPlace, plan: PlanContext) {
    const { kernel, stride } = geometry;
    const { height, width, stride: channels } = currents;
    const pixels = height * width;
    const taps = kernel[0] * kernel[1];
    const words = Math.ceil(input.stride / 128);
    const rows = ((height - 1) * stride + kernel[0]) * ((width - 1) * stride + kernel[1]);
    const frames = plan.samples * plan.steps;
    const bits = 32 - Math.clz32(input.bound);
    const fitting = Math.floor(CHUNK_BYTES / (rows * 32 * words * bits));
    const chunk = Math.min(frames, Math.max(fitting, Math.ceil(CHUNK_PIXELS / pixels)));
    this.#words = words;
    this.#some = plan.layout.reserve(rows);
    const sizes = {
      words,
      tableBytes: taps * channels * 32 * words,
      lists: bits * ALL_LEVELS,
      entries: Math.max(pixels * channels, chunk * pixels),
      pixels,
      gathered: Math.max(taps * channels, chunk * pixels),
      mapBytes: chunk * rows * 32 * words,
      bits,
      chunkPixels: chunk * pixels,
      tileBytes: taps * 8 * 4 * 16 * Math.ceil(input.channels / 16),
    };
    this.#block = new CountingBlock(sizes, plan);
    // Codes take the place of the gradient; sixteen pixels are read at a time.
    plan.rooms.need('currents', (frames * pixels + 16) * channels);
    this.#geometry = geometry;
    this.#input = input;
    this.#currents = currents;
    this.#plan = plan;
    this.#frameBytes = rows * 32 * words;
    this.#chunkFrames = chunk;
    this.#bits = bits;
  }

  /** Whether counters may be used, and are worth it from so many input channels on. */
  static suits(input: MapPlace, { height, width }: CurrentsPlace, countersFrom: number): boolean {
    return input.channels >= countersFrom && height * width <= MOST_PIXELS;
  }

  /** @param conv the convolution's block. */
  start(run: RunContext, conv: number): void {
    this.#run = run;
    this.#conv = conv;
    this.#block.start(run);
  }

  /**
   * From the codes, which lie where the gradient at the currents was.
   *
   * @param signs of the weights, int16.
   * @param to receives float32 like the map.
   */
  inputGradient(samples: number, signs: number, alpha: Alpha, to: number): void {
    const { kernel, space } = this.#run;
    const count = samples * this.#plan.steps * this.#input.bytes;
    if (alpha === null) return void space.floats(to, count).fill(NaN);
    this.#block.enter(alpha);
    const [table, scratch] = [this.#block.at('table'), this.#block.at('scratch')];
    kernel.packSignRows(this.#conv, signs, this.#words, table, scratch);
    for (let frame = 0; frame < samples * this.#plan.steps; frame++) {
      const codes = this.#codes(frame);
      kernel.countedInputGradient(this.#conv, this.#block.address, codes, to + 4 * frame * this.#input.bytes);
    }
  }

  /**
   * From the codes, which lie where the gradient at the currents was.
   *
   * @param to float32 `[taps, input channels, channels]`, all 0.
   * @throws TrainingError `SUMS_TOO_LARGE` where a sum might not fit 32 bits.
   */
  weightGradient(samples: number, alpha: Alpha, to: number): void {
    const { kernel, space } = this.#run;
    const { kernel: taps } = this.#geometry;
    const { stride } = this.#currents;
    const count = taps[0] * taps[1] * this.#input.channels * stride;
    if (alpha === null) return void space.floats(to, count).fill(NaN);
    this.#block.enter(alpha);
    const frames = samples * this.#plan.steps;
    let most = 0;
    for (let first = 0; first < frames; first += this.#chunkFrames) {
      const chunk = Math.min(this.#chunkFrames, frames - first);
      this.#packMaps(first, chunk);
      const [codes, bits, bytes] = [this.#codes(first), this.#bits, this.#frameBytes];
      most +=
        kernel.countedWeightGradient(
          this.#conv,
          this.#block.address,
          codes,
          chunk,
          bits,
          bytes,
          to,
          0,
          stride,
        ) >>> 0;
    }
    if (most >= 2 ** 31)
      throw new TrainingError(
        'SUMS_TOO_LARGE',
        'A sum of rounded gradients passes 32 bits; lower the batch.',
      );
    kernel.scaleIntegers(to, count, alpha);
  }

  #codes(frame: number): number {
    const { height, width, stride } = this.#currents;
    return this.#plan.rooms.at('currents') + frame * height * width * stride;
  }

  #packMaps(first: number, frames: number): void {
    const { kernel } = this.#run;
    const [mapBytes, pixelBytes] = [this.#block.at('mapBytes'), this.#block.at('pixelBytes')];
    const { address, bytes } = this.#input;
    const pixels = this.#currents.height * this.#currents.width;
    const some = this.#some;
    for (let bit = 0; bit < this.#bits; bit++) {
      for (let frame = 0; frame < frames; frame++) {
        const map = address + (first + frame) * bytes;
        const rows = this.#block.at('maps') + bit * mapBytes + frame * this.#frameBytes;
        kernel.packMapRows(this.#conv, map, bit, this.#words, rows, some);
        if (bit === 0) continue;
        kernel.someInWindows(this.#conv, some, this.#block.at('windows') + bit * pixelBytes + frame * pixels);
      }
    }
  }
}
