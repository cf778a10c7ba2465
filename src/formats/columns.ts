/** Names of the four columns of an event, and units of time, as CSV files and NumPy arrays spell them. */
import { OptionError } from '../events/index.ts';

/** A column that an event needs. */
export type ColumnRole = 't' | 'x' | 'y' | 'p';

/** All four. */
export const COLUMN_ROLES: readonly ColumnRole[] = ['t', 'x', 'y', 'p'];

/** Unit of recorded times. Canonical times are whole microseconds: finer ones are rounded to the nearest. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** All units. */
export const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** Decimal places by which a time in a unit is shifted to make microseconds. */
export const DECIMAL_SHIFT: Readonly<Record<TimeUnit, number>> = { s: 6, ms: 3, us: 0, ns: -3 };

/** What readers of columns may be told. */
export interface ColumnTimeOptions {
  /** Unit of the times. Default: what the column's name says (`t_ns`, `timestamp [us]`), else `us`. */
  readonly timeUnit?: TimeUnit;
}

/** Checks the option. @throws OptionError. */
export function timeUnitOption(unit: TimeUnit | undefined): TimeUnit | undefined {
  if (unit === undefined || TIME_UNITS.includes(unit)) return unit;
  throw new OptionError('timeUnit', `must be one of ${TIME_UNITS.join(', ')}, got ${unit as string}`);
}

const ALIASES: Readonly<Record<ColumnRole, readonly string[]>> = {
  t: ['t', 'ts', 'time', 'times', 'timestamp', 'timestamps'],
  x: ['x', 'xs', 'col', 'column'],
  y: ['y', 'ys', 'row'],
  p: ['p', 'ps', 'pol', 'pols', 'polarity', 'polarities', 'on'],
};

const UNITS: ReadonlyMap<string, TimeUnit> = new Map([
  ['s', 's'],
  ['sec', 's'],
  ['seconds', 's'],
  ['ms', 'ms'],
  ['us', 'us'],
  ['µs', 'us'],
  ['μs', 'us'],
  ['micros', 'us'],
  ['microseconds', 'us'],
  ['ns', 'ns'],
  ['nanoseconds', 'ns'],
]);

/** What a column's name says. */
export interface NamedColumn {
  readonly role: ColumnRole;
  readonly unit: TimeUnit | undefined;
}

/** The column that a name means, in any case, with a unit behind it or not; `null` for any other name. */
export function columnNamed(name: string): NamedColumn | null {
  const words = /^([a-z]+)(?:[ _]*[[(]?([a-zµμ]+)[\])]?)?$/u.exec(name.trim().toLowerCase());
  if (words === null) return null;
  const role = COLUMN_ROLES.find((candidate) => ALIASES[candidate].includes(words[1]!));
  const unit = words[2] === undefined ? undefined : UNITS.get(words[2]);
  if (role === undefined || (words[2] !== undefined && (role !== 't' || unit === undefined))) return null;
  return { role, unit };
}

/** Which column of a row is which; `null` for columns that are not used. */
export interface ColumnOrder {
  readonly roles: readonly (ColumnRole | null)[];
  readonly unit: TimeUnit | undefined;
}

/** The order that names state; `null` unless they name each of the four once. */
export function columnOrder(names: readonly string[]): ColumnOrder | null {
  const named = names.map(columnNamed);
  const once = COLUMN_ROLES.every((role) => named.filter((column) => column?.role === role).length === 1);
  if (!once) return null;
  return {
    roles: named.map((column) => column?.role ?? null),
    unit: named.find((column) => column?.role === 't')?.unit,
  };
}

/**
 * The order that an option states, `t,x,y,p` for example.
 *
 * @throws OptionError unless it names each of the four once.
 */
export function columnsOption(columns: string): ColumnOrder {
  const order = columnOrder(columns.split(','));
  if (order !== null) return order;
  throw new OptionError(
    'columns',
    `must name t, x, y and p once each, with commas between, and - for columns to leave out; got "${columns}"`,
  );
}
