/** What a filter of events is, and what one registers. */
import type { DescribedOption, OptionValue, OptionValues } from '../events/described-options.ts';
import type { EventArrays, EventBatch, SensorGeometry } from '../events/index.ts';

/** What became of a filter's events. `events` and `added` together are `kept`, `held` and all of `removed`. */
export interface FilterReport {
  /** Name of the filter, as in its {@link FilterSpec}. */
  readonly filter: string;
  /** Events that came. */
  readonly events: number;
  /** Events that were handed on. */
  readonly kept: number;
  /** Events that the filter made. */
  readonly added: number;
  /** Events that wait in it. */
  readonly held: number;
  /** Events that were left out, by reason; reasons without any are left out. */
  readonly removed: Readonly<Record<string, number>>;
}

/**
 * Push class: batches of one camera or recording in, what is left of them out. The state is of this camera alone; a batch of
 * another time segment (`EventBatch.segment`) begins anew. Where batches are cut never changes the events that come out.
 *
 * An event outside the sensor is left out and counted, as `outside-sensor`. Nothing asks for events in order of time; what a
 * filter makes of an event that is earlier than one before it is in its description.
 */
export interface EventFilter {
  /** The sensor of the events that come out. */
  readonly sensor: SensorGeometry;
  readonly report: FilterReport;
  /** Events that wait in it. */
  readonly held: number;
  /**
   * The events of a batch that are left. The batch is not kept, and not written to unless it is its own `room`.
   *
   * @param room arrays, as long as the batch at least, for the events that are left; the batch's own are allowed. A filter
   * that makes or holds events takes others. Default: arrays of their own.
   */
  push(batch: EventBatch, room?: EventArrays): EventBatch[];
  /** Ends the stream: the events that wait. The filter is then as new, but for its report. */
  finish(): EventBatch[];
  /** Lets go of the events that wait. @returns how many; they are in no count of the report then. */
  abandon(): number;
}

/** A value of an option. */
export type FilterValue = OptionValue;

/** An option of a filter. */
export type FilterOption = DescribedOption;

/** The options that a filter describes, as values. */
export type FilterOptions<Described extends Readonly<Record<string, FilterOption>>> = OptionValues<Described>;

/** A filter as plain data: its name and every one of its options. Stored in model files and manifests. */
export interface FilterSpec {
  readonly filter: string;
  readonly [option: string]: FilterValue;
}

/** What makes a filter known: one file in `filters`, one line in the registry. */
export interface FilterDefinition<
  Described extends Readonly<Record<string, FilterOption>> = Readonly<Record<string, FilterOption>>,
> {
  /** `background-activity`. */
  readonly id: string;
  /** In one sentence. */
  readonly summary: string;
  /** Where the rule is from. */
  readonly source: string;
  /** As on the command line. */
  readonly example: string;
  /** Reasons to leave events out, beside `outside-sensor`. */
  readonly reasons: readonly string[];
  readonly options: Described;
  /** Values of options that go together, by name: `like:jaer`. */
  readonly presets?: Readonly<Record<string, Partial<FilterOptions<Described>>>>;
  /** The sensor of the events that come out, where it is another. @throws FilterError `WRONG_SENSOR` */
  sensorAfter?(sensor: SensorGeometry, options: FilterOptions<Described>): SensorGeometry;
  /** What is wrong with options that are right each for itself; `null`: nothing. */
  check?(options: FilterOptions<Described>): string | null;
  /** @throws FilterError `WRONG_SENSOR` */
  create(sensor: SensorGeometry, options: FilterOptions<Described>): EventFilter;
}

/** A definition among others: its options are checked before they come to it. */
export type AnyFilterDefinition = Omit<FilterDefinition, 'sensorAfter' | 'check' | 'create' | 'presets'> & {
  readonly presets?: Readonly<Record<string, Readonly<Record<string, FilterValue>>>>;
  sensorAfter?(sensor: SensorGeometry, options: Readonly<Record<string, FilterValue>>): SensorGeometry;
  check?(options: Readonly<Record<string, FilterValue>>): string | null;
  create(sensor: SensorGeometry, options: Readonly<Record<string, FilterValue>>): EventFilter;
};

/** Keeps the types of a definition's options while it is written. */
export function defineFilter<const Described extends Readonly<Record<string, FilterOption>>>(
  definition: FilterDefinition<Described>,
): AnyFilterDefinition {
  return definition as unknown as AnyFilterDefinition;
}
