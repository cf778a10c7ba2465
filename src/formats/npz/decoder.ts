/** Events as arrays in a NumPy archive. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import { columnsOption, type ColumnOrderOptions } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { RowReader } from '../npy/row-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import { settledUnit, timeUnitOption, type ColumnTimeOptions, type TimeUnit } from '../time-unit.ts';
import { ArchiveReader, type ArchiveEnd } from './archive.ts';
import type { MemberSink } from './member-reader.ts';
import { EventMembers } from './members.ts';

/** The limit of decoders and encoders unless they are told another: 1 GiB, 82 million events as saccade writes them. */
export const DEFAULT_MAX_NPZ_BYTES: number = 2 ** 30;

/** Options of the NumPy archive decoder. */
export interface NpzDecoderOptions extends DecoderOptions, ColumnOrderOptions, ColumnTimeOptions {
  /** Most bytes of the arrays together, not compressed. Default 1 GiB. */
  readonly maxNpzBytes?: number;
}

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];

/**
 * Push decoder of `.npz` archives, as numpy.savez, numpy.savez_compressed and SpikingJelly write them, with
 *
 * - one array each for time, x, y and polarity, one-dimensional, of any integer, floating-point or boolean type and
 *   byte order. Their names say which is which; arrays without names (`arr_0` …) are in the order of the option
 *   `columns`;
 * - or one array of events, structured or a matrix, as {@link NpyDecoder} reads them. Of several the one called
 *   `events`, `event_data`, `event`, `ev`, `data` or `arr_0` is read.
 *
 * Names, times and polarities are read as in {@link NpyDecoder}; other members are passed over.
 *
 * Members come in any order, one array after the other: no event is known before the last array is there.
 * The arrays are kept (up to `maxNpzBytes`, and half as much again while they grow), all events are delivered by
 * `finish`. An archive that inflates to more is refused in time. A member whose checksum is another than the archive
 * states is damage.
 *
 * @throws EventFormatError `TOO_LARGE`; `BAD_HEADER` where an array is missing, twice there, of another type or holds
 * pickled objects; `UNKNOWN_TIME_UNIT`, `UNKNOWN_POLARITY` and `CORRUPT_DATA` as {@link NpyDecoder}. OptionError.
 *
 * @example
 * ```ts
 * import { batchFromTuples, NpzDecoder, NpzEncoder } from 'saccade';
 * const encoder = new NpzEncoder();
 * encoder.push(batchFromTuples([[1000, 3, 4, 1]]));
 * const decoder = new NpzDecoder({ policy: 'strict' });
 * decoder.push(encoder.finish());
 * const [batch] = decoder.finish();
 * console.log(batch?.t[0], batch?.x[0], batch?.p[0]); // 1000 3 1
 * ```
 */
export class NpzDecoder extends PushDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #maxBytes: number;
  readonly #archive: ArchiveReader;
  readonly #members: EventMembers;
  readonly #unit: TimeUnit | undefined;
  #reserved = 0;
  #magicBytes = 0;
  #isDamaged = false;

  constructor(options: NpzDecoderOptions = {}) {
    super('npz', 'NPZ', options);
    this.geometry = options.geometry ?? null;
    this.#unit = timeUnitOption(options.timeUnit);
    this.#maxBytes = integerOption('maxNpzBytes', options.maxNpzBytes ?? DEFAULT_MAX_NPZ_BYTES, 1, 2 ** 40);
    const order = options.columns === undefined ? undefined : columnsOption(options.columns);
    this.#members = new EventMembers(order, (bytes) => {
      this.#reserve(bytes);
    });
    this.#archive = new ArchiveReader(
      (name) => this.#openMember(name),
      (problem) => {
        this.#damaged(`The archive cannot be read on: ${problem}.`);
      },
    );
  }

  protected decode(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length && this.#magicBytes < ZIP_MAGIC.length; i++) {
      if (bytes[i] !== ZIP_MAGIC[this.#magicBytes++])
        throw new EventFormatError('BAD_HEADER', this.#magicBytes - 1, 'This is no zip archive.');
    }
    this.#archive.push(bytes);
  }

  protected end(): void {
    try {
      this.#readAll();
    } finally {
      this.#members.release();
    }
  }

  #readAll(): void {
    const end = this.#archive.finish();
    const events = this.#members.find();
    if (events === null && isWhole(end) && !this.#isDamaged) throw this.#members.missing();
    let reader: RowReader | undefined;
    if (events !== null && events.rows > 0) {
      const unit = settledUnit(this.#unit, events.unit, 0);
      reader = new RowReader(this.sink(), { unit, geometry: this.geometry, placeOf: () => 0 });
      reader.read(events.columns, events.rows);
    }
    this.#reportEnd(end);
    reader?.finish();
  }

  #openMember(name: string): MemberSink | null {
    const array = /^(.*)\.npy$/s.exec(name)?.[1];
    if (array === undefined) return null;
    const member = this.#members.open(array);
    return {
      announced: (head) => member.announced(head),
      write: (bytes, mayKeep) => member.write(bytes, mayKeep),
      damaged: (problem) => {
        this.#damaged(`The array "${array}" cannot be read to its end: ${problem}.`);
      },
    };
  }

  #reserve(bytes: number): void {
    this.#reserved += bytes;
    if (this.#reserved <= this.#maxBytes) return;
    throw new EventFormatError(
      'TOO_LARGE',
      0,
      `The arrays have ${this.#reserved} bytes, more than ${this.#maxBytes}. If that is right, raise maxNpzBytes.`,
    );
  }

  #damaged(problem: string): void {
    this.#isDamaged = true;
    this.damage('CORRUPT_DATA', 0, problem);
  }

  /** After the events, which a fault takes along under `strict`. */
  #reportEnd(end: ArchiveEnd): void {
    const at = this.account.bytes;
    if (end === 'before the directory') {
      this.damage('TRUNCATED', at, 'The archive ends before its directory; arrays may be missing.');
    } else if ('inside' in end) {
      this.damage('TRUNCATED', at, `The archive ends inside its member "${end.inside.slice(0, 80)}".`);
    } else {
      for (const name of end.altered) {
        const problem = `The member "${name.slice(0, 80)}" has another checksum than the archive states: its content is damaged.`;
        this.damage('CORRUPT_DATA', at, problem);
      }
    }
    const isExplained = !isWhole(end) || this.#isDamaged;
    for (const problem of this.#members.problems(isExplained)) this.damage('CORRUPT_DATA', at, problem);
  }
}

function isWhole(end: ArchiveEnd): boolean {
  return typeof end === 'object' && 'altered' in end;
}
