/** Keeps every nth event. */
import type { SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import { KernelSelection, MAX_COMPUTED_SIDE } from '../selection/kernel-selection.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

class Decimation extends PlainSelection {
  readonly #n: number;
  /** Events since the last kept one: of each pixel, or of all as if they were one. */
  readonly #counts: Uint32Array;
  readonly #perPixel: boolean;

  constructor(sensor: SensorGeometry, n: number, perPixel: boolean) {
    super(sensor);
    this.#n = n;
    this.#perPixel = perPixel;
    this.#counts = new Uint32Array(perPixel ? sensor.width * sensor.height : 1);
  }

  override begin(): boolean {
    this.#counts.fill(0);
    return true;
  }

  protected judge({ length, places, keeps }: Judged): void {
    const counts = this.#counts;
    const n = this.#n;
    const place = this.#perPixel ? -1 : 0;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const at = places[i]! & place;
      const count = counts[at]! + 1;
      const full = count === n ? 1 : 0;
      counts[at] = full === 1 ? 0 : count;
      keeps[i] = full;
    }
  }
}

/** Of each pixel, in WebAssembly. */
class KernelDecimation extends KernelSelection {
  constructor(sensor: SensorGeometry, n: number) {
    const { width, height } = sensor;
    const pixels = width * height;
    // One more, for events outside.
    super({
      loop: 'decimated',
      sensor,
      cells: pixels + 1,
      fields: { stride: width, first: 0, waste: pixels, a: n },
    });
  }

  protected reset(): void {
    this.table.fill(0);
  }
}

function create(
  sensor: SensorGeometry,
  { n, of }: { readonly n: number; readonly of: 'pixel' | 'stream' },
): EventwiseFilter {
  const perPixel = of === 'pixel';
  if (perPixel) requirePixels('decimate', sensor);
  return new EventwiseFilter({
    ...{ id: 'decimate', reason: 'decimated', sensor },
    plain: () => new Decimation(sensor, n, perPixel),
    kernel: perPixel && sensor.width <= MAX_COMPUTED_SIDE ? new KernelDecimation(sensor, n) : null,
  });
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
  create,
});
