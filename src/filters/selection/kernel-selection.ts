/** A filter whose loop is in WebAssembly. */
import type { EventArrays, EventBatch, SensorGeometry } from '../../events/index.ts';
import { sharedSpace, type BlockField, type FilterBlock, type FilterLoop } from './filter-space.ts';
import { COLUMNS, copyColumn, entries, type Column, type Selected, type Selection } from './selection.ts';

/** A loop, and what it needs. */
export interface KernelRule {
  readonly loop: FilterLoop;
  /** That of the events that come. */
  readonly sensor: SensorGeometry;
  /** Columns that the loop looks at, beside `x` and `y`. */
  readonly reads?: readonly Column[];
  /** Columns that it changes. */
  readonly moves?: readonly Column[];
  /** Whether columns and rows change places behind it. */
  readonly swapAxes?: boolean;
  /** Numbers in the block: options, and where pixels are in the tables. */
  readonly fields: Readonly<Partial<Record<BlockField, number>>>;
  /** Entries of the table in 32 bits, and of the flags. */
  readonly cells?: number;
  readonly flags?: number;
}

/** The largest side of a sensor whose places are computed in vectors of 16 bits. */
export const MAX_COMPUTED_SIDE = 65_533;

/** Behind the largest place that 16 bits hold. */
export const MOST_PLACES = 65_536;

/** Gives memory back of filters that nobody ended. */
const forgotten = new FinalizationRegistry<() => void>((release) => {
  release();
});

interface Held {
  readonly block: FilterBlock;
  readonly table: number;
}

/** See the file comment. Memory is held from the first event to the end of the stream. */
export abstract class KernelSelection implements Selection {
  #rule: KernelRule;
  #held: Held | null = null;
  #release: (() => void) | undefined;

  constructor(rule: KernelRule) {
    this.#rule = rule;
  }

  begin(micros: number): boolean {
    if (!this.#hold()) return false;
    this.reset(micros);
    return true;
  }

  select(batch: EventBatch, room: EventArrays): Selected {
    const { columns, kernels } = sharedSpace()!;
    const { loop, reads = [], moves = [], swapAxes = false } = this.#rule;
    const { length } = batch;
    const { block } = this.#held!;
    const before = ['x', 'y', ...reads] as Column[];
    for (const name of before) columns[name].set(entries(batch[name], 0, length));
    block.set({ outside: 0, kept: 0 });
    const events = kernels[loop](block.address, length);
    const kept = block.get('kept');
    const outside = block.get('outside');
    const from = swapAxes ? { ...columns, x: columns.y, y: columns.x } : columns;
    if (kept === events) {
      for (const name of COLUMNS) copyColumn(name, moves.includes(name) ? from : batch, room, kept);
    } else {
      for (const name of COLUMNS)
        if (!before.includes(name)) columns[name].set(entries(batch[name], 0, length));
      kernels.compact(block.address, events);
      for (const name of COLUMNS) copyColumn(name, from, room, kept);
    }
    if (events < length) this.stoppedAt(batch.t[events]!);
    return { events, kept, outside };
  }

  end(): void {
    this.#release?.();
    this.#release = undefined;
    this.#held = null;
  }

  /** The loop from now on, and what it reads. */
  protected use(changed: Pick<KernelRule, 'loop' | 'reads'>): void {
    this.#rule = { ...this.#rule, ...changed };
  }

  protected get block(): FilterBlock {
    return this.#held!.block;
  }

  /** The table, as of the moment. */
  protected get table(): Int32Array {
    return sharedSpace()!.integers(this.#held!.table, this.#rule.cells ?? 0);
  }

  /** The flags, as of the moment. */
  protected get flags(): Uint8Array {
    const { cells = 0, flags = 0 } = this.#rule;
    return sharedSpace()!.bytes(this.#held!.table + 4 * cells, flags);
  }

  /** A time segment begins, with an event of this time. */
  protected abstract reset(micros: number): void;

  /** The loop stopped in front of an event of this time. */
  protected stoppedAt(_micros: number): void {
    // Most never do.
  }

  #hold(): boolean {
    if (this.#held !== null) return true;
    const space = sharedSpace();
    const block = space?.openBlock() ?? null;
    if (space === null || block === null) return false;
    const { sensor, fields, cells = 0, flags = 0 } = this.#rule;
    const table = space.reserve(4 * cells + flags);
    if (table === null) {
      space.release(block.address);
      return false;
    }
    const [width, height] = [Math.min(sensor.width, MOST_PLACES), Math.min(sensor.height, MOST_PLACES)];
    block.set({ width, height, table, flags: table + 4 * cells, ...fields });
    const release = (): void => {
      forgotten.unregister(release);
      space.release(table);
      space.release(block.address);
    };
    forgotten.register(this, release, release);
    this.#release = release;
    this.#held = { block, table };
    return true;
  }
}

/** A loop that remembers nothing but a table. */
export class StatelessKernel extends KernelSelection {
  readonly #table: Int32Array | undefined;

  constructor(rule: KernelRule, table?: Int32Array) {
    super({ ...rule, ...(table && { cells: table.length }) });
    this.#table = table;
  }

  protected reset(): void {
    if (this.#table !== undefined) this.table.set(this.#table);
  }
}
