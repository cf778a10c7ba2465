/** Filters as plain data: checked, and every option stated. */
import type { SensorGeometry } from '../events/index.ts';
import { FilterError } from './errors.ts';
import type { AnyFilterDefinition, FilterOption, FilterSpec, FilterValue } from './event-filter.ts';
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
  const preset = like === undefined ? {} : presetOf(definition, like);
  for (const name of Object.keys(stated)) {
    if (Object.hasOwn(definition.options, name)) continue;
    const names = [...Object.keys(definition.options), ...(definition.presets ? ['like'] : [])];
    const known = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
    throw badOption(filter, `Filter ${filter} has no option "${name}". ${known}`);
  }
  const options = Object.fromEntries(
    Object.entries(definition.options).map(([name, option]): [string, FilterValue] => [
      name,
      checkedValue(filter, name, option, stated[name] ?? preset[name] ?? option.default),
    ]),
  );
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

function presetOf(definition: AnyFilterDefinition, like: unknown): Readonly<Record<string, FilterValue>> {
  const { id, presets = {} } = definition;
  if (typeof like === 'string' && Object.hasOwn(presets, like)) return presets[like]!;
  const names = Object.keys(presets).join(', ');
  throw badOption(
    id,
    `Filter ${id} is like ${names === '' ? 'nothing else' : names}, not like "${String(like)}".`,
  );
}

function checkedValue(filter: string, name: string, option: FilterOption, value: unknown): FilterValue {
  const refuse = (wanted: string): never => {
    const got = value === undefined ? 'is not stated' : `is ${JSON.stringify(value)}`;
    throw badOption(filter, `Option ${name} of filter ${filter} ${got}; it must be ${wanted}.`);
  };
  switch (option.kind) {
    case 'integer':
    case 'number': {
      const { kind, min, max, unit } = option;
      const whole = kind === 'number' || Number.isInteger(value);
      if (typeof value === 'number' && whole && value >= min && value <= max) return value;
      return refuse(
        `a ${kind === 'integer' ? 'whole ' : ''}number from ${min} to ${max}${unit ? ` ${unit}` : ''}`,
      );
    }
    case 'flag':
      return typeof value === 'boolean' ? value : refuse('true or false');
    case 'choice':
      if (typeof value === 'string' && option.choices.includes(value)) return value;
      return refuse(`one of ${option.choices.join(', ')}`);
    case 'text':
      return typeof value === 'string' && option.pattern.test(value) ? value : refuse(option.text);
  }
}

function badOption(filter: string, message: string): FilterError {
  return new FilterError('BAD_FILTER_OPTION', filter, message);
}
