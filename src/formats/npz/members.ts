/** Which arrays of an archive hold the events: one for each column, or one for all. */
import { COLUMN_ROLES, columnNamed, type ColumnOrder, type ColumnRole } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import { holdsObjects, numberType, typeName, type NumberType } from '../npy/dtype.ts';
import type { NpyHeader } from '../npy/header.ts';
import type { EventColumns } from '../npy/rows.ts';
import { columnsAt, eventTable, PICKLED, rowsIn, type EventTable } from '../npy/table.ts';
import type { StatedUnit } from '../time-unit.ts';
import { MemberArray } from './member-array.ts';

/** So many names are told in a message. */
const MAX_NAMES = 20;
const SHOWN_CHARACTERS = 80;
/** Of several arrays that may hold events, the one called so does. */
const TABLE_NAMES: readonly string[] = ['events', 'event_data', 'event', 'ev', 'data', 'arr_0'];

interface Column {
  readonly array: MemberArray;
  type: NumberType | undefined;
  /** Whether its name says which column it is. */
  readonly isNamed: boolean;
}

interface Table {
  readonly array: MemberArray;
  readonly table: EventTable;
}

/** What was found. */
export interface ArchiveEvents {
  /** Without elements, and with their places in the archive, where arrays lie there. */
  readonly columns: EventColumns;
  readonly rows: number;
  readonly unit: StatedUnit;
}

/** Takes the arrays of an archive as they come, and keeps those that may hold events. */
export class EventMembers {
  readonly #order: ColumnOrder | undefined;
  readonly #reserve: (bytes: number) => void;
  readonly #columns = new Map<ColumnRole, Column>();
  readonly #tables: Table[] = [];
  /** Why arrays that could hold events are not read. */
  readonly #problems: string[] = [];
  readonly #names: string[] = [];
  #unit: StatedUnit;

  /**
   * @param order of the columns, as the caller states it.
   * @param reserve is told how many bytes an array announces; throws if they are too many.
   */
  constructor(order: ColumnOrder | undefined, reserve: (bytes: number) => void) {
    this.#order = order;
    this.#reserve = reserve;
  }

