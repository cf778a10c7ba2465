/** Leaves events out by chance, for experiments. */
import { SeededRandom, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition, type EventFilter } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';
import { WholeSegmentFilter } from '../whole-segment-filter.ts';

interface Options {
  readonly by: 'random' | 'area' | 'time';
  readonly share: number;
  readonly seed: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Single events, or those of a box. */
class DropEvents extends PlainSelection {
  readonly #sensor: SensorGeometry;
  readonly #options: Options;
  #segments = 0;
  #random: SeededRandom;
  #box: Box = { left: 0, top: 0, right: 0, bottom: 0 };

  constructor(sensor: SensorGeometry, options: Options) {
    super(sensor);
    this.#sensor = sensor;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  override begin(): boolean {
    this.#random = new SeededRandom(this.#options.seed, this.#segments++);
    if (this.#options.by === 'area') this.#box = this.#drawBox();
    return true;
  }

  override end(): void {
    this.#segments = 0;
  }

  protected judge({ x, y, length, keeps }: Judged): void {
    const { by, share } = this.#options;
    const { left, top, right, bottom } = this.#box;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const goes =
        by === 'random'
          ? this.#random.uniform() < share
          : x[i]! >= left && x[i]! < right && y[i]! >= top && y[i]! < bottom;
      if (goes) keeps[i] = 0;
    }
  }

  #drawBox(): Box {
    const { width, height } = this.#sensor;
    const { share } = this.#options;
    const [across, down] = [Math.round(width * share), Math.round(height * share)];
    const left = this.#random.integer(width - across + 1);
    const top = this.#random.integer(height - down + 1);
    return { left, top, right: left + across, bottom: top + down };
  }
}

/** A stretch of time. */
class DropTime extends WholeSegmentFilter {
  readonly #options: Options;
  #segments = 0;

  constructor(sensor: SensorGeometry, options: Options) {
    super('drop', sensor, 'dropped');
    this.#options = options;
  }

  protected override judge({ t, length }: EventBatch, keeps: Uint8Array): void {
    const { share, seed } = this.#options;
    const random = new SeededRandom(seed, this.#segments++);
    let first = Infinity;
    let last = -Infinity;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      first = Math.min(first, t[i]!);
      last = Math.max(last, t[i]!);
    }
    // Both ends count, as one of all events at one time.
    const span = last - first + 1;
    const from = first + random.uniform() * (1 - share) * span;
    const to = from + share * span;
    for (let i = 0; i < length; i++) if (t[i]! >= from && t[i]! < to) keeps[i] = 0;
  }

  protected override reset(): void {
    this.#segments = 0;
  }
}

function create(sensor: SensorGeometry, options: Options): EventFilter {
  if (options.by === 'time') return new DropTime(sensor, options);
  return new EventwiseFilter({
    ...{ id: 'drop', reason: 'dropped', sensor },
    plain: () => new DropEvents(sensor, options),
    kernel: null,
  });
}

/**
 * `random` leaves each event out with a probability. `area` leaves out a box whose sides are this share of the sensor's,
 * anywhere on it, the same in all of a time segment. `time` leaves out a stretch of a time segment, this share of the time from
 * its earliest event to its latest, anywhere in it; the segment is held in memory until it is over: not for live use. The same
 * seed gives the same, for each time segment its own. Times and order do not matter to the first two.
 */
export const drop: AnyFilterDefinition = defineFilter({
  id: 'drop',
  summary: 'leaves events out by chance, for experiments',
  source:
    "EventDrop (Gu et al., IJCAI 2021); Tonic's DropEvent, DropEventByArea, DropEventByTime (which measures from time 0)",
  example: 'drop=by:area,share:0.2,seed:1',
  reasons: ['dropped'],
  options: {
    by: {
      kind: 'choice',
      choices: ['random', 'area', 'time'],
      default: 'random',
      text: 'single events, a box, or a stretch of time',
    },
    share: { kind: 'number', min: 0, max: 1, text: 'of events, of each side, or of the time' },
    seed: { kind: 'integer', min: 0, max: 2 ** 31 - 1, default: 0, text: 'of the random numbers' },
  },
  create,
});
