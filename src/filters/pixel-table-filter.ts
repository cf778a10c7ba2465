/** Filters that move single pixels. */
import type { EventArrays, EventBatch, SensorGeometry } from '../events/index.ts';
import { EventwiseFilter } from './eventwise-filter.ts';

/** Sends the events of pixel (x, y) to the place `table[y * width + x]` of the same sensor, negative: leaves them out. */
export class PixelTableFilter extends EventwiseFilter {
  readonly #reason: string;
  /** x of the place in the lower half, y above it. */
  readonly #table: Int32Array;

  /** @param placeOf index of the place, negative for none. */
  constructor(id: string, sensor: SensorGeometry, reason: string, placeOf: (x: number, y: number) => number) {
    super(id, sensor);
    const { width, height } = sensor;
    this.#reason = reason;
    this.#table = new Int32Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const place = placeOf(x, y);
        this.#table[y * width + x] = place < 0 ? -1 : (Math.floor(place / width) << 16) | (place % width);
      }
    }
  }

  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, x: toX, y: toY, p: toP } = room;
    const { width, height } = this.sensor;
    const table = this.#table;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      const place = table[Math.imul(row, width) + column]!;
      toT[kept] = t[i]!;
      toP[kept] = p[i]!;
      toX[kept] = place;
      toY[kept] = place >> 16;
      kept += (place >>> 31) ^ 1;
    }
    this.remove('outside-sensor', outside);
    this.remove(this.#reason, length - outside - kept);
    return kept;
  }
}
