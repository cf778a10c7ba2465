/**
 * Both products of a convolution with 1-bit weights and a gradient of signed powers of two, on vertical counters: sums of
 * rows of bits, exact integers in units of α. See kernels/training/counted-input-gradient.ts and its neighbour.
 */
import { TrainingError } from '../errors.ts';
import type { Geometry } from './conv-geometry.ts';
import type { Alpha } from './gradient-rounding.ts';
import { Layout, type Space } from './space.ts';
import type { CurrentsPlace, MapPlace, PlanContext, RunContext } from './stage.ts';

/** Output pixels that are taken at a time for the gradient of weights: their lists stay near the processor. */
const CHUNK_PIXELS = 32_768;
/** So many pixels of a frame keep all sums below 2^32. */
const MOST_PIXELS = 131_072;
const LEVELS = 16;
const CARRY_BYTES = 8192;
/** Off the powers of two, which would meet in the caches. */
const APART = 320;

/** The block in the order of kernels/training/counters.ts. */
const FIELDS = [
  'words',
  'alpha',
  'table',
  'zeros',
  'lists',
  'listBytes',
  'starts',
  'gathered',
  'counters',
  'slots',
  'carries',
  'carryBytes',
  'scratch',
  'maps',
  'mapBytes',
  'windows',
  'pixelBytes',
  'columns',
  'tile',
] as const;
type Field = (typeof FIELDS)[number];

/** See the file comment. */
export class CountedProducts {
  readonly #geometry: Geometry;
  readonly #input: MapPlace;
  readonly #currents: CurrentsPlace;
  readonly #plan: PlanContext;
  readonly #block: number;
  readonly #places: Readonly<Record<Exclude<Field, 'alpha'>, number>>;
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
    const chunk = Math.min(frames, Math.max(1, Math.floor(CHUNK_PIXELS / pixels)));
    const bits = 32 - Math.clz32(input.bound);
    const pixelBytes = 16 * Math.ceil((chunk * pixels) / 16) + APART;
    const listBytes = 4 * Math.max(pixels * channels, chunk * pixels) + APART;
    const mapBytes = chunk * rows * 32 * words;
    // All of it is needed by one layer at a time.
    const layout = new Layout();
    this.#some = layout.reserve(rows);
    this.#places = {
      words,
      table: layout.reserve(taps * channels * 32 * words),
      zeros: layout.reserve(16 * words),
      lists: layout.reserve(bits * LEVELS * listBytes),
      listBytes,
      starts: layout.reserve((pixels + 1) * 4 * LEVELS),
      gathered: layout.reserve(4 * Math.max(taps * channels, chunk * pixels) + 256),
      counters: layout.reserve(512 * words),
      slots: layout.reserve(4096),
      carries: layout.reserve(2 * CARRY_BYTES),
      carryBytes: CARRY_BYTES,
      scratch: layout.reserve(1024),
      maps: layout.reserve(bits * mapBytes),
      mapBytes,
      windows: layout.reserve(bits * pixelBytes),
      pixelBytes,
      columns: layout.reserve(9 * pixelBytes),
      tile: layout.reserve(taps * 8 * 4 * 16 * Math.ceil(input.channels / 16)),
    };
    plan.rooms.need('counting', layout.bytes);
    // Sixteen pixels are read at a time.
    plan.rooms.need('codes', (frames * pixels + 16) * channels);
    this.#block = plan.layout.reserve(4 * FIELDS.length);
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
    const values = FIELDS.map((field) => (field === 'alpha' ? 0 : this.#valueOf(field)));
    run.space.words(this.#block, FIELDS.length).set(values);
  }

  #valueOf(field: Exclude<Field, 'alpha'>): number {
    const number = field === 'words' || field.endsWith('Bytes');
    return this.#places[field] + (number ? 0 : this.#plan.rooms.at('counting'));
  }

  /**
   * From the codes in their room.
   *
   * @param signs of the weights, int16.
   * @param to receives float32 like the map.
   */
  inputGradient(samples: number, signs: number, alpha: Alpha, to: number): void {
    const { kernel, space } = this.#run;
    const { words } = this.#places;
    const count = samples * this.#plan.steps * this.#input.bytes;
    if (alpha === null) return void space.floats(to, count).fill(NaN);
    this.#setAlpha(space, alpha);
    const [table, scratch] = [this.#valueOf('table'), this.#valueOf('scratch')];
    kernel.packSignRows(this.#conv, signs, words, table, scratch);
    space.u8.fill(0, this.#valueOf('zeros'), this.#valueOf('zeros') + 16 * words);
    for (let frame = 0; frame < samples * this.#plan.steps; frame++) {
      const codes = this.#codes(frame);
      kernel.countedInputGradient(this.#conv, this.#block, codes, to + 4 * frame * this.#input.bytes);
    }
  }

  /**
   * From the codes in their room.
   *
   * @param to float32 `[taps, input channels, channels]`, all 0.
   * @throws TrainingError `SUMS_TOO_LARGE` where a sum might not fit 32 bits.
   */
  weightGradient(samples: number, alpha: Alpha, to: number): void {
    const { kernel, space } = this.#run;
    const { kernel: taps } = this.#geometry;
    const { stride } = this.#currents;
    const { words } = this.#places;
    const count = taps[0] * taps[1] * this.#input.channels * stride;
    if (alpha === null) return void space.floats(to, count).fill(NaN);
    space.u8.fill(0, this.#valueOf('zeros'), this.#valueOf('zeros') + 16 * words);
    const frames = samples * this.#plan.steps;
    let most = 0;
    for (let first = 0; first < frames; first += this.#chunkFrames) {
      const chunk = Math.min(this.#chunkFrames, frames - first);
      this.#packMaps(first, chunk);
      const [codes, bits, bytes] = [this.#codes(first), this.#bits, this.#frameBytes];
      most +=
        kernel.countedWeightGradient(this.#conv, this.#block, codes, chunk, bits, bytes, to, 0, stride) >>> 0;
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
    return this.#plan.rooms.at('codes') + frame * height * width * stride;
  }

  #packMaps(first: number, frames: number): void {
    const { kernel } = this.#run;
    const { words, mapBytes, pixelBytes } = this.#places;
    const { address, bytes } = this.#input;
    const pixels = this.#currents.height * this.#currents.width;
    const some = this.#plan.rooms.at('counting') + this.#some;
    for (let bit = 0; bit < this.#bits; bit++) {
      for (let frame = 0; frame < frames; frame++) {
        const map = address + (first + frame) * bytes;
        const rows = this.#valueOf('maps') + bit * mapBytes + frame * this.#frameBytes;
        kernel.packMapRows(this.#conv, map, bit, words, rows, some);
        if (bit === 0) continue;
        kernel.someInWindows(this.#conv, some, this.#valueOf('windows') + bit * pixelBytes + frame * pixels);
      }
    }
  }

  #setAlpha(space: Space, alpha: number): void {
    space.floats(this.#block + 4, 1)[0] = alpha;
  }
}
