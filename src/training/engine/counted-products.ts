/**
 * Both products of a convolution with 1-bit weights and a gradient of signed powers of two, on vertical counters: sums of
 * rows of bits, exact integers in units of α. See kernels/training/counted-input-gradient.ts and its neighbour.
 */
import { TrainingError } from '../errors.ts';
import type { Geometry } from './conv-geometry.ts';
import { ALL_LEVELS, CountingBlock } from './counting-block.ts';
import type { Alpha } from './gradient-rounding.ts';
import {
  channelBands,
  type CurrentsPlace,
  type MapPlace,
  type PlanContext,
  type RunContext,
} from './stage.ts';

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
  /** The sum of magnitudes of each channel. */
  readonly #most: number;
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
    this.#most = plan.layout.reserve(8 * channels);
    plan.rooms.needOwn('some', rows);
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
   * From the codes, which lie where the currents were.
   *
   * @param signs of the weights, int16.
   * @param to receives float32 like the map.
   */
  inputGradient(samples: number, signs: number, alpha: Alpha, to: number): void {
    const { crew, space } = this.#run;
    const { kernel: taps } = this.#geometry;
    const count = samples * this.#plan.steps * this.#input.bytes;
    if (alpha === null) return void space.floats(to, count).fill(NaN);
    const [table, scratch] = [this.#block.at('table'), this.#block.scratch];
    this.#block.enter(alpha);
    crew.each(taps[0] * taps[1], (tap) => {
      crew.call('packSignRows', this.#conv, signs, this.#words, table, scratch, tap, tap + 1);
    });
    crew.barrier();
    crew.each(samples * this.#plan.steps, (frame) => {
      const into = to + 4 * frame * this.#input.bytes;
      crew.call('countedInputGradient', this.#conv, this.#block.own, this.#codes(frame), into);
    });
  }

  /**
   * From the codes, which lie where the currents were.
   *
   * @param to float32 `[taps, input channels, channels]`, all 0.
   */
  weightGradient(samples: number, alpha: Alpha, to: number): void {
    const { crew, space } = this.#run;
    const { kernel: taps } = this.#geometry;
    const { stride } = this.#currents;
    const inputs = this.#input.channels;
    space.doubles(this.#most, stride).fill(0);
    if (alpha === null) return void space.floats(to, taps[0] * taps[1] * inputs * stride).fill(NaN);
    this.#block.enter(alpha);
    const frames = samples * this.#plan.steps;
    const bands = channelBands(stride);
    for (let frame = 0; frame < frames; frame += this.#chunkFrames) {
      const chunk = Math.min(this.#chunkFrames, frames - frame);
      crew.barrier();
      this.#packMaps(frame, chunk);
      crew.barrier();
      const at = [this.#block.own, this.#codes(frame), chunk, this.#bits, this.#frameBytes, to] as const;
      crew.each(bands.length, (band) => {
        const { first, end } = bands[band]!;
        crew.call('countedWeightGradient', this.#conv, ...at, first, end, this.#most);
      });
    }
    crew.barrier();
    crew.each(taps[0] * taps[1], (tap) => {
      crew.call('scaleIntegers', to + 4 * tap * inputs * stride, inputs * stride, alpha);
    });
  }

  /** When the crew is done. @throws TrainingError `SUMS_TOO_LARGE` where a sum might not have fitted 32 bits. */
  check(): void {
    const sums = this.#run.space.doubles(this.#most, this.#currents.stride);
    if (sums.every((sum) => sum < 2 ** 31)) return;
    throw new TrainingError('SUMS_TOO_LARGE', 'A sum of rounded gradients passes 32 bits; lower the batch.');
  }

  #codes(frame: number): number {
    const { height, width, stride, address } = this.#currents;
    return address + frame * height * width * stride;
  }

  #packMaps(first: number, frames: number): void {
    const { crew } = this.#run;
    const [mapBytes, pixelBytes] = [this.#block.at('mapBytes'), this.#block.at('pixelBytes')];
    const { address, bytes } = this.#input;
    const pixels = this.#currents.height * this.#currents.width;
    const some = this.#plan.rooms.own('some');
    for (let bit = 0; bit < this.#bits; bit++) {
      crew.each(frames, (frame) => {
        const map = address + (first + frame) * bytes;
        const rows = this.#block.at('maps') + bit * mapBytes + frame * this.#frameBytes;
        crew.call('packMapRows', this.#conv, map, bit, this.#words, rows, some);
        if (bit === 0) return;
        const windows = this.#block.at('windows') + bit * pixelBytes + frame * pixels;
        crew.call('someInWindows', this.#conv, some, windows);
      });
    }
  }
}
