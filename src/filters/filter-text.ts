/** Filters as one word of a command line: `refractory=periodMicros:1ms,restart:kept-event`. */
import { optionsFromTexts, optionsText, splitOptions } from '../events/described-options.ts';
import { FilterError } from './errors.ts';
import type { FilterSpec } from './event-filter.ts';
import { filterDefinition, filterSpec } from './filter-spec.ts';

/**
 * Reads `NAME` or `NAME=option:value,option:value`. Times may have a unit (`2ms`), a flag needs no value, and a backslash
 * in front of a comma makes it a part of the value.
 *
 * @throws FilterError
 *
 * @example
 * ```ts
 * import { parseFilter } from 'saccade';
 * console.log(parseFilter('region=x:8,y:8,width:16,height:16')['width']); // 16
 * console.log(parseFilter('background-activity=like:jaer,windowMicros:25ms')['windowMicros']); // 25000
 * ```
 */
export function parseFilter(text: string): FilterSpec {
  const { filter, options } = splitFilter(text);
  const described = filterDefinition(filter).options;
  return filterSpec({ ...optionsFromTexts(described, options), filter });
}

/**
 * The name and the texts of the options.
 *
 * @throws FilterError for an option without a name, or stated twice.
 */
export function splitFilter(text: string): {
  readonly filter: string;
  readonly options: Readonly<Record<string, string>>;
} {
  const { name, options } = splitOptions(
    text,
    (owner, problem) => new FilterError('BAD_FILTER_OPTION', owner, `Filter "${text}": ${problem}.`),
  );
  return { filter: name, options };
}

/**
 * The text that {@link parseFilter} makes this filter of, with every option stated.
 *
 * @example
 * ```ts
 * import { filterText, parseFilter } from 'saccade';
 * console.log(filterText(parseFilter('decimate=n:3'))); // 'decimate=n:3,of:pixel'
 * ```
 */
export function filterText({ filter, ...options }: FilterSpec): string {
  return optionsText(filter, options);
}
