/** Keeps every nth event. */
import type { EventArrays, EventBatch, SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';

class DecimateFilter extends EventwiseFilter {
  readonly #n: number;
  /** Events since the last kept one: of each pixel, or of all as if they were one. */
  readonly #counts: Uint32Array;
  readonly #perPixel: boolean;

  constructor(sensor: SensorGeometry, n: number, perPixel: boolean) {
    super('decimate', sensor);
    if (perPixel) requirePixels('decimate', sensor);
    this.#n = n;
    this.#perPixel = perPixel;
    this.#counts = new Uint32Array(perPixel ? sensor.width * sensor.height : 1);
  }

  protected override begin(): void {
    this.#counts.fill(0);
  }

  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, x: toX, y: toY, p: toP } = room;
    const { width, height } = this.sensor;
    const counts = this.#counts;
    const n = this.#n;
    const place = this.#perPixel ? -1 : 0;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      const at = (Math.imul(row, width) + column) & place;
      const count = counts[at]! + 1;
      const full = count === n ? 1 : 0;
      counts[at] = full === 1 ? 0 : count;
      toT[kept] = t[i]!;
      toX[kept] = column;
      toY[kept] = row;
      toP[kept] = p[i]!;
      kept += full;
    }
    this.remove('outside-sensor', outside);
    this.remove('decimated', length - outside - kept);
    return kept;
  }
}

/** Keeps the last of every n events, of each pixel or of the whole stream. Counts begin anew with a time segment; times and order do not matter. */
export const decimate: AnyFilterDefinition = defineFilter({
  id: 'decimate',
  summary: 'keeps every nth event',
  source: "Tonic's Decimation (of a pixel)",
  example: 'decimate=n:4',
  reasons: ['decimated'],
  options: {
    n: { kind: 'integer', min: 1, max: 2 ** 31 - 1, unit: 'events', text: 'of so many, the last is kept' },
    of: {
      kind: 'choice',
      choices: ['pixel', 'stream'],
      default: 'pixel',
      text: 'whether each pixel counts for itself',
    },
  },
  create: (sensor, { n, of }) => new DecimateFilter(sensor, n, of === 'pixel'),
});
