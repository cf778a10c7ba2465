/** Columns that datasets, fields and matrices make. */
import { COLUMN_ROLES, columnOrder, type ColumnOrder, type ColumnRole } from '../../columns.ts';
import type { ByteTask } from '../../random-access.ts';
import type { Dataset } from '../file/dataset.ts';
import type { Hdf5Tree } from '../file/tree.ts';
import type { ColumnPlace, EventsPlace, Matrix } from './layout.ts';

type Columns = Readonly<Record<ColumnRole, ColumnPlace>>;

/** A dataset of numbers in one dimension, or in two of which one is 1, as a column; `null` for others. */
export function columnIn(dataset: Dataset): ColumnPlace | null {
  const { type, shape } = dataset;
  if (type.kind !== 'number') return null;
  const isColumn = shape.length === 1 || (shape.length === 2 && Math.min(...shape) === 1);
  if (!isColumn) return null;
  const axis = shape.length === 2 && shape[0] === 1 ? 1 : 0;
  return { dataset, axis, index: 0, offset: 0, type: type.number };
}

/** Columns by the names of a group's members; `null` unless they name each of t, x, y and p once. */
export function* columnsIn(tree: Hdf5Tree, path: string): ByteTask<EventsPlace | null> {
  const names = yield* tree.names(path);
  const order = columnOrder(names);
  if (order === null) return null;
  const found: [ColumnRole, ColumnPlace][] = [];
  for (const role of COLUMN_ROLES) {
    const dataset = yield* tree.dataset(`${path === '/' ? '' : path}/${names[order.roles.indexOf(role)]!}`);
    const column = dataset === null ? null : columnIn(dataset);
    if (column === null) return null;
    found.push([role, column]);
  }
  return { path, columns: Object.fromEntries(found) as unknown as Columns, unit: order.unit };
}

/** Fields of a compound dataset; `null` unless they name each of t, x, y and p once. */
export function fieldsOf(dataset: Dataset): EventsPlace | null {
  const { type, shape, path } = dataset;
  if (type.kind !== 'compound' || shape.length !== 1) return null;
  const order = columnOrder(type.fields.map(({ name }) => name));
  if (order === null) return null;
  const columns: [ColumnRole, ColumnPlace][] = [];
  for (const role of COLUMN_ROLES) {
    const field = type.fields[order.roles.indexOf(role)]!;
    if (field.type.kind !== 'number') return null;
    columns.push([role, { dataset, axis: 0, index: 0, offset: field.offset, type: field.type.number }]);
  }
  return { path, columns: Object.fromEntries(columns) as unknown as Columns, unit: order.unit };
}

/** A dataset of two dimensions, one of which is 4 or as many as are stated; `null` for others. */
export function matrixOf(dataset: Dataset, order: ColumnOrder | undefined): Matrix | null {
  const { type, shape } = dataset;
  if (type.kind !== 'number' || shape.length !== 2) return null;
  const count = order?.roles.length ?? 4;
  const [first, second] = [shape[0]!, shape[1]!];
  if ((first === count) === (second === count)) return null;
  return { dataset, axis: second === count ? 0 : 1, type: type.number };
}

/** Columns of a matrix in an order. */
export function columnsOf({ dataset, axis, type }: Matrix, { roles }: ColumnOrder): Columns {
  const columns = COLUMN_ROLES.map((role) => [
    role,
    { dataset, axis, index: roles.indexOf(role), offset: 0, type },
  ]);
  return Object.fromEntries(columns) as Columns;
}
