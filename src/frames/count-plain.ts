/** The loops that count a frame's events, in TypeScript: the oracle of the kernel, and what runs without WebAssembly. */
import type { EventBatch } from '../events/index.ts';
import { allocateCounts } from './counts.ts';
import type { PixelMap } from './pixel-map.ts';
import { POLARITY_CHANNELS, type CountArray, type CountType } from './types.ts';

/** The counts of a frame, and its events that are not in them. */
export interface Counted {
  readonly counts: CountArray;
  /** Lost because a count was at its maximum. */
  readonly saturated: number;
  /** Outside the sensor or the part of it that is shown. */
  readonly outside: number;
}

/** Counts the events of one frame after the other. */
export interface EventCounter {
  /** @param room where the counts are to be; default: an array of their own. */
  count(batches: readonly EventBatch[], room?: CountArray): Counted;
}

/** How many counts a frame has. */
export function countsOf({ output: { width, height } }: PixelMap): number {
  return POLARITY_CHANNELS * width * height;
}

/** Counts in 32 bits and cuts once at the end, which is faster than testing every increment. */
export class PlainCounter implements EventCounter {
  readonly #map: PixelMap;
  readonly #countType: CountType;
  readonly #wide: Uint32Array;

  constructor(map: PixelMap, countType: CountType) {
    this.#map = map;
    this.#countType = countType;
    this.#wide = new Uint32Array(countsOf(map));
  }

  count(
    batches: readonly EventBatch[],
    room: CountArray = allocateCounts(this.#countType, this.#wide.length),
  ): Counted {
    const accumulateBatch = this.#map.identity ? accumulate : accumulateMapped;
    let outside = 0;
    for (const batch of batches) outside += accumulateBatch(batch, this.#wide, this.#map);
    const saturated = saturate(this.#wide, room);
    this.#wide.fill(0);
    return { counts: room, saturated, outside };
  }
}

/**
 * Adds the events of a batch; returns how many lay outside the sensor. The ON plane is chosen by mask (p is 0 or
 * 1): a branch on a nearly random polarity makes 147 million events a second, this 246 (one core, Node 20).
 */
function accumulate(
  { x, y, p, length }: EventBatch,
  counts: Uint32Array,
  { sensor: { width, height } }: PixelMap,
): number {
  const pixels = width * height;
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const column = x[i]!;
    const row = y[i]!;
    if (column >= width || row >= height) {
      outside++;
      continue;
    }
    counts[(-p[i]! & pixels) + Math.imul(row, width) + column]!++;
  }
  return outside;
}

/** The same into a frame of another size or orientation. Looking places up is slower than computing them, but exact. */
function accumulateMapped(batch: EventBatch, counts: Uint32Array, map: PixelMap): number {
  const { x, y, p, length } = batch;
  const { columns, rows, sensor, output } = map;
  const pixels = output.width * output.height;
  const flip = map.flipPolarity ? 1 : 0;
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const column = x[i]!;
    const row = y[i]!;
    const at = column < sensor.width && row < sensor.height ? columns[column]! + rows[row]! : -1;
    if (at < 0) outside++;
    else counts[(-(p[i]! ^ flip) & pixels) + at]!++;
  }
  return outside;
}

/** Copies, cutting at the target's maximum; returns what was cut off. */
function saturate(wide: Uint32Array, counts: CountArray): number {
  if (counts instanceof Uint32Array) {
    counts.set(wide);
    return 0;
  }
  const largest = counts instanceof Uint8Array ? 0xff : 0xffff;
  let lost = 0;
  for (let i = 0; i < wide.length; i++) {
    const count = wide[i]!;
    if (count > largest) lost += count - largest;
    counts[i] = count > largest ? largest : count;
  }
  return lost;
}
