/** Events as four arrays in a NumPy archive. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import {
  COLUMN_ROLES,
  columnNamed,
  timeUnitOption,
  type ColumnRole,
  type ColumnTimeOptions,
  type TimeUnit,
} from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { RowReader } from '../npy/row-reader.ts';
import { PushDecoder } from '../push-decoder.ts';
import { ArchiveReader, type ArchiveEnd, type MemberSink } from './archive.ts';
import { ColumnBuffer } from './column.ts';

/** The limit of decoders and encoders unless they are told another: 1 GiB, 82 million events as saccade writes them. */
export const DEFAULT_MAX_NPZ_BYTES: number = 2 ** 30;

/** Options of the NumPy archive decoder. */
export interface NpzDecoderOptions extends DecoderOptions, ColumnTimeOptions {
  /** Most bytes of the four arrays together, not compressed. Default 1 GiB. */
  readonly maxNpzBytes?: number;
}

/** So many names are told in a message. */
const MAX_NAMES = 20;
const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];

/**
 * Push decoder of `.npz` archives, as numpy.savez, numpy.savez_compressed and SpikingJelly write them: one array
 * each for time, x, y and polarity, one-dimensional, of any integer, floating-point or boolean type and byte order.
 * Names, times and polarities are read as in {@link NpyDecoder}; other members are passed over.
 *
 * Members come in any order, one array after the other: no event is known before the last array is there.
 * The arrays are kept (up to `maxNpzBytes`, and half as much again while they grow), all events are delivered by
 * `finish`. They are inflated as they arrive, so that an archive that inflates to more is refused in time. Checksums
 * are not looked at.
 *
 * @throws EventFormatError `TOO_LARGE`; `BAD_HEADER` where an array is missing, twice there or of another type.
 * OptionError.
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
  readonly #columns = new Map<ColumnRole, ColumnBuffer>();
  readonly #names: string[] = [];
  #unit: TimeUnit | undefined;
  #reserved = 0;
  #magicBytes = 0;
  #isDamaged = false;

  constructor(options: NpzDecoderOptions = {}) {
    super('npz', 'NPZ', options);
    this.geometry = options.geometry ?? null;
    this.#unit = timeUnitOption(options.timeUnit);
    this.#maxBytes = integerOption('maxNpzBytes', options.maxNpzBytes ?? DEFAULT_MAX_NPZ_BYTES, 1, 2 ** 40);
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
    const end = this.#archive.finish();
    const missing = COLUMN_ROLES.filter((role) => !this.#columns.has(role));
    if (missing.length === 0) this.#deliverEvents();
    else if (end === 'whole' && !this.#isDamaged) {
      throw new EventFormatError(
        'BAD_HEADER',
        0,
        `The archive lacks an array for ${missing.join(', ')}; it has ${this.#names.join(', ')}.`,
      );
    }
    this.#reportEnd(end);
  }

  #openMember(name: string): MemberSink | null {
    const array = /^(.*)\.npy$/s.exec(name)?.[1];
    if (array === undefined) return null;
    if (this.#names.length < MAX_NAMES) this.#names.push(array.slice(0, 80));
    const named = columnNamed(array);
    if (named === null) return null;
    if (this.#columns.has(named.role))
      throw new EventFormatError('BAD_HEADER', 0, `The archive has more than one array for ${named.role}.`);
    const column = new ColumnBuffer(array, (bytes) => {
      this.#reserve(bytes);
    });
    this.#columns.set(named.role, column);
    this.#unit ??= named.unit;
    return {
      write: (bytes) => column.write(bytes),
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

  #deliverEvents(): void {
    const [t, x, y, p] = COLUMN_ROLES.map((role) => this.#columns.get(role)!);
    const rows = Math.min(...Array.from(this.#columns.values(), (column) => column.rows));
    if (rows === 0) return;
    const reader = new RowReader(this.sink(), this.#unit ?? 'us', this.geometry);
    reader.read({ t: t!.column(), x: x!.column(), y: y!.column(), p: p!.column() }, rows);
  }

  /** After the events, which a fault takes along under `strict`. */
  #reportEnd(end: ArchiveEnd): void {
    const at = this.account.bytes;
    if (end === 'before the directory') {
      this.damage('TRUNCATED', at, 'The archive ends before its directory; arrays may be missing.');
    } else if (end !== 'whole') {
      this.damage('TRUNCATED', at, `The archive ends inside its member "${end.inside.slice(0, 80)}".`);
    }
    const isExplained = this.account.faultCount > 0;
    for (const [role, { problem }] of this.#columns) {
      if (problem !== null && !isExplained)
        this.damage('CORRUPT_DATA', at, `The array for ${role} ${problem}.`);
    }
    const rows = COLUMN_ROLES.map((role) => this.#columns.get(role)?.rows ?? 0);
    if (new Set(rows).size > 1) {
      const text = COLUMN_ROLES.map((role, i) => `${role} ${rows[i]}`).join(', ');
      this.damage('CORRUPT_DATA', at, `The arrays differ in length (${text}); events end with the shortest.`);
    }
  }
}
