/** Names of the four columns of an event, as CSV files and NumPy arrays spell them. */
import { OptionError } from '../events/index.ts';
import type { StatedUnit, TimeUnit } from './time-unit.ts';

/** A column that an event needs. */
export type ColumnRole = 't' | 'x' | 'y' | 'p';

/** All four. */
export const COLUMN_ROLES: readonly ColumnRole[] = ['t', 'x', 'y', 'p'];

/** What readers of columns may be told of their order. */
export interface ColumnOrderOptions {
  /**
   * Order of the columns, `x,y,t,p` for example; `-` stands for one that is left out. Needed where nothing names
   * them; wins over a line or fields that do.
   */
  readonly columns?: string;
}

/** Names without the marks between their words. */
const ALIASES: Readonly<Record<ColumnRole, readonly string[]>> = {
  t: ['t', 'ts', 'time', 'times', 'timestamp', 'timestamps', 'stamp', 'tstamp', 'timeofevent'],
  x: ['x', 'xs', 'col', 'column'],
  y: ['y', 'ys', 'row'],
  p: ['p', 'ps', 'pol', 'pols', 'polarity', 'polarities', 'on', 'onoff', 'ison', 'sign'],
};
/** Words in front of the name of any column: `event_t`. */
const EVENT_WORDS: readonly string[] = ['event', 'events', 'ev', 'dvs'];
/** Words in front of or behind the name of a place, or its unit: `x_pos`, `pixel_y`. */
const PLACE_WORDS: readonly string[] = [
  ...['pos', 'position', 'coord', 'coordinate', 'addr', 'address', 'loc', 'location', 'index', 'idx'],
  ...['px', 'pix', 'pixel', 'pixels'],
];
const ROLE_OF: ReadonlyMap<string, ColumnRole> = new Map(
  COLUMN_ROLES.flatMap((role) => {
    const places = role === 'x' || role === 'y' ? PLACE_WORDS : [];
    const names = ALIASES[role].flatMap((alias) => [
      alias,
      ...places.flatMap((word) => [word + alias, alias + word]),
    ]);
    return names.map((name) => [name, role] as const);
  }),
);

// The micro sign of Windows code pages is no UTF-8 and becomes a replacement character.
const UNIT_WORDS: Readonly<Record<TimeUnit, readonly string[]>> = {
  s: ['s', 'sec', 'secs', 'second', 'seconds'],
  ms: ['ms', 'msec', 'msecs', 'millis', 'millisecond', 'milliseconds'],
  us: [
    'us',
    '\uFFFDs',
    'μs',
    'usec',
    'usecs',
    'micro',
    'micros',
    'microsec',
    'microsecs',
    'microsecond',
    'microseconds',
  ],
  ns: ['ns', 'nsec', 'nsecs', 'nanos', 'nanosec', 'nanosecs', 'nanosecond', 'nanoseconds'],
};
const UNIT_OF: ReadonlyMap<string, TimeUnit> = new Map(
  (Object.keys(UNIT_WORDS) as TimeUnit[]).flatMap((unit) =>
    UNIT_WORDS[unit].map((word) => [word, unit] as const),
  ),
);
/** What stands beside a unit in brackets: `time (float s)`, `t [1 us]`. */
const NUMBER_WORDS = /^(?:1|in|unit|float(?:32|64)?|double|u?int(?:eger|32|64)?)$/;

/** What a column's name says. */
export interface NamedColumn {
  readonly role: ColumnRole;
  readonly unit: StatedUnit;
}

/**
 * The column that a name means: in any case, its words parted by blanks, `_`, `-`, `/`, `.` or capitals, with a unit
 * behind it (`t_s`, `time (us)`, `timestamp in seconds`) or not; `null` for any other name.
 */
export function columnNamed(name: string): NamedColumn | null {
  const plain = name
    .normalize('NFKC')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  const parts = /^([^([{]*)(?:[([{]([^)\]}]*)[)\]}])?\s*$/.exec(plain);
  if (parts === null) return null;
  const words = wordsOf(parts[1]!).filter((word) => word !== 'in');
  const note = parts[2] === undefined ? [] : parts[2].toLowerCase().split(/[\s_,;]+/).filter((word) => word !== ''); // prettier-ignore
  // First, or `t_s` would be `ts`.
  const unit = UNIT_OF.get(words.at(-1) ?? '');
  if (unit !== undefined && note.length === 0) {
    // A column of "seconds" or "timestamp_us"; short units alone are names of anything.
    const isUnitAlone = words.length === 1 && words[0]!.length > 2;
    if (isUnitAlone || roleOf(words.slice(0, -1)) === 't') return { role: 't', unit };
  }
  const role = roleOf(words);
  if (role === 't') return { role, unit: note.length === 0 ? undefined : unitIn(note) };
  if (role === null || (role !== 'p' && !note.every((word) => PLACE_WORDS.includes(word)))) return null;
  return { role, unit: undefined };
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_/.-]+/)
    .filter((word) => word !== '');
}

function roleOf(words: readonly string[]): ColumnRole | null {
  const role = ROLE_OF.get(words.join(''));
  if (role !== undefined || !EVENT_WORDS.includes(words[0] ?? '')) return role ?? null;
  return ROLE_OF.get(words.slice(1).join('')) ?? null;
}

/** The unit that a note in brackets states. */
function unitIn(note: readonly string[]): StatedUnit {
  const rest = note.filter((word) => !NUMBER_WORDS.test(word));
  return (rest.length === 1 ? UNIT_OF.get(rest[0]!) : undefined) ?? 'unknown';
}

/** Which column of a row is which; `null` for columns that are not used. */
export interface ColumnOrder {
  readonly roles: readonly (ColumnRole | null)[];
  readonly unit: StatedUnit;
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

/** What the two ways to state the order look like, for messages. */
export function columnsExample(columns: string, format: string, unit?: TimeUnit): string {
  const unitFlag = unit === undefined ? '' : ` --time-unit ${unit}`;
  const unitOption = unit === undefined ? '' : `, timeUnit: '${unit}'`;
  return `--format ${format} --columns ${columns}${unitFlag} on the command line, columns: '${columns}'${unitOption} in code`;
}
