/** Where the four columns of events lie in an array: fields of a structure, or columns of a matrix. */
import { COLUMN_ROLES, columnOrder, columnsExample, type ColumnOrder, type ColumnRole } from '../columns.ts';
import type { StatedUnit } from '../time-unit.ts';
import { holdsObjects, numberType, structType, typeName } from './dtype.ts';
import type { NpyHeader } from './header.ts';
import type { NumberColumn } from './numbers.ts';

/** A column, but for the bytes. */
export type ColumnPlace = Omit<NumberColumn, 'view'>;
/** All four. */
export type ColumnPlaces = Readonly<Record<ColumnRole, ColumnPlace>>;

/** An array of events. */
export interface EventTable {
  readonly rows: number;
  readonly bytes: number;
  /** Bytes of a row; `null` where the columns lie one after the other, so that no row is there before the last is. */
  readonly rowBytes: number | null;
  readonly columns: ColumnPlaces;
  readonly unit: StatedUnit;
}

/** Why an array is none of events, in whole sentences. */
export interface NoTable {
  readonly problem: string;
}

/** What is said of arrays of objects. */
export const PICKLED =
  'It holds pickled Python objects, which cannot be read without running code. Load it with numpy.load(…, allow_pickle=True) and save its t, x, y and p as plain arrays, with numpy.savez for example.';

/**
 * Finds the columns.
 *
 * @param order of the columns, as the caller states it.
 * @param format for messages.
 */
export function eventTable(
  header: NpyHeader,
  order: ColumnOrder | undefined,
  format: 'npy' | 'npz',
): EventTable | NoTable {
  const { descr, shape } = header;
  if (holdsObjects(descr)) return { problem: PICKLED };
  if (Array.isArray(descr)) return structure(header, order, format);
  if (shape.length === 2) return matrix(header, order, format);
  return {
    problem: `Its shape is ${shapeText(shape)}, its type ${typeName(descr)}: events are a structured array, or a matrix of a row an event.`,
  };
}

function structure(
  { descr, shape, fortranOrder }: NpyHeader,
  stated: ColumnOrder | undefined,
  format: string,
): EventTable | NoTable {
  const type = structType(descr);
  if (type === null) return { problem: 'Its type is structured in a way that cannot be read.' };
  const fields = type.fields.filter(({ name }) => name !== '');
  const names = fields.map(({ name }) => name.slice(0, 40)).join(', ');
  const order = stated ?? columnOrder(fields.map(({ name }) => name));
  if (order === null || order.roles.length !== fields.length) {
    const example = exampleFor(fields.length, format);
    return { problem: `Its fields are ${names}: which of them are t, x, y and p is not known. ${example}` };
  }
  if (shape.length !== 1 || fortranOrder)
    return { problem: `It must have one dimension in C order; its shape is ${shapeText(shape)}.` };
  const places = COLUMN_ROLES.map((role) => fields[order.roles.indexOf(role)]!);
  const wrong = places.find((field) => field.type === null);
  if (wrong !== undefined)
    return { problem: `Its field "${wrong.name}" must be an integer, floating-point or boolean number.` };
  const columns = places.map(({ offset, type: number }) => ({
    offset,
    stride: type.itemBytes,
    type: number!,
  }));
  const { itemBytes } = type;
  return {
    rows: shape[0]!,
    bytes: shape[0]! * itemBytes,
    rowBytes: itemBytes,
    columns: byRole(columns),
    unit: order.unit,
  };
}

function matrix(
  { descr, shape, fortranOrder }: NpyHeader,
  order: ColumnOrder | undefined,
  format: string,
): EventTable | NoTable {
  const type = numberType(descr);
  const what = `It is ${shape.join(' x ')} numbers of type ${typeName(descr)}`;
  if (type === null)
    return { problem: `${what}, which must be integers, floating-point numbers or booleans.` };
  const [first, second] = [shape[0]!, shape[1]!];
  if (order === undefined) {
    const count = Math.min(first, second) >= 4 ? Math.min(first, second) : 4;
    return { problem: `${what}: what its columns are is not known. ${exampleFor(count, format)}` };
  }
  const count = order.roles.length;
  if (first === count && second === count)
    return { problem: `${what}: whether events are its rows or its columns cannot be told. Save it as a structured array.` }; // prettier-ignore
  if (first !== count && second !== count)
    return { problem: `${what}: no side has the ${count} columns that are stated (- leaves one out).` };
  const byRows = second === count;
  const rows = byRows ? first : second;
  const { bytes } = type;
  const bytesOfAll = rows * count * bytes;
  const inRows = byRows !== fortranOrder;
  const columns = COLUMN_ROLES.map((role) => {
    const column = order.roles.indexOf(role);
    return inRows
      ? { offset: column * bytes, stride: count * bytes, type }
      : { offset: column * rows * bytes, stride: bytes, type };
  });
  return {
    rows,
    bytes: bytesOfAll,
    rowBytes: inRows ? count * bytes : null,
    columns: byRole(columns),
    unit: order.unit,
  };
}

/** How many whole rows there are in so many bytes. */
export function rowsIn({ rows, rowBytes, columns }: EventTable, bytes: number): number {
  if (rowBytes !== null) return Math.min(rows, Math.floor(bytes / rowBytes));
  const present = COLUMN_ROLES.map((role) =>
    Math.floor((bytes - columns[role].offset) / columns[role].stride),
  );
  return Math.max(0, Math.min(rows, ...present));
}

/** Columns in bytes. */
export function columnsAt(
  columns: ColumnPlaces,
  view: DataView,
  offset = 0,
): Readonly<Record<ColumnRole, NumberColumn>> {
  const at = (role: ColumnRole): NumberColumn => ({
    view,
    offset: offset + columns[role].offset,
    stride: columns[role].stride,
    type: columns[role].type,
  });
  return { t: at('t'), x: at('x'), y: at('y'), p: at('p') };
}

/** Columns in a recording, in which the array's elements begin at a place. */
export function columnsFrom(columns: ColumnPlaces, start: number): ColumnPlaces {
  return byRole(COLUMN_ROLES.map((role) => ({ ...columns[role], offset: start + columns[role].offset })));
}

function byRole(columns: readonly ColumnPlace[]): ColumnPlaces {
  return Object.fromEntries(COLUMN_ROLES.map((role, i) => [role, columns[i]!])) as Record<
    ColumnRole,
    ColumnPlace
  >;
}

function exampleFor(columns: number, format: string): string {
  const more = Array.from({ length: Math.min(columns, 12) - 4 }, () => ',-').join('');
  return `Say it, for example: ${columnsExample(`t,x,y,p${more}`, format, 's')}.`;
}

function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
}
