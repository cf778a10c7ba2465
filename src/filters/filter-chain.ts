/** Filters, one behind the other. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import { FilterError } from './errors.ts';
import type { EventFilter, FilterReport, FilterSpec } from './event-filter.ts';
import { filterDefinition } from './filter-spec.ts';

/** See {@link FilterChain}. */
export interface FilterChainOptions {
  /** The sensor, whatever events state. Default: what the first batch states. */
  readonly sensor?: SensorGeometry | null;
  /** Whether pushed batches are nobody else's: what is left of their events then stays in their memory. */
  readonly ownsBatches?: boolean;
}

/**
 * Push class: the events of one camera or recording through filters, in order. Without filters, batches go through as they
 * are.
 *
 * Where batches are cut never changes the events that come out.
 *
 * @throws FilterError in `push`, for a sensor that nobody states or that a filter cannot work on.
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
  #filters: readonly EventFilter[] | undefined;

  constructor(specs: readonly FilterSpec[], options: FilterChainOptions = {}) {
    this.#specs = specs;
    this.#options = options;
  }

  /** The account of each filter, in order; none before the first event. */
  get reports(): readonly FilterReport[] {
    return this.#filters?.map(({ report }) => report) ?? [];
  }

  /** Events that wait in filters. */
  get held(): number {
    return this.#filters?.reduce((sum, { report: { held } }) => sum + held, 0) ?? 0;
  }

  /** What is left of the next events. */
  push(batch: EventBatch): EventBatch[] {
    if (batch.length === 0 || this.#specs.length === 0) return [batch];
    this.#filters ??= this.#create(this.#options.sensor ?? batch.geometry);
    return this.#pass([batch], 0, this.#options.ownsBatches ?? false);
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
