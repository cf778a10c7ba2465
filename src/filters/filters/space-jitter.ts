/** Moves events in space by chance, for experiments. */
import { SeededRandom, type SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

interface Options {
  readonly stdPixels: number;
  readonly seed: number;
}

class SpaceJitter extends PlainSelection {
  readonly #sensor: SensorGeometry;
  readonly #options: Options;
  #segments = 0;
  #random: SeededRandom;

  constructor(sensor: SensorGeometry, options: Options) {
    super(sensor, ['x', 'y']);
    this.#sensor = sensor;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  override begin(): boolean {
    this.#random = new SeededRandom(this.#options.seed, this.#segments++);
    return true;
  }

  override end(): void {
    this.#segments = 0;
  }

  protected judge({ x, y, length, keeps, moved }: Judged): void {
    const { width, height } = this.#sensor;
    const { stdPixels } = this.#options;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const column = Math.round(x[i]! + this.#random.normal() * stdPixels);
      const row = Math.round(y[i]! + this.#random.normal() * stdPixels);
      moved.x[i] = column;
      moved.y[i] = row;
      keeps[i] = column >= 0 && column < width && row >= 0 && row < height ? 1 : 0;
    }
  }
}

/**
 * Adds a normally distributed deviation to column and row, each for itself, and rounds to whole pixels; what leaves the sensor
 * is left out. The same seed gives the same events, for each time segment a sequence of its own. Times and order do not matter.
 */
export const spaceJitter: AnyFilterDefinition = defineFilter({
  id: 'space-jitter',
  summary: 'moves events in space by chance, for experiments',
  source: "Tonic's SpatialJitter, rounded (it truncates, which moves all by half a pixel) and seeded",
  example: 'space-jitter=stdPixels:1,seed:1',
  reasons: ['moved-outside'],
  options: {
    stdPixels: { kind: 'number', min: 0, max: 1000, unit: 'pixels', text: 'standard deviation' },
    seed: { kind: 'integer', min: 0, max: 2 ** 31 - 1, default: 0, text: 'of the random numbers' },
  },
  create: (sensor, options) =>
    new EventwiseFilter({
      ...{ id: 'space-jitter', reason: 'moved-outside', sensor },
      plain: () => new SpaceJitter(sensor, options),
      kernel: null,
    }),
});
