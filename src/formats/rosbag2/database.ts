/**
 * Reads tables of an SQLite file. The libraries for it are the database itself in a megabyte of WebAssembly, are loaded
 * asynchronously, and give nothing of a file that is cut.
 */
import type { ByteTask } from '../random-access.ts';
import type { DatabasePages } from './pages.ts';
import type { SqlValue } from './record.ts';
import { RowCursor, SCHEMA_PAGE, type RowLimits } from './row-cursor.ts';

/** A table, as the schema has it. */
export interface SqlTable {
  readonly name: string;
  readonly rootPage: number;
  /** Names of the columns, in order. */
  readonly columns: readonly string[];
}

/** All tables. */
export function* tablesOf(pages: DatabasePages, limits: RowLimits): ByteTask<SqlTable[]> {
  const tables: SqlTable[] = [];
  const schema = new RowCursor(pages, SCHEMA_PAGE, limits);
  for (let row = yield* schema.next(); row !== null; row = yield* schema.next()) {
    const [type, name, , rootPage, sql] = row.values;
    const isTable = type === 'table' && typeof name === 'string' && typeof rootPage === 'number';
    if (isTable && typeof sql === 'string') tables.push({ name, rootPage, columns: columnNames(sql) });
  }
  return tables;
}

/** Names of the columns in a CREATE TABLE statement. */
function columnNames(sql: string): string[] {
  const list = /\(([^]*)\)/.exec(sql)?.[1] ?? '';
  return list.split(',').map((column) => /^\s*["'`[]?(\w+)/.exec(column)?.[1] ?? '');
}

/** Some columns of a table, row by row. */
export class TableRows {
  readonly cursor: RowCursor;
  readonly #places: readonly number[];

  /** @param columns names of those that are wanted; `id` is the row's number where the row leaves it to that. */
  constructor(pages: DatabasePages, table: SqlTable, columns: readonly string[], limits: RowLimits) {
    this.cursor = new RowCursor(pages, table.rootPage, limits);
    this.#places = columns.map((name) => (name === 'id' ? -1 : table.columns.indexOf(name)));
  }

  /**
   * The next row's values, `null` behind the last.
   *
   * @param wants whether all of a row is; see {@link RowCursor.next}.
   */
  *next(
    wants: (cells: readonly SqlValue[]) => boolean = () => true,
  ): ByteTask<{ readonly at: number; readonly cells: readonly SqlValue[] } | null> {
    const row = yield* this.cursor.next((values) => wants(this.#cells(-1, values)));
    return row && { at: row.at, cells: this.#cells(row.id, row.values) };
  }

  #cells(id: number, values: readonly SqlValue[]): SqlValue[] {
    // A column of that name which holds the row's number is stored as nothing.
    return this.#places.map((place) => (place === -1 ? id : (values[place] ?? null)));
  }
}
