/** Moves events in time by chance, for experiments. */
import { EventSorter, SeededRandom, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import {
  defineFilter,
  type AnyFilterDefinition,
  type EventFilter,
  type FilterReport,
} from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

interface Options {
  readonly stdMicros: number;
  readonly seed: number;
}

/** Larger ones are cut, so that events wait for a bounded time. */
const MOST_DEVIATIONS = 4;

/** Moves times; what comes out is out of order. */
class Jitter extends PlainSelection {
  readonly #stdMicros: number;
  readonly #seed: number;
  #segments = 0;
  #random: SeededRandom;

  constructor(sensor: SensorGeometry, { stdMicros, seed }: Options) {
    super(sensor, ['t']);
    this.#stdMicros = stdMicros;
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
  }

  override begin(): boolean {
    this.#random = new SeededRandom(this.#seed, this.#segments++);
    return true;
  }

  override end(): void {
    this.#segments = 0;
  }

  protected judge({ t, length, keeps, moved }: Judged): void {
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const deviation = Math.max(-MOST_DEVIATIONS, Math.min(MOST_DEVIATIONS, this.#random.normal()));
      // Adding 0 makes no event come at -0.
      moved.t[i] = Math.round(t[i]! + deviation * this.#stdMicros) + 0;
    }
  }
}

/** Puts what was moved into order again. */
class TimeJitterFilter implements EventFilter {
  readonly sensor: SensorGeometry;
  readonly #jitter: EventwiseFilter;
  readonly #delayMicros: number;
  #sorter: EventSorter;
  #kept = 0;
  #abandoned = 0;

  constructor(sensor: SensorGeometry, options: Options) {
    this.sensor = sensor;
    this.#jitter = new EventwiseFilter({
      ...{ id: 'time-jitter', reason: 'time-jitter', sensor },
      plain: () => new Jitter(sensor, options),
      kernel: null,
    });
    this.#delayMicros = Math.ceil(2 * MOST_DEVIATIONS * options.stdMicros) + 1;
    this.#sorter = this.#newSorter();
  }

  get held(): number {
    return this.report.held;
  }

  get report(): FilterReport {
    const { events, kept, ...report } = this.#jitter.report;
    const held = kept - this.#kept - this.#abandoned;
    return { ...report, events: events - this.#abandoned, kept: this.#kept, held };
  }

  push(batch: EventBatch): EventBatch[] {
    // The sorter keeps what it gets: into fresh memory.
    return this.#counted(this.#jitter.push(batch).flatMap((moved) => this.#sorter.push(moved)));
  }

  finish(): EventBatch[] {
    this.#jitter.finish();
    const left = this.#counted(this.#sorter.finish());
    this.#sorter = this.#newSorter();
    return left;
  }

  abandon(): number {
    const { held } = this.report;
    this.#abandoned += held;
    this.#sorter = this.#newSorter();
    return held;
  }

  /** An event that was late before it was moved is handed on where it came. */
  #newSorter(): EventSorter {
    return new EventSorter({ maxDelayMicros: this.#delayMicros, late: 'deliver' });
  }

  #counted(batches: EventBatch[]): EventBatch[] {
    for (const { length } of batches) this.#kept += length;
    return batches;
  }
}

/**
 * Adds a normally distributed deviation, of at most 4 standard deviations, to each time, rounds to whole microseconds and puts
 * the events into order again: an event waits until time has gone on by 8 standard deviations. An event that came later than
 * that is handed on where it came. The first events of a segment may have times before it. The same seed gives the same
 * events, for each time segment a sequence of its own.
 */
export const timeJitter: AnyFilterDefinition = defineFilter({
  id: 'time-jitter',
  summary: 'moves events in time by chance, for experiments',
  source: "Tonic's TimeJitter, put into order and seeded",
  example: 'time-jitter=stdMicros:100,seed:1',
  reasons: [],
  options: {
    stdMicros: { kind: 'number', min: 0, max: 10_000_000, unit: 'µs', text: 'standard deviation' },
    seed: { kind: 'integer', min: 0, max: 2 ** 31 - 1, default: 0, text: 'of the random numbers' },
  },
  create: (sensor, options) => new TimeJitterFilter(sensor, options),
});
