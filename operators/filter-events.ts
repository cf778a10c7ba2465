import { Observable, type OperatorFunction } from 'rxjs';
import type { EventBatch, SensorGeometry } from '../src/events/index.ts';
import { FilterChain, filterSpec, type FilterReport, type FilterRequest } from '../src/filters/index.ts';

/** Options of {@link filterEvents}. */
export interface FilterEventsOptions {
  /** The sensor, whatever events state. Default: what the first batch states. */
  readonly sensor?: SensorGeometry;
  /** Most events that may wait in filters; see `FilterChainOptions`. */
  readonly maxHeldEvents?: number;
  /** Called once when the stream ends, with the account of each filter. */
  readonly onReport?: (reports: readonly FilterReport[]) => void;
}

/**
 * Sends a stream through filters, in order, in front of a slicing operator; for one camera, as filters remember what each
 * pixel did. See {@link FilterChain}; the filters are those of the README's table, and `parseFilter` reads them from text.
 *
 * @throws FilterError at once for filters that there are not. The stream errors as {@link FilterChain} does.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { filterEvents } from 'saccade/operators';
 * const events = batchFromTuples([[0, 1, 1, 1], [10, 1, 2, 1], [20, 7, 7, 0]], { width: 8, height: 8 });
 * of(events)
 *   .pipe(filterEvents([{ filter: 'background-activity', windowMicros: 1000 }]))
 *   .subscribe(({ t }) => console.log(Array.from(t))); // [10]
 * ```
 */
export function filterEvents(
  filters: readonly FilterRequest[],
  { onReport, ...options }: FilterEventsOptions = {},
): OperatorFunction<EventBatch, EventBatch> {
  const specs = filters.map(filterSpec);
  return (batches) =>
    new Observable((subscriber) => {
      const chain = new FilterChain(specs, options);
      return batches.subscribe({
        next(batch) {
          try {
            for (const left of chain.push(batch)) subscriber.next(left);
          } catch (error) {
            subscriber.error(error);
          }
        },
        error(error) {
          subscriber.error(error);
        },
        complete() {
          for (const left of chain.finish()) subscriber.next(left);
          onReport?.(chain.reports);
          subscriber.complete();
        },
      });
    });
}
