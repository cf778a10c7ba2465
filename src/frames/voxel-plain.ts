/** The loop that spreads a step's events over time bins, in TypeScript: the oracle of the kernel, and what runs without WebAssembly. */
import type { EventBatch } from '../events/index.ts';
import { allocateCounts } from './counts.ts';
import type { PixelMap } from './pixel-map.ts';
import type { FrameArray } from './types.ts';

/** What events are spread over. */
export interface VoxelPlan {
  readonly map: PixelMap;
  /** Of a frame. */
  readonly bins: number;
  /** The position of an event at the end of the span. */
  readonly most: number;
  /** Events from this position on have no place. */
  readonly dropAt: number;
  /** Whether OFF events count as −1. */
  readonly signed: boolean;
  /** Whether each polarity has cells of its own, OFF first. */
  readonly split: boolean;
}

/** Intervals between bins: an event in one is shared between the bins at its ends. */
export function intervalsOf({ most }: VoxelPlan): number {
  return Math.max(1, most);
}

/** Polarities that have cells of their own. */
export function partsOf({ split }: VoxelPlan): number {
  return split ? 2 : 1;
}

/** The values of a frame, and its events that are not in them. */
export interface Voxels {
  /** By polarity where these are split, bin, pixel. */
  readonly values: FrameArray;
  readonly outside: number;
  /** Events that have no place. */
  readonly unrepresented: number;
}

/** Makes the frames of one step after the other. */
export interface VoxelMaker {
  /**
   * @param durationMicros above 0.
   * @param room where the values are to be; default: an array of their own.
   */
  make(
    batches: readonly EventBatch[],
    startMicros: number,
    durationMicros: number,
    room?: FrameArray,
  ): Voxels;
}

/** Sums of the events in front of a bin and of those behind it are apart, and added when they are rounded. */
export class PlainVoxels implements VoxelMaker {
  readonly #plan: VoxelPlan;
  /** Of each cell the share of the earlier and that of the later bin. Cells are by polarity, interval, pixel. */
  readonly #sums: Float64Array;
  readonly #pixels: number;

  constructor(plan: VoxelPlan) {
    this.#plan = plan;
    this.#pixels = plan.map.output.width * plan.map.output.height;
    this.#sums = new Float64Array(2 * partsOf(plan) * intervalsOf(plan) * this.#pixels);
  }

  make(
    batches: readonly EventBatch[],
    startMicros: number,
    durationMicros: number,
    room?: FrameArray,
  ): Voxels {
    let [outside, unrepresented] = [0, 0];
    for (const batch of batches) {
      const left = this.#addBatch(batch, startMicros, durationMicros);
      outside += left.outside;
      unrepresented += left.unrepresented;
    }
    const parts = partsOf(this.#plan);
    const values = room ?? allocateCounts('float32', parts * this.#plan.bins * this.#pixels);
    for (let part = 0; part < parts; part++) this.#write(part, values);
    this.#sums.fill(0);
    return { values, outside, unrepresented };
  }

  #write(part: number, values: FrameArray): void {
    const { bins } = this.#plan;
    const intervals = intervalsOf(this.#plan);
    const pixels = this.#pixels;
    const sums = this.#sums;
    for (let bin = 0; bin < bins; bin++) {
      const to = (part * bins + bin) * pixels;
      const behind = 2 * (part * intervals + bin) * pixels;
      const before = behind - 2 * pixels + 1;
      for (let i = 0; i < pixels; i++)
        values[to + i] =
          (bin > 0 ? sums[before + 2 * i]! : 0) + (bin < intervals ? sums[behind + 2 * i]! : 0);
    }
  }

  #addBatch(
    { t, x, y, p, length }: EventBatch,
    start: number,
    duration: number,
  ): Pick<Voxels, 'outside' | 'unrepresented'> {
    const { map, most, dropAt, signed, split } = this.#plan;
    const { columns, rows, sensor } = map;
    const intervals = intervalsOf(this.#plan);
    const pixels = this.#pixels;
    const sums = this.#sums;
    const flip = map.flipPolarity ? 1 : 0;
    const negative = signed ? 1 : 0;
    const part = split ? intervals * pixels : 0;
    let [outside, unrepresented] = [0, 0];
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      const at = column < sensor.width && row < sensor.height ? columns[column]! + rows[row]! : -1;
      if (at < 0) {
        outside++;
        continue;
      }
      const on = (p[i]! ^ flip) & 1;
      // The order of operations is the peers'.
      const position = Math.max(0, Math.min(most, (most * (t[i]! - start)) / duration));
      const bin = Math.min(position | 0, intervals - 1);
      const later = position - bin;
      const sign = 1 - 2 * (negative & (on ^ 1));
      const cell = at + bin * pixels + on * part;
      sums[2 * cell]! += sign * (1 - later);
      sums[2 * cell + 1]! += sign * later;
      unrepresented += position >= dropAt ? 1 : 0;
    }
    return { outside, unrepresented };
  }
}
