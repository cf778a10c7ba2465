/** When each pixel last had an event, in 32 bits, so that comparing costs one subtraction. */
import type { SensorGeometry } from '../events/index.ts';

/** Times are within so many microseconds of the epoch: a step that leads further moves it. */
export const TIME_REACH: number = 2 ** 28;
/** No option may be longer, so that differences stay in 32 bits. */
export const MAX_SPAN_MICROS = 100_000_000;
/** No event yet: long before every time. */
export const NEVER: number = -(2 ** 30);
/** Too long ago to be told from other times. */
const LONG_AGO: number = NEVER + 2;
const EVER: number = 2 ** 29;

/** Where the times of a sensor's pixels are in their cells: pixel (x, y) at `first + y * stride + x`. */
export interface TimeCells {
  readonly stride: number;
  readonly first: number;
  /** How many there are. */
  readonly length: number;
}

/** Cells with a border of one pixel on all sides. */
export function timeCells({ width, height }: SensorGeometry): TimeCells {
  const stride = width + 2;
  return { stride, first: stride + 1, length: stride * (height + 2) };
}

/** The last time of each pixel as `(t - epoch) * 2 + mark`, the mark a bit for whoever uses it; a border never has one. */
export class PixelTimes {
  /** Microseconds. */
  epoch = 0;
  readonly #sensor: SensorGeometry;
  readonly #cells: () => Int32Array;

  /** @param cells as many as {@link timeCells} says at least, in memory that may move. */
  constructor(sensor: SensorGeometry, cells: () => Int32Array) {
    this.#sensor = sensor;
    this.#cells = cells;
  }

  get cells(): Int32Array {
    return this.#cells();
  }

  /**
   * Forgets all. @param micros time of the first event. @param lastMicros what counts as the last time of every pixel.
   * Default: never.
   */
  begin(micros: number, lastMicros: number = -Infinity): void {
    const { cells } = this;
    this.epoch = micros;
    cells.fill(NEVER);
    const value = lastMicros - micros;
    if (!(value > -TIME_REACH)) return;
    const { width, height } = this.#sensor;
    const { stride, first } = timeCells(this.#sensor);
    for (let y = 0; y < height; y++) {
      const row = first + y * stride;
      cells.fill(2 * Math.min(value, EVER / 2), row, row + width);
    }
  }

  /**
   * Makes this time the epoch. What is further away than it reaches is earlier, or later, than every time near it, and no more
   * is known of it: where time goes back by minutes inside a time segment and then forth again, what was before is long ago.
   *
   * @returns the epoch.
   */
  moveTo(micros: number): number {
    const by = 2 * (micros - this.epoch);
    const { cells } = this;
    for (let i = 0; i < cells.length; i++) {
      const moved = cells[i]! - by;
      if (cells[i]! !== NEVER) cells[i] = moved < -EVER ? LONG_AGO : moved > EVER ? EVER : moved;
    }
    this.epoch = micros;
    return micros;
  }
}
