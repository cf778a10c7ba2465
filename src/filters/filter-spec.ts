/** Filters as plain data: checked, and every option stated. */
import { checkedOptions, presetValues } from '../events/described-options.ts';
import type { SensorGeometry } from '../events/index.ts';
import { FilterError } from './errors.ts';
import type { AnyFilterDefinition, FilterSpec } from './event-filter.ts';
import { eventFilters } from './registry.ts';

/** A filter as people write it: options that are not stated have their default, or that of a preset (`like`). */
export interface FilterRequest {
  readonly filter: string;
  readonly [option: string]: unknown;
}

/** @throws FilterError `UNKNOWN_FILTER` */
export function filterDefinition(id: string): AnyFilterDefinition {
  const definition = eventFilters.find((known) => known.id === id);
  if (definition !== undefined) return definition;
  const names = eventFilters.map((known) => known.id).join(', ');
  throw new FilterError('UNKNOWN_FILTER', id, `No filter is called "${id}". There are ${names}.`);
}

/**
 * Checks a filter and states all its options, so that its meaning does not change with defaults.
 *
 * @throws FilterError for a filter or option that there is not, a value that is not taken, and an option without default
 * that is not stated.
 *
 * @example
 * ```ts
 * import { filterSpec } from 'saccade';
 * console.log(filterSpec({ filter: 'refractory', periodMicros: 500 })['restart']); // 'every-event'
 * ```
 */
export function filterSpec({ filter, like, ...stated }: FilterRequest): FilterSpec {
  const definition = filterDefinition(filter);
  const owner = {
    owner: `filter ${filter}`,
    described: definition.options,
    others: definition.presets ? ['like'] : [],
    refuse: (message: string) => badOption(filter, message),
  };
  const preset = presetValues(owner, definition.presets ?? {}, like);
  const options = checkedOptions(owner, stated, preset);
  const problem = definition.check?.(options) ?? null;
  if (problem !== null) throw badOption(filter, `Filter ${filter}: ${problem}.`);
  return { filter, ...options };
}

/**
 * The size of the sensor whose events come out of filters, in order.
 *
 * @throws FilterError `WRONG_SENSOR`
 *
 * @example
 * ```ts
 * import { filterSpec, sensorBehind } from 'saccade';
 * const filters = [filterSpec({ filter: 'transpose' }), filterSpec({ filter: 'downsample', by: 2 })];
 * console.log(sensorBehind(filters, { width: 346, height: 260 })); // { width: 130, height: 173 }
 * ```
 */
export function sensorBehind(filters: readonly FilterSpec[], sensor: SensorGeometry): SensorGeometry {
  return filters.reduce((size, { filter, ...options }) => {
    const definition = filterDefinition(filter);
    return definition.sensorAfter?.(size, options) ?? size;
  }, sensor);
}

function badOption(filter: string, message: string): FilterError {
  return new FilterError('BAD_FILTER_OPTION', filter, message);
}