  /** The array to fill. @throws EventFormatError if there is one for its column. */
  open(name: string): MemberArray {
    if (this.#names.length < MAX_NAMES) this.#names.push(name.slice(0, SHOWN_CHARACTERS));
    const named = columnNamed(name);
    if (named === null) return this.#openOther(name);
    const column = this.#openColumn(name, named.role);
    this.#unit ??= named.unit;
    return column;
  }

  /** `null` if no events were found. @throws EventFormatError where it cannot be told which they are. */
  find(): ArchiveEvents | null {
    const columns = this.#chosenColumns();
    if (columns !== null) {
      const rows = Math.min(...COLUMN_ROLES.map((role) => rowsOf(columns[role])));
      const view = (role: ColumnRole) => columnOf(columns[role]);
      return {
        columns: rows === 0 ? null! : { t: view('t'), x: view('x'), y: view('y'), p: view('p') },
        rows,
        unit: this.#order?.unit ?? this.#unit,
      };
    }
    const chosen = this.#chosenTable();
    if (chosen === null) return null;
    const { array, table } = chosen;
    const rows = rowsIn(table, array.length);
    const view = array.length === 0 ? new DataView(new ArrayBuffer(0)) : array.view();
    return { columns: columnsAt(table.columns, view, array.offset), rows, unit: table.unit };
  }

  /**
   * What is wrong with the arrays that hold the events, in sentences.
   *
   * @param isExplained whether it is known already why they are short; the lengths are compared all the same.
   */
  problems(isExplained: boolean): string[] {
    const table = this.#chosenColumns() === null ? this.#chosenTable() : null;
    const arrays: (readonly [what: string, array: MemberArray])[] =
      table === null
        ? Array.from(this.#columns, ([role, { array }]) => [`for ${role}`, array])
        : [[`"${table.array.name}"`, table.array]];
    const problems = arrays.flatMap(([what, { problem }]) =>
      problem === null || isExplained ? [] : [`The array ${what} ${problem}.`],
    );
    const rows = COLUMN_ROLES.map((role) => rowsOf(this.#columns.get(role)));
    if (table === null && new Set(rows).size > 1) {
      const text = COLUMN_ROLES.map((role, i) => `${role} ${rows[i]}`).join(', ');
      problems.push(`The arrays differ in length (${text}); events end with the shortest.`);
    }
    return problems;
  }

  /** Names of arrays that hold no events, of the first {@link MAX_NAMES}. */
  others(): string[] {
    const columns = this.#chosenColumns();
    const table = columns === null ? this.#chosenTable() : null;
    if (columns === null && table === null) return [];
    const arrays = columns === null ? [table!.array] : COLUMN_ROLES.map((role) => columns[role].array);
    const read = arrays.map(({ name }) => name.slice(0, SHOWN_CHARACTERS));
    return this.#names.filter((name) => !read.includes(name));
  }

  /** Nobody looks at the arrays any more. */
  release(): void {
    for (const { array } of [...this.#columns.values(), ...this.#tables]) array.release();
  }

  /** Why no events were found. */
  missing(): EventFormatError {
    const missing = COLUMN_ROLES.filter((role) => !this.#columns.has(role));
    const has = this.#names.length === 0 ? 'it has none' : `it has ${this.#names.join(', ')}`;
    const others = this.#problems.map((problem) => ` ${problem}`).join('');
    return new EventFormatError(
      'BAD_HEADER',
      0,
      `The archive lacks an array for ${missing.join(', ')}; ${has}.${others}`,
    );
  }

  #openColumn(name: string, role: ColumnRole): MemberArray {
    const known = this.#columns.get(role);
    if (known?.isNamed === true) {
      const names = [known.array.name, name].map((text) => `"${text.slice(0, SHOWN_CHARACTERS)}"`);
      const problem = `The archive has more than one array for ${role}: ${names.join(' and ')}.`;
      throw new EventFormatError('BAD_HEADER', 0, problem);
    }
    const array = new MemberArray(name, (header) => {
      column.type = columnType(name, header);
      return this.#reserved(header.shape[0]! * column.type.bytes);
    });
    const column: Column = { array, type: undefined, isNamed: true };
    this.#columns.set(role, column);
    return array;
  }

  /** An array of events, or the i-th of arrays without names in the stated order of columns. */
  #openOther(name: string): MemberArray {
    const array = new MemberArray(name, (header) => {
      const role = this.#order?.roles[Number(/^arr_(\d+)$/.exec(name)?.[1] ?? -1)] ?? null;
      if (role !== null && header.shape.length === 1 && numberType(header.descr) !== null) {
        const type = columnType(name, header);
        if (this.#columns.has(role)) return null;
        this.#columns.set(role, { array, type, isNamed: false });
        return this.#reserved(header.shape[0]! * type.bytes);
      }
      const table = eventTable(header, this.#order, 'npz');
      if ('problem' in table) {
        const isLikely =
          header.shape.length === 2 || Array.isArray(header.descr) || holdsObjects(header.descr);
        if (isLikely && this.#problems.length < MAX_NAMES)
          this.#problems.push(`"${name.slice(0, SHOWN_CHARACTERS)}": ${table.problem}`);
        return null;
      }
      this.#tables.push({ array, table });
      return this.#reserved(table.bytes);
    });
    return array;
  }

  #reserved(bytes: number): number {
    this.#reserve(bytes);
    return bytes;
  }

  #chosenColumns(): Readonly<Record<ColumnRole, Column>> | null {
    const [t, x, y, p] = COLUMN_ROLES.map((role) => this.#columns.get(role));
    return t === undefined || x === undefined || y === undefined || p === undefined ? null : { t, x, y, p };
  }

  #chosenTable(): Table | null {
    if (this.#tables.length < 2) return this.#tables[0] ?? null;
    const named = TABLE_NAMES.map((name) => this.#tables.find(({ array }) => array.name === name));
    const chosen = named.find((table) => table !== undefined);
    if (chosen !== undefined) return chosen;
    const names = this.#tables.map(({ array }) => array.name.slice(0, SHOWN_CHARACTERS)).join(', ');
    throw new EventFormatError(
      'BAD_HEADER',
      0,
      `The archive has several arrays that may hold events (${names}). Save the one that is meant in an archive of its own, or call it "events".`,
    );
  }
}

function columnType(name: string, { descr, shape, fortranOrder }: NpyHeader): NumberType {
  const type = numberType(descr);
  if (type !== null && shape.length === 1 && !fortranOrder) return type;
  const problem = holdsObjects(descr)
    ? PICKLED
    : `It must hold integer, floating-point or boolean numbers in one dimension and C order; its shape is (${shape.join(', ')}), its type ${typeName(descr)}.`;
  throw new EventFormatError('BAD_HEADER', 0, `The array "${name}" is no column of events. ${problem}`);
}

function rowsOf(column: Column | undefined): number {
  return column?.type === undefined ? 0 : Math.floor(column.array.length / column.type.bytes);
}

function columnOf({ array, type }: Column): EventColumns['t'] {
  return { view: array.view(), offset: array.offset, stride: type!.bytes, type: type! };
}
