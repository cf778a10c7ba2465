/** Events in MAT files, level 5. */
import { integerOption, OptionError, type SensorGeometry } from '../../events/index.ts';
import { columnsOption, type ColumnOrder, type ColumnOrderOptions } from '../columns.ts';
import type { DecoderOptions } from '../event-format.ts';
import { KeptFile } from '../kept-file.ts';
import { RowReader } from '../npy/row-reader.ts';
import { noteOtherData } from '../other-data.ts';
import { PushDecoder } from '../push-decoder.ts';
import { settledUnit, timeUnitOption, type ColumnTimeOptions, type TimeUnit } from '../time-unit.ts';
import { arrayIn, type MatArray } from './arrays.ts';
import { elementAt, HEADER_BYTES, isLittle, MatError, plainElement } from './elements.ts';
import { findEvents, noEvents, othersBeside, type MatEvents } from './find-events.ts';
import { fromFirstPixel, fromOneAndTwo } from './matlab-numbers.ts';

export const MAT_MAGIC = 'MATLAB 5.0 MAT-file';
const DEFAULT_MAX_BYTES: number = 2 ** 30;

/** Options of the MAT decoder. */
export interface MatDecoderOptions extends DecoderOptions, ColumnOrderOptions, ColumnTimeOptions {
  /**
   * Number of the first row and column: 1, as MATLAB counts, or 0. Default: 0 if any coordinate is 0, else 1, which a note
   * says.
   */
  readonly firstPixel?: 0 | 1;
  /** Most bytes of the file, which is kept until its end, and of its arrays, inflated. Default 1 GiB. */
  readonly maxMatBytes?: number;
}

/**
 * Push decoder of MAT files as MATLAB (without `-v7.3`, which is HDF5), Octave and SciPy write them, compressed or not, with
 *
 * - variables, or fields of a structure at any depth, named as columns are (`TD.x`, `TD.y`, `TD.p`, `TD.ts`);
 * - or a matrix of a row an event, whose columns the option `columns` names.
 *
 * Of several the one called `TD`, `events` or so is read. Coordinates may count from 1, see `firstPixel`; polarities may be 0
 * and 1, -1 and 1, or 1 and 2 (2 is ON, as MATLAB's readers of N-MNIST have it). Times are read as in {@link NpzDecoder}. The
 * file is kept, all events are delivered by `finish`. An element that is damaged or cut is left out as a whole.
 *
 * @throws EventFormatError `TOO_LARGE`; `BAD_HEADER` where no events are found or several may be meant;
 * `UNKNOWN_TIME_UNIT`, `CORRUPT_DATA`. OptionError.
 *
 * @example
 * ```ts
 * import { EventFormatError, MatDecoder } from 'saccade';
 * const decoder = new MatDecoder();
 * decoder.push(new TextEncoder().encode('MATLAB 5.0 MAT-file'));
 * try {
 *   decoder.finish();
 * } catch (error) {
 *   console.log((error as EventFormatError).code); // 'BAD_HEADER'
 * }
 * ```
 */
export class MatDecoder extends PushDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #maxBytes: number;
  readonly #order: ColumnOrder | undefined;
  readonly #unit: TimeUnit | undefined;
  readonly #firstPixel: 0 | 1 | undefined;
  readonly #file: KeptFile;

  constructor(options: MatDecoderOptions = {}) {
    super('mat', 'MAT5', options);
    this.geometry = options.geometry ?? null;
    this.#order = options.columns === undefined ? undefined : columnsOption(options.columns);
    this.#unit = timeUnitOption(options.timeUnit);
    if (options.firstPixel !== undefined && options.firstPixel !== 0 && options.firstPixel !== 1)
      throw new OptionError('firstPixel', 'must be 0 or 1');
    this.#firstPixel = options.firstPixel;
    this.#maxBytes = integerOption('maxMatBytes', options.maxMatBytes ?? DEFAULT_MAX_BYTES, 1, 2 ** 32);
    this.#file = new KeptFile({
      name: 'the MAT file',
      magic: MAT_MAGIC,
      otherwise: 'This is no MAT file of level 5.',
      maxBytes: this.#maxBytes,
      tooLarge: `The file has more than ${this.#maxBytes} bytes and would be kept whole. If there is memory, raise maxMatBytes.`,
    });
  }

  protected decode(bytes: Uint8Array): void {
    this.#file.push(bytes);
  }

  protected end(): void {
    this.#file.end((bytes) => {
      this.#readAll(bytes);
    });
  }

  #readAll(bytes: Uint8Array): void {
    const arrays = this.#arrays(bytes, isLittle(bytes));
    const events = findEvents(arrays, this.#order);
    if (events === null) {
      if (this.account.faultCount === 0) throw noEvents(arrays);
      return;
    }
    noteOtherData(this.account, 'file', othersBeside(events, arrays));
    if (new Set(events.lengths).size > 1)
      this.damage(
        'CORRUPT_DATA',
        0,
        `The columns of events differ in length (${events.lengths.join(', ')}); events end with the shortest.`,
      );
    if (events.rows > 0) this.#readEvents(events);
  }

  #arrays(bytes: Uint8Array, little: boolean): MatArray[] {
    const arrays: MatArray[] = [];
    let left = this.#maxBytes;
    for (let at = HEADER_BYTES; at < bytes.length;) {
      let end = bytes.length;
      try {
        const element = elementAt(bytes, at, little);
        end = element.end;
        const plain = plainElement(element, little, left);
        left -= plain.bytes.length;
        const array = arrayIn(plain, little);
        if (array !== null) arrays.push(array);
      } catch (error) {
        if (!(error instanceof MatError)) throw error;
        if (end === bytes.length) this.truncated(bytes.length - at, 'element');
        else this.damage('CORRUPT_DATA', at, `An element of the MAT file ${error.message}; it is left out.`);
      }
      at = end;
    }
    return arrays;
  }

  #readEvents({ columns, rows, unit }: MatEvents): void {
    const places = fromFirstPixel(columns, rows, this.#firstPixel);
    if (places.isGuessed && places.firstPixel === 1) {
      const message =
        'No event is in row or column 0: rows and columns are taken to count from 1, as in MATLAB, and 1 is subtracted.';
      this.account.note({ code: 'ONE_BASED', message, option: 'firstPixel' });
    }
    const settled = settledUnit(this.#unit, unit, 0);
    const reader = new RowReader(this.sink(), { unit: settled, geometry: this.geometry, placeOf: () => 0 });
    reader.read({ t: columns.t, x: places.x, y: places.y, p: fromOneAndTwo(columns.p, rows) }, rows);
    reader.finish();
  }
}
