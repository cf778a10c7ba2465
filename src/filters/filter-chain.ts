/** Filters, one behind the other. */
import { integerOption, type EventBatch, type SensorGeometry } from '../events/index.ts';
import { FilterError } from './errors.ts';
import type { EventFilter, FilterReport, FilterSpec } from './event-filter.ts';
import { filterDefinition } from './filter-spec.ts';

/** So many events may wait in filters: 0.9 GB, and as much again at a time segment's end. */
export const DEFAULT_MAX_HELD_EVENTS: number = 2 ** 26;

/** See {@link FilterChain}. */
export interface FilterChainOptions {
  /** The sensor, whatever events state. Default: what the first batch states. */
  readonly sensor?: SensorGeometry | null;
  /** Whether pushed batches are nobody else's: what is left of their events then stays in their memory. */
  readonly ownsBatches?: boolean;
  /**
   * Most events that may wait in filters (whole time segments: `reverse-time`, `drop=by:time`, `hot-pixels=learn:recording`; the last ones: `time-jitter`), 13 bytes each;
   * of a filter of whole segments, as many again at a segment's end. `Infinity` where whoever pushes looks at {@link FilterChain.held}.
   * Default {@link DEFAULT_MAX_HELD_EVENTS}.
   */
  readonly maxHeldEvents?: number | undefined;
}

/**
 * Push class: the events of one camera or recording through filters, in order. Without filters, batches go through as they
 * are.
 *
 * Where batches are cut never changes the events that come out.
 *
 * @throws OptionError for a limit that is none; FilterError in `push`, for a sensor that nobody states or that a filter cannot work on,
 * and `TOO_MANY_HELD`, which lets the events that wait go.
 *
 * @example
 * ```ts
 * import { batchFromTuples, FilterChain, parseFilter } from 'saccade';
 * const chain = new FilterChain([parseFilter('polarity=keep:on'), parseFilter('flip')]);
 * const events = batchFromTuples([[0, 1, 2, 1], [5, 3, 3, 0]], { width: 4, height: 4 });
 * const [left] = [...chain.push(events), ...chain.finish()];
 * console.log(left?.length, left?.x[0]); // 1 2
 * console.log(chain.reports.map(({ removed }) => removed)); // [{ polarity: 1 }, {}]
 * ```
 */
export class FilterChain {
  readonly #specs: readonly FilterSpec[];
  readonly #options: FilterChainOptions;
  readonly #maxHeldEvents: number;
  #filters: readonly EventFilter[] | undefined;

  constructor(specs: readonly FilterSpec[], options: FilterChainOptions = {}) {
    const { maxHeldEvents = DEFAULT_MAX_HELD_EVENTS } = options;
    this.#specs = specs;
    this.#options = options;
    this.#maxHeldEvents =
      maxHeldEvents === Infinity ? Infinity : integerOption('maxHeldEvents', maxHeldEvents, 1);
  }

  /** The account of each filter, in order; none before the first event. */
  get reports(): readonly FilterReport[] {
    return this.#filters?.map(({ report }) => report) ?? [];
  }

  /** Events that wait in filters. */
  get held(): number {
    return this.#filters?.reduce((sum, { held }) => sum + held, 0) ?? 0;
  }

  /** What is left of the next events. */
  push(batch: EventBatch): EventBatch[] {
    if (batch.length === 0 || this.#specs.length === 0) return [batch];
    this.#filters ??= this.#create(this.#options.sensor ?? batch.geometry);
    const left = this.#pass([batch], 0, this.#options.ownsBatches ?? false);
    if (this.held > this.#maxHeldEvents) this.#refuse(batch);
    return left;
  }

  /** Ends the stream: what filters held. */
  finish(): EventBatch[] {
    const filters = this.#filters ?? [];
    let batches: EventBatch[] = [];
    filters.forEach((filter, i) => {
      batches = [...this.#pass(batches, i, true, i + 1), ...filter.finish()];
    });
    return batches;
  }

  /** Lets go of the events that wait. @returns how many. */
  abandon(): number {
    return this.#filters?.reduce((sum, filter) => sum + filter.abandon(), 0) ?? 0;
  }

  #refuse({ segment }: EventBatch): never {
    const filters = this.#filters!;
    const { filter } = filters.reduce((most, own) => (own.held > most.held ? own : most)).report;
    this.abandon();
    throw new FilterError(
      'TOO_MANY_HELD',
      filter,
      `More than ${this.#maxHeldEvents} events wait in filter ${filter}, in time segment ${segment}. Cut the recording (saccade cut), leave the filter out, or raise maxHeldEvents (--max-held-events) if there is memory for 26 bytes of each.`,
    );
  }

  /** What one filter made or moved is nobody else's: the next one works on it in place. */
  #pass(batches: EventBatch[], from: number, own: boolean, to?: number): EventBatch[] {
    let passing = batches;
    let inPlace = own;
    for (const filter of this.#filters!.slice(from, to)) {
      const next: EventBatch[] = [];
      for (const batch of passing) next.push(...filter.push(batch, inPlace ? batch : undefined));
      passing = next;
      inPlace = true;
    }
    return passing;
  }

  #create(sensor: SensorGeometry | null): EventFilter[] {
    const [first] = this.#specs;
    if (sensor === null) {
      throw new FilterError(
        'NO_SENSOR',
        first!.filter,
        `Filter ${first!.filter} needs the size of the sensor, and the recording does not state it: give it as geometry (--geometry WxH).`,
      );
    }
    let size = sensor;
    return this.#specs.map(({ filter, ...options }) => {
      const made = filterDefinition(filter).create(size, options);
      size = made.sensor;
      return made;
    });
  }
}
