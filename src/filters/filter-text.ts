/** Filters as one word of a command line: `refractory=periodMicros:1ms,restart:kept-event`. */
import { FilterError } from './errors.ts';
import type { FilterSpec, FilterValue } from './event-filter.ts';
import { filterDefinition, filterSpec } from './filter-spec.ts';

const MICROS_PER_UNIT: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1000, s: 1_000_000 };

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
  const values = Object.entries(options).map(([name, value]): [string, unknown] => {
    const option = Object.hasOwn(described, name) ? described[name] : undefined;
    switch (option?.kind) {
      case 'integer':
      case 'number':
        return [name, numberOf(value, option.unit)];
      case 'flag':
        return [name, value === '' || value === 'true' ? true : value === 'false' ? false : value];
      default:
        return [name, value];
    }
  });
  return filterSpec({ ...Object.fromEntries(values), filter });
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
  const equals = text.indexOf('=');
  const filter = (equals < 0 ? text : text.slice(0, equals)).trim();
  const options: Record<string, string> = {};
  const rest = equals < 0 ? '' : text.slice(equals + 1);
  for (const part of rest === '' ? [] : rest.split(/(?<!\\),/)) {
    const colon = part.indexOf(':');
    const name = (colon < 0 ? part : part.slice(0, colon)).trim();
    const problem = name === '' ? 'an option has no name' : `option ${name} is stated twice`;
    if (name === '' || Object.hasOwn(options, name)) {
      throw new FilterError(
        'BAD_FILTER_OPTION',
        filter,
        `Filter "${text}": ${problem}. Write NAME=option:value,option:value.`,
      );
    }
    options[name] = colon < 0 ? '' : part.slice(colon + 1).replaceAll('\\,', ',');
  }
  return { filter, options };
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
  const parts = Object.entries(options).map(([name, value]) => `${name}:${valueText(value)}`);
  return parts.length === 0 ? filter : `${filter}=${parts.join(',')}`;
}

function valueText(value: FilterValue): string {
  return String(value).replaceAll(',', '\\,');
}

/** A text that is no number stays one, so that the message shows it. */
function numberOf(text: string, unit: string | undefined): unknown {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(us|µs|ms|s)?$/i.exec(text.trim());
  if (match === null) return text;
  const [, digits, given] = match;
  if (given === undefined) return Number(digits);
  const factor = MICROS_PER_UNIT[given.toLowerCase()];
  return unit === 'µs' && factor !== undefined ? Number((Number(digits) * factor).toFixed(3)) : text;
}
