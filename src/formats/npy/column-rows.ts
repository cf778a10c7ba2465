/** Rows whose columns lie anywhere in a recording, a stretch of them at a time. */
import { COLUMN_ROLES, type ColumnRole } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { ByteTask } from '../random-access.ts';
import { PAUSE } from '../task-steps.ts';
import type { NumberColumn } from './numbers.ts';
import type { RowReader } from './row-reader.ts';
import type { ColumnPlaces } from './table.ts';

/** Rows that are read at once, where they are not large. */
const PIECE_ROWS = 0x1_0000;
const PIECE_BYTES = 2 ** 20;

/** Told of bytes that were read, and where they lie. */
export type OnColumnBytes = (offset: number, bytes: Uint8Array) => void;

/** See {@link ColumnRows.read}. */
export class ColumnRows {
  readonly #places: ColumnPlaces;
  readonly #rows: number;
  readonly #reader: RowReader;
  readonly #onBytes: OnColumnBytes | undefined;
  #row = 0;

  /** @param places of the first row's numbers in the recording. */
  constructor(places: ColumnPlaces, rows: number, reader: RowReader, onBytes?: OnColumnBytes) {
    this.#places = places;
    this.#rows = rows;
    this.#reader = reader;
    this.#onBytes = onBytes;
  }

  /** Which part of the rows was read. */
  get share(): number {
    return this.#row / this.#rows;
  }

  /** See {@link RowReader.save}. */
  save(): readonly number[] | null {
    return this.#reader.save();
  }

  /**
   * Delivers all rows.
   *
   * @param saved what another reader of the same rows saved: those behind it.
   * @throws EventFormatError `TRUNCATED` where there are fewer bytes than there should be.
   */
  *read(saved?: readonly number[]): ByteTask<void> {
    // What a reader of rows saves first is how many there were.
    this.#row = saved?.[0] ?? 0;
    if (saved !== undefined) this.#reader.restore(saved);
    const places = COLUMN_ROLES.map((role) => this.#places[role]);
    const first = Math.min(...places.map(({ offset }) => offset));
    const { stride } = this.#places.t;
    const inRows = places.every(
      (place) => place.stride === stride && place.offset + place.type.bytes <= first + stride,
    );
    const most = Math.max(...places.map((place) => place.stride));
    const piece = Math.max(1, Math.min(PIECE_ROWS, Math.floor(PIECE_BYTES / most)));
    while (this.#row < this.#rows) {
      const count = Math.min(piece, this.#rows - this.#row);
      const row = inRows ? yield* this.#bytes(first, stride, count) : null;
      const columns: [ColumnRole, NumberColumn][] = [];
      for (const role of COLUMN_ROLES) {
        const place = this.#places[role];
        const view = row ?? (yield* this.#bytes(place.offset, place.stride, count));
        columns.push([role, { ...place, view, offset: row === null ? 0 : place.offset - first }]);
      }
      this.#reader.read(Object.fromEntries(columns) as Record<ColumnRole, NumberColumn>, count);
      this.#row += count;
      yield PAUSE;
    }
  }

  *#bytes(first: number, stride: number, count: number): ByteTask<DataView> {
    const offset = first + this.#row * stride;
    const bytes = yield { offset, length: count * stride };
    if (bytes.length < count * stride)
      throw new EventFormatError(
        'TRUNCATED',
        offset + bytes.length,
        'The recording ends inside its columns.',
      );
    this.#onBytes?.(offset, bytes);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
