/** Events in HDF5 files. */
import { integerOption, OptionError, type SensorGeometry } from '../../events/index.ts';
import { columnsOption, type ColumnOrderOptions } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { noteOtherData } from '../other-data.ts';
import { PushDecoder } from '../push-decoder.ts';
import type { ByteRange, ByteTask, RandomAccess } from '../random-access.ts';
import { impossiblePlace, resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { accessTo, TaskSteps } from '../task-steps.ts';
import { timeUnitOption, type ColumnTimeOptions, type TimeUnit } from '../time-unit.ts';
import { besideEvents } from './beside-events.ts';
import type { ReadingLimits } from './dataset-reader.ts';
import { EventsReader } from './events-reader.ts';
import { FileBytes } from './file-bytes.ts';
import type { Dataset } from './file/dataset.ts';
import { openHdf5File } from './file/file-reader.ts';
import { Hdf5Tree, statedGeometry } from './file/tree.ts';
import { hdf5Layouts } from './layouts/index.ts';
import type { EventsPlace, LayoutOptions } from './layouts/layout.ts';
import { readTriggers } from './triggers.ts';

/** Options of the HDF5 decoder. */
export interface Hdf5DecoderOptions extends DecoderOptions, ColumnOrderOptions, ColumnTimeOptions {
  /**
   * Where the events are, for files that have several: a group of columns or a dataset, `/davis/right/events`. Default:
   * the first place that the layouts know; the others are named in the notes.
   */
  readonly hdf5Path?: string;
  /** Number of the recording in a file that holds many (SHD, SSC), from 0. Needed where there is more than one. */
  readonly sample?: number;
  /** What the first column and row are called in a MATLAB file. Default: 1, unless some coordinates are 0. */
  readonly firstPixel?: 0 | 1;
  /** Most bytes of one chunk's elements. Default 256 MiB. */
  readonly maxChunkBytes?: number;
  /**
   * Most bytes that are kept of a file that comes in order, and most bytes of elements then. A file that can be read at
   * any place needs neither. Default 1 GiB.
   */
  readonly maxHdf5Bytes?: number;
}

/** What a reader of rows saves. */
const STATE_NUMBERS = 8;
const DEFAULT_MAX_CHUNK_BYTES = 2 ** 28;
const DEFAULT_MAX_HDF5_BYTES = 2 ** 30;
/** Places named in a message. */
const MAX_NAMED = 8;

/**
 * Push decoder of HDF5 files (HDF5 File Format Specification 3.0; superblocks 0 to 3, chunks in trees of version 1), with
 * the filters gzip, shuffle, fletcher32, LZF, LZ4, ZSTD, Blosc and ECF, in the layouts of
 *
 * - DSEC: `/events/{t,x,y,p}`, to whose times `/t_offset` is added;
 * - Prophesee: records in `/CD/events`, plain, gzip or ECF, triggers in `/EXT_TRIGGER/events`;
 * - MVSEC: `/davis/{left,right}/events`, seconds since 1970;
 * - SHD and SSC: `/spikes/{times,units}`, one of the recordings in the file (`sample`), units as x of 700 x 1;
 * - MATLAB 7.3: structs and arrays as below, whose coordinates are counted from 1 (`firstPixel`);
 * - others: a group whose members name t, x, y and p as CSV columns do (`/raw_events/t`, `/events/xs`), records with such
 *   fields, or a matrix of four columns whose order the option `columns` says or the first rows tell.
 *
 * Times are read as in {@link NpyDecoder}. Floating-point times of which nothing says the unit are seconds where only that
 * fits (finer than a thousandth, and at least 100 events a second, or since 1970), which a note says; others that have a
 * fraction are refused.
 *
 * Elements lie anywhere in a file. `push` keeps the bytes (up to `maxHdf5Bytes`); a source that can be read at any place
 * (see `decodeBytes`) needs memory for some chunks only. Chunks that are damaged or cut off cost their rows, the others are
 * read.
 *
 * @throws EventFormatError `BAD_HEADER` for files without events, or with columns that must be stated; `UNSUPPORTED_FORMAT`
 * for filters and forms that are not read; `CORRUPT_DATA` and `TRUNCATED` where what leads to the events is damaged;
 * `TOO_LARGE`; `UNKNOWN_TIME_UNIT`, `UNKNOWN_POLARITY`. OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, Hdf5Decoder, Hdf5Encoder } from 'saccade';
 * const encoder = new Hdf5Encoder();
 * const file = new Uint8Array([...encoder.push(batchFromTuples([[1500, 3, 4, 1]])), ...encoder.finish()]);
 * for (const { byteOffset, bytes } of encoder.patches) file.set(bytes, byteOffset);
 * const decoder = new Hdf5Decoder({ policy: 'strict' });
 * const [batch] = [...decoder.push(file), ...decoder.finish()];
 * console.log(batch?.t[0], batch?.x[0], batch?.p[0]); // 1500 3 1
 * ```
 */
export class Hdf5Decoder extends PushDecoder {
  readonly #options: Hdf5DecoderOptions;
  readonly #unit: TimeUnit | undefined;
  readonly #layoutOptions: LayoutOptions;
  readonly #maxBytes: number;
  readonly #file: FileBytes;
  #geometry: SensorGeometry | null;
  #steps: TaskSteps | undefined;
  /** Of the file, where bytes come from any place. */
  #size: number | undefined;
  #elementBytes = 0;
  #reader: EventsReader | undefined;

  constructor(options: Hdf5DecoderOptions = {}) {
    super('hdf5', 'HDF5', options);
    this.#options = options;
    if (options.firstPixel !== undefined) integerOption('firstPixel', options.firstPixel, 0, 1);
    this.#geometry = options.geometry ?? null;
    this.#unit = timeUnitOption(options.timeUnit);
    const { maxHdf5Bytes } = options;
    this.#layoutOptions = layoutOptionsOf(options);
    this.#maxBytes = integerOption('maxHdf5Bytes', maxHdf5Bytes ?? DEFAULT_MAX_HDF5_BYTES, 1, 2 ** 40);
    this.#file = new FileBytes(this.#maxBytes);
  }

  get geometry(): SensorGeometry | null {
    return this.#geometry;
  }

  /** From now on bytes come from any place of a recording of so many bytes. */
  openRandomAccess(size: number): RandomAccess {
    this.#size = size;
    const wanted = (): ByteRange | null => this.#steps?.wanted ?? null;
    return accessTo(wanted, (bytes) => this.push(bytes));
  }

  /**
   * Between rows, where bytes come from any place. As events lie in several, `byteOffset` is not where one of them is: it
   * is as far into the file as the row is into the rows.
   */
  override resumePoint(): ResumePoint | null {
    const point = this.#size === undefined ? null : super.resumePoint();
    return point && { ...point, byteOffset: Math.floor(this.#reader!.share * this.#size!) };
  }

  protected override place(): ResumePlace | null {
    const state = this.#reader?.save() ?? null;
    return state && { pendingBytes: 0, state };
  }

  /** What leads to the events is read again. */
  protected override goOn(point: ResumePoint): void {
    const isOfTable = point.state.length === 1;
    const numbers = isOfTable ? 1 : STATE_NUMBERS;
    const state = resumeState(point, this.#size === undefined ? -1 : numbers);
    const [row] = state as readonly [number];
    if (row < 0) throw impossiblePlace(point.byteOffset);
    // A table knows no polarities and times: that some were 0, and differ, refuses what could be read in two ways.
    this.#steps = this.#start(isOfTable ? [row, 1, 0, 0, 0, 1, 0, 0] : state);
  }

  protected decode(bytes: Uint8Array): void {
    this.#steps ??= this.#start();
    const steps = this.#steps;
    if (this.#size !== undefined) {
      steps.supply(bytes);
      return;
    }
    const taken = steps.wanted === null ? bytes.length : this.#file.push(bytes);
    steps.answer((range) => this.#file.at(range), false);
    if (taken === bytes.length || steps.wanted === null) return;
    throw new EventFormatError(
      'TOO_LARGE',
      this.#file.length,
      `The file has more than ${this.#maxBytes} bytes, which must be kept as its events can lie anywhere. Raise maxHdf5Bytes, or give it as a file that can be read at any place.`,
    );
  }

  protected end(): void {
    this.#steps ??= this.#start();
    if (this.#size === undefined) this.#steps.answer((range) => this.#file.at(range), true);
    this.account.bytes = this.#size ?? this.account.bytes;
    const missing = this.#statedSize - this.account.bytes;
    const isKnown = this.account.faults.some(({ code }) => code === 'TRUNCATED');
    if (missing > 0 && !isKnown)
      this.damage('TRUNCATED', this.account.bytes, `The last ${missing} bytes of the file are missing.`);
    this.#file.release();
  }

  #statedSize = 0;

  #start(saved?: readonly number[]): TaskSteps {
    return new TaskSteps(this.#read(saved));
  }

  *#read(saved: readonly number[] | undefined): ByteTask<void> {
    const file = yield* openHdf5File();
    this.#statedSize = file.statedSize;
    const tree = new Hdf5Tree(file);
    const place = yield* this.#findEvents(tree);
    this.#geometry ??= place.geometry ?? (yield* this.#readGeometry(tree, place.path));
    if (place.note !== undefined) this.account.note({ code: 'LAYOUT', message: place.note });
    const limits: ReadingLimits = {
      maxChunkBytes: this.#layoutOptions.maxChunkBytes,
      onElements: (bytes) => this.#count(bytes),
    };
    const reader = new EventsReader({
      sink: this.sink(),
      limits,
      unit: this.#unit,
      geometry: this.#geometry,
      firstPixel: this.#options.firstPixel,
    });
    this.#reader = reader;
    yield* reader.read(place, saved);
    if (saved === undefined && place.triggers !== undefined)
      yield* this.#readTriggers(place.triggers, limits);
  }

  /** What is damaged there costs no events. */
  *#readTriggers(dataset: Dataset, limits: ReadingLimits): ByteTask<void> {
    try {
      yield* readTriggers(dataset, this.sink(), limits);
    } catch (error) {
      if (!(error instanceof EventFormatError)) throw error;
      this.damage(error.code, error.byteOffset, error.problem);
    }
  }

  /** Elements of a file that comes in order are events in memory by the end. */
  #count(bytes: number): void {
    this.#elementBytes += bytes;
    if (this.#size !== undefined || this.#elementBytes <= this.#maxBytes) return;
    throw new EventFormatError(
      'TOO_LARGE',
      0,
      `The elements have more than ${this.#maxBytes} bytes. If that is right, raise maxHdf5Bytes, or give the file as one that can be read at any place.`,
    );
  }

  *#findEvents(tree: Hdf5Tree): ByteTask<EventsPlace> {
    const stated = this.#options.hdf5Path;
    const path = stated === undefined ? undefined : `/${stated.replace(/^\/+|\/+$/g, '')}`;
    const all: string[] = [];
    for (const layout of hdf5Layouts) {
      const places = yield* layout.find(tree, this.#layoutOptions);
      all.push(...places.map((place) => place.path));
      const chosen = path === undefined ? places[0] : places.find((place) => place.path === path);
      if (chosen === undefined) continue;
      this.account.variant = `HDF5 ${layout.name}`;
      const others = places.filter((place) => place !== chosen).map((place) => place.path);
      if (others.length > 0) {
        const message = `The events of ${chosen.path} are read; not read: ${named(others)}.`;
        this.account.note({ code: 'OTHER_STREAMS', message, option: 'hdf5Path' });
      }
      requireTaken(chosen, layout.name, this.#options);
      const beside = yield* besideEvents(tree, chosen, all);
      noteOtherData(this.account, 'file', beside.length === 0 ? [] : [named(beside)]);
      return chosen;
    }
    const has = named([...new Set(all)]);
    if (path !== undefined)
      throw new OptionError(
        'hdf5Path',
        `names ${path}, where no events are; there is ${has || 'nothing that is known'}`,
      );
    const names = named(yield* tree.names('/'));
    throw new EventFormatError(
      'BAD_HEADER',
      tree.file.base,
      `No events were found in the file; it has ${names || 'nothing'}. Events are datasets t, x, y and p in one group, records with such fields, or a matrix of N x 4.`,
    );
  }

  /** Beside the events, or at the root. What is damaged there costs no events. */
  *#readGeometry(tree: Hdf5Tree, path: string): ByteTask<SensorGeometry | null> {
    try {
      const here = statedGeometry(yield* tree.attributes(path));
      return here ?? statedGeometry(yield* tree.attributes('/'));
    } catch (error) {
      if (!(error instanceof EventFormatError)) throw error;
      this.damage(error.code, error.byteOffset, error.problem);
      return null;
    }
  }
}

/** @throws OptionError for what the events that were found leave no room for. */
function requireTaken(
  { path, takes = [], countsFromOne = false }: EventsPlace,
  layout: string,
  { columns, sample, firstPixel }: Hdf5DecoderOptions,
): void {
  const here = `; ${path} is of the layout ${layout}`;
  if (columns !== undefined && !takes.includes('columns'))
    throw new OptionError('columns', `is of a matrix without names${here}, and says which column is which`);
  if (sample !== undefined && !takes.includes('sample'))
    throw new OptionError('sample', `is of files of many recordings (SHD, SSC)${here}, one recording`);
  if (firstPixel !== undefined && !countsFromOne)
    throw new OptionError('firstPixel', `is of MATLAB files${here}, which counts from 0`);
}

/** What layouts are told. @throws OptionError */
export function layoutOptionsOf({ columns, sample, maxChunkBytes }: Hdf5DecoderOptions): LayoutOptions {
  return {
    order: columns === undefined ? undefined : columnsOption(columns),
    sample: sample === undefined ? undefined : integerOption('sample', sample, 0),
    maxChunkBytes: integerOption('maxChunkBytes', maxChunkBytes ?? DEFAULT_MAX_CHUNK_BYTES, 1, 2 ** 31),
  };
}

function named(paths: readonly string[]): string {
  const more = paths.length - MAX_NAMED;
  const shown = paths.slice(0, MAX_NAMED).map((path) => path.slice(0, 80));
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
