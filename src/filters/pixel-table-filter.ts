/** Filters that move single pixels. */
import type { SensorGeometry } from '../events/index.ts';
import { EventwiseFilter } from './eventwise-filter.ts';
import { StatelessKernel } from './selection/kernel-selection.ts';
import { PlainSelection, type Judged } from './selection/plain-selection.ts';

/** x of the place in the lower half, y above it; {@link GONE} leaves events out. */
type PixelTable = Int32Array;

const GONE = -1;

class PlainPixelTable extends PlainSelection {
  readonly #table: PixelTable;

  constructor(sensor: SensorGeometry, table: PixelTable) {
    super(sensor, ['x', 'y']);
    this.#table = table;
  }

  protected judge({ length, places, keeps, moved: { x, y } }: Judged): void {
    const table = this.#table;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const place = table[places[i]!]!;
      x[i] = place;
      y[i] = place >> 16;
      keeps[i] = (place >>> 31) ^ 1;
    }
  }
}

/**
 * Sends the events of pixel (x, y) to another pixel of the same sensor.
 *
 * @param sensor of 32,767 pixels a side at most.
 * @param placeOf index of the place, negative for none.
 */
export function pixelTableFilter(
  id: string,
  sensor: SensorGeometry,
  reason: string,
  placeOf: (x: number, y: number) => number,
): EventwiseFilter {
  const { width, height } = sensor;
  const pixels = width * height;
  // One more, for events outside.
  const table = new Int32Array(pixels + 1).fill(GONE);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = placeOf(x, y);
      if (place >= 0) table[y * width + x] = (Math.floor(place / width) << 16) | (place % width);
    }
  }
  return new EventwiseFilter({
    ...{ id, reason, sensor },
    plain: () => new PlainPixelTable(sensor, table),
    kernel: new StatelessKernel(
      {
        loop: 'table',
        sensor,
        moves: ['x', 'y'],
        fields: { stride: width, first: 0, waste: pixels },
      },
      table,
    ),
  });
}
