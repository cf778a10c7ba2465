/** Which arrays of a MAT file are events. */
import { OptionError } from '../../events/index.ts';
import { COLUMN_ROLES, columnNamed, columnsExample, type ColumnOrder, type ColumnRole } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { NumberColumn } from '../npy/numbers.ts';
import type { StatedUnit } from '../time-unit.ts';
import type { MatArray, NumberArray } from './arrays.ts';

/** Of several candidates, the one called so is meant. */
const EVENT_NAMES: readonly string[] = ['td', 'events', 'event_data', 'event', 'ev', 'polarity', 'data'];
const MAX_NAMES = 20;
const SHOWN_CHARACTERS = 80;

/** The columns of events. */
export interface MatEvents {
  /** Where they were found. */
  readonly name: string;
  readonly columns: Readonly<Record<ColumnRole, NumberColumn>>;
  readonly rows: number;
  readonly unit: StatedUnit;
  /** Rows by column, where they differ. */
  readonly lengths: readonly number[];
}

/**
 * Finds them: variables or fields of a structure that are named as columns, else a matrix with a row for each event, whose
 * order the caller states.
 *
 * @returns `null` if there are none.
 * @throws EventFormatError where it cannot be told which they are, OptionError for an order where names state it.
 */
export function findEvents(arrays: readonly MatArray[], order: ColumnOrder | undefined): MatEvents | null {
  const named = namedIn(arrays, '');
  if (order !== undefined && named.length > 0)
    throw new OptionError('columns', 'is of a matrix; what the events are in has names for its columns');
  const found = named.length > 0 ? named : matricesIn(arrays, order);
  if (found.length < 2) return found[0] ?? null;
  for (const name of EVENT_NAMES) {
    const chosen = found.filter((events) => events.name.toLowerCase().split('.').at(-1) === name);
    if (chosen.length === 1) return chosen[0]!;
  }
  const names = found
    .slice(0, MAX_NAMES)
    .map(({ name }) => name.slice(0, SHOWN_CHARACTERS) || 'the variables');
  throw new EventFormatError(
    'BAD_HEADER',
    0,
    `The MAT file has several arrays that may hold events (${names.join(', ')}). Save the one that is meant alone, or call it "events".`,
  );
}

/** Names of variables of more than one number that hold no events. */
export function othersBeside({ name, columns }: MatEvents, arrays: readonly MatArray[]): string[] {
  const [root] = name.split('.');
  const read = Object.values(columns).map(({ view }) => view);
  return arrays
    .filter((array) => array.name !== root && (array.kind === 'struct' || array.count > 1))
    .filter((array) => array.kind === 'struct' || !read.includes(array.numbers.view))
    .slice(0, MAX_NAMES)
    .map((array) => array.name.slice(0, SHOWN_CHARACTERS));
}

/** Why no events were found. */
export function noEvents(arrays: readonly MatArray[]): EventFormatError {
  const names = arrays.slice(0, MAX_NAMES).map(({ name }) => name.slice(0, SHOWN_CHARACTERS));
  const matrix = arrays.find((array) => array.kind === 'numbers' && columnsOf(array, 4));
  const advice =
    matrix === undefined
      ? 'What is read are variables or fields of a structure named t (ts, time), x, y and p (pol, polarity), or a matrix of four columns.'
      : `"${matrix.name.slice(0, SHOWN_CHARACTERS)}" may hold them: nothing says which column is which. State their order, ${columnsExample('x,y,p,t', 'mat')}.`;
  return new EventFormatError('BAD_HEADER', 0, `No events were found in the MAT file; it has ${names.join(', ') || 'nothing'}. ${advice}`); // prettier-ignore
}

function namedIn(arrays: readonly MatArray[], path: string): MatEvents[] {
  const found: MatEvents[] = [];
  const columns = new Map<ColumnRole, NumberArray>();
  let unit: StatedUnit;
  for (const array of arrays) {
    if (array.kind === 'struct') {
      found.push(...namedIn(array.fields, path === '' ? array.name : `${path}.${array.name}`));
      continue;
    }
    const column = columnNamed(array.name);
    if (column === null || !isVector(array) || columns.has(column.role)) continue;
    columns.set(column.role, array);
    if (column.role === 't') unit = column.unit;
  }
  const [t, x, y, p] = COLUMN_ROLES.map((role) => columns.get(role));
  if (t === undefined || x === undefined || y === undefined || p === undefined) return found;
  const lengths = [t, x, y, p].map(({ count }) => count);
  return [
    ...found,
    {
      name: path,
      columns: { t: t.numbers, x: x.numbers, y: y.numbers, p: p.numbers },
      rows: Math.min(...lengths),
      unit,
      lengths,
    },
  ];
}

/** Whether all numbers are in one row or one column. */
function isVector({ shape, count }: NumberArray): boolean {
  return count === 0 || shape.some((length) => length === count);
}

function columnsOf({ shape }: NumberArray, columns: number): boolean {
  return shape.length === 2 && shape[1] === columns;
}

function matricesIn(arrays: readonly MatArray[], order: ColumnOrder | undefined): MatEvents[] {
  if (order === undefined) return [];
  return arrays.flatMap((array): MatEvents[] => {
    if (array.kind === 'struct') return matricesIn(array.fields, order);
    if (!columnsOf(array, order.roles.length)) return [];
    const rows = array.shape[0]!;
    const { numbers, name } = array;
    const column = (role: ColumnRole): NumberColumn => ({
      ...numbers,
      offset: order.roles.indexOf(role) * rows * numbers.stride,
    });
    const columns = { t: column('t'), x: column('x'), y: column('y'), p: column('p') };
    return [{ name, columns, rows, unit: order.unit, lengths: [rows] }];
  });
}
