/** Rows into events in WebAssembly, where all of them are ordinary; its source is in kernels/npy. */
import { COLUMN_ROLES } from '../columns.ts';
import type { RecordRun } from '../records/run.ts';
import { INPUT_BYTES, type KernelBlock, type RunSpace } from '../records/run-space.ts';
import { DECIMAL_SHIFT } from '../time-unit.ts';
import type { NumberType } from './dtype.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';
import { PLACES, type EventColumns, type RowSettings } from './rows.ts';

/** The block of kernels/npy/block.ts, in words: two doubles; address, stride and kind of each column; the rest. */
const DOUBLES = 2;
const COLUMNS_AT = 2 * DOUBLES;
const COLUMN_WORDS = 3;
const REST_AT = COLUMNS_AT + COLUMN_WORDS * COLUMN_ROLES.length;
const ON = REST_AT + 5;
const BACKWARD_STEPS = ON + 1;
/** What distinguishes floating-point numbers from whole ones of as many bytes. */
const FLOAT = 10;
/** Rows that are read at once: a column after the other, so they should stay in the first cache. */
const BLOCK_BYTES = INPUT_BYTES / 4;
/** Copying longer rows would take longer than reading what is wanted of them. */
const MAX_ROW_BYTES = 1024;

type ReadRows = (block: number, count: number, t: number, x: number, y: number, p: number) => number;

/** How rows get to the kernel. */
export interface RowPlan {
  readonly columns: EventColumns;
  readonly settings: RowSettings;
  /** Where a row begins, if its numbers lie beside each other; `null` if columns are copied one by one. */
  readonly first: number | null;
  /** Bytes to copy for a row. */
  readonly rowBytes: number;
}

/** The way for columns of such types; `null` for those that only the exact loop reads. */
export function planRows(columns: EventColumns, settings: RowSettings): RowPlan | null {
  const all = COLUMN_ROLES.map((role) => columns[role]);
  if (!all.every(({ type }) => isKnown(type)) || settings.unit === 'ns') return null;
  const { kind, bytes } = columns.t.type;
  if (kind === 'b' || bytes < 4) return null;
  const { view, stride } = columns.t;
  const first = Math.min(...all.map(({ offset }) => offset));
  const isRow = all.every(
    (column) =>
      column.view === view && column.stride === stride && column.offset + column.type.bytes <= first + stride,
  );
  const rowBytes = isRow ? stride : all.reduce((sum, column) => sum + column.stride, 0);
  return rowBytes > MAX_ROW_BYTES ? null : { columns, settings, first: isRow ? first : null, rowBytes };
}

function isKnown({ kind, bytes, little }: NumberType): boolean {
  return (little || bytes === 1) && (kind !== 'f' || bytes > 2);
}

/** The kernel of a space. */
export class RowKernel {
  readonly #space: RunSpace;
  readonly #block: KernelBlock;
  readonly #readRows: ReadRows;
  #plan: RowPlan | undefined;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserveBlock(DOUBLES, BACKWARD_STEPS + 1 - COLUMNS_AT);
    this.#readRows = space.instantiate(KERNEL_MODULE)['readRows'] as ReadRows;
  }

  /**
   * Appends up to `count` rows from row `start` on to the run.
   *
   * @returns how many; 0, and the run is as it was, if a row among them is none of the ordinary kind.
   */
  read(plan: RowPlan, start: number, count: number, run: RecordRun): number {
    const { rowBytes } = plan;
    const rows = Math.min(count, Math.floor(BLOCK_BYTES / rowBytes));
    if (this.#plan !== plan) this.#set(plan);
    this.#copy(plan, start, rows);
    const { doubles, integers, at } = this.#block;
    doubles[1] = run.previous;
    const { arrays, length } = run;
    const isOrdinary = this.#readRows(
      at,
      rows,
      arrays.t.byteOffset + 8 * length,
      arrays.x.byteOffset + 2 * length,
      arrays.y.byteOffset + 2 * length,
      arrays.p.byteOffset + length,
    );
    if (isOrdinary === 0) return 0;
    run.length += rows;
    run.previous = doubles[1]!;
    run.on += integers[ON]!;
    run.backwardSteps += integers[BACKWARD_STEPS]!;
    return rows;
  }

  #copy({ columns, first, rowBytes }: RowPlan, start: number, rows: number): void {
    const { input } = this.#space;
    const { integers } = this.#block;
    let to = 0;
    for (let i = 0; i < COLUMN_ROLES.length; i++) {
      const { view, offset, stride, type } = columns[COLUMN_ROLES[i]!];
      integers[COLUMNS_AT + COLUMN_WORDS * i] = input.byteOffset + (first === null ? to : offset - first);
      if (first !== null) continue;
      const length = (rows - 1) * stride + type.bytes;
      input.set(new Uint8Array(view.buffer, view.byteOffset + offset + start * stride, length), to);
      to += rows * stride;
    }
    if (first === null) return;
    const { view } = columns.t;
    const at = first + start * rowBytes;
    const length = Math.min(rows * rowBytes, view.byteLength - at);
    input.set(new Uint8Array(view.buffer, view.byteOffset + at, length));
  }

  /** Decoders take turns with a kernel: what it is told is written only when it is something else. */
  #set(plan: RowPlan): void {
    this.#plan = plan;
    const { columns, settings } = plan;
    const { unit, geometry } = settings;
    const { doubles, integers } = this.#block;
    for (let i = 0; i < COLUMN_ROLES.length; i++) {
      const { stride, type } = columns[COLUMN_ROLES[i]!];
      const at = COLUMNS_AT + COLUMN_WORDS * i;
      integers[at + 1] = stride;
      integers[at + 2] = type.bytes + (type.kind === 'f' ? FLOAT : 0);
    }
    doubles[0] = 10 ** DECIMAL_SHIFT[unit ?? 'us'];
    const { t, x, y, p } = columns;
    integers[REST_AT] = t.type.kind === 'i' ? 1 : 0;
    integers[REST_AT + 1] = unit === null ? 1 : 0;
    integers[REST_AT + 2] = Math.min(geometry?.width ?? PLACES, placesOf(x.type)) - 1;
    integers[REST_AT + 3] = Math.min(geometry?.height ?? PLACES, placesOf(y.type)) - 1;
    integers[REST_AT + 4] = p.type.kind === 'i' ? -1 : 0;
  }
}

/** The kernel compares whole numbers without their signs: how many of them are none in a type of few bytes. */
function placesOf({ kind, bytes }: NumberType): number {
  if (kind === 'b') return 2;
  return bytes > 2 || kind === 'f' ? PLACES : 2 ** (8 * bytes - (kind === 'i' ? 1 : 0));
}
