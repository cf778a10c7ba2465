/** Events as arrays in a NumPy archive. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import { COLUMN_ROLES, columnsOption, type ColumnOrder, type ColumnOrderOptions } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { ColumnRows } from '../npy/column-rows.ts';
import { RowReader } from '../npy/row-reader.ts';
import { noteOtherData } from '../other-data.ts';
import { PushDecoder } from '../push-decoder.ts';
import type { ByteTask, RandomAccess } from '../random-access.ts';
import { impossiblePlace, resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { accessTo, LateRefusal, TaskSteps } from '../task-steps.ts';
import { settledUnit, timeUnitOption, type ColumnTimeOptions, type TimeUnit } from '../time-unit.ts';
import { ArchiveReader, type ArchiveEnd } from './archive.ts';
import type { MemberSink } from './member-reader.ts';
import { EventMembers, type ArchiveEvents } from './members.ts';
import { MemberChecksums } from './member-checksums.ts';
import { arrayHead, storedMembers, type StoredMember } from './stored-members.ts';

/** The limit of decoders and encoders unless they are told another: 1 GiB, 82 million events as saccade writes them. */
export const DEFAULT_MAX_NPZ_BYTES: number = 2 ** 30;

/** Options of the NumPy archive decoder. */
export interface NpzDecoderOptions extends DecoderOptions, ColumnOrderOptions, ColumnTimeOptions {
  /** Most bytes of the arrays together, not compressed. Default 1 GiB. */
  readonly maxNpzBytes?: number;
}

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];
const ARRAY = /^(.*)\.npy$/s;
/** What a reader of rows saves. */
const STATE_NUMBERS = 6;
/** Bytes of an archive that is read in its order, at once. */
const READ_BYTES = 0x1_0000;

/** What is left to say of arrays that were read where they lie. */
interface StoredEnd {
  readonly reader: RowReader | undefined;
  /** Members with another checksum than is stated. */
  readonly altered: readonly string[];
}

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
 * Members come in any order, one array after the other: no event is known before the last array is there. `push` keeps
 * the arrays (up to `maxNpzBytes`, and half as much again while they grow), all events are delivered by
 * `finish`. An archive that inflates to more is refused in time. Of a source that can be read at any place (see `decodeBytes`)
 * arrays that are stored (numpy.savez) are read where they lie, in little memory; those that are compressed are kept, as deflate
 * has no place to begin at. A member whose checksum is another than the archive states is damage.
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
  readonly #order: ColumnOrder | undefined;
  readonly #unit: TimeUnit | undefined;
  readonly #refusal = new LateRefusal();
  #archive: ArchiveReader;
  #members: EventMembers;
  #reserved = 0;
  #magicBytes = 0;
  #isDamaged = false;
  /** Of the archive, where bytes come from any place. */
  #size: number | undefined;
  #steps: TaskSteps | undefined;
  /** Where arrays are read where they lie. */
  #rows: ColumnRows | undefined;
  #stored: StoredEnd | undefined;

  constructor(options: NpzDecoderOptions = {}) {
    super('npz', 'NPZ', options);
    this.geometry = options.geometry ?? null;
    this.#unit = timeUnitOption(options.timeUnit);
    this.#maxBytes = integerOption('maxNpzBytes', options.maxNpzBytes ?? DEFAULT_MAX_NPZ_BYTES, 1, 2 ** 40);
    this.#order = options.columns === undefined ? undefined : columnsOption(options.columns);
    this.#members = this.#keptMembers();
    this.#archive = this.#openArchive();
  }

  /** From now on bytes come from any place of an archive of so many bytes. */
  openRandomAccess(size: number): RandomAccess {
    this.#size = size;
    this.#goTo();
    this.account.restart(this.account.bytes);
    return accessTo(
      () => this.#steps!.wanted,
      (bytes) => this.push(bytes),
    );
  }

  /** Between rows of arrays that lie in the archive as they are: `byteOffset` is as far into it as the row is into the rows. */
  override resumePoint(): ResumePoint | null {
    const point = super.resumePoint();
    return point && { ...point, byteOffset: Math.floor(this.#rows!.share * this.#size!) };
  }

  protected override place(): ResumePlace | null {
    const state = this.#rows?.save() ?? null;
    return state && { pendingBytes: 0, state };
  }

  protected override goOn(point: ResumePoint): void {
    this.#goTo({ ...point, state: resumeState(point, this.#size === undefined ? -1 : STATE_NUMBERS) });
  }

  #goTo(from?: ResumePoint): void {
    this.#members.release();
    this.#members = this.#keptMembers();
    this.#archive = this.#openArchive();
    [this.#reserved, this.#magicBytes, this.#isDamaged] = [0, 0, false];
    this.#rows = undefined;
    this.#stored = undefined;
    this.#steps = new TaskSteps(this.#read(this.#size!, from));
  }

  protected decode(bytes: Uint8Array): void {
    if (this.#steps !== undefined) {
      this.#steps.supply(bytes);
      return;
    }
    this.#refusal.check();
    try {
      this.#takeInOrder(bytes);
    } catch (error) {
      this.#refusal.hold(error, this.account.bytes);
    }
  }

  protected end(): void {
    this.account.bytes = this.#size ?? this.account.bytes;
    try {
      if (this.#stored === undefined) this.#readAll();
      else this.#endStored(this.#stored);
    } finally {
      this.#members.release();
    }
  }

  #takeInOrder(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length && this.#magicBytes < ZIP_MAGIC.length; i++) {
      if (bytes[i] !== ZIP_MAGIC[this.#magicBytes++])
        throw new EventFormatError('BAD_HEADER', this.#magicBytes - 1, 'This is no zip archive.');
    }
    this.#archive.push(bytes);
  }

  /** Arrays where they lie, if nothing speaks against it, else the archive in its order. */
  *#read(size: number, from: ResumePoint | undefined): ByteTask<void> {
    const stored = yield* storedMembers(size);
    if (stored !== null) {
      this.#stored = yield* this.#readStored(stored, from?.state);
      return;
    }
    if (from !== undefined) throw impossiblePlace(from.byteOffset);
    for (let at = 0; at < size;) {
      const bytes = yield { offset: at, length: Math.min(READ_BYTES, size - at) };
      if (bytes.length === 0) return;
      this.#takeInOrder(bytes);
      at += bytes.length;
    }
  }

  *#readStored(stored: readonly StoredMember[], saved: readonly number[] | undefined): ByteTask<StoredEnd> {
    this.#members = new EventMembers(this.#order, () => undefined);
    const checksums = new MemberChecksums();
    for (const member of stored) {
      const array = this.#members.open(ARRAY.exec(member.name)![1]!);
      const head = yield* arrayHead(member);
      const isWanted = array.write(head, false);
      array.lieAt(member.offset + head.length, member.bytes - head.length);
      if (isWanted && !array.hasExcess) checksums.add(member, head);
    }
    const events = this.#members.find();
    if (events === null) throw this.#members.missing();
    const reader = events.rows === 0 ? undefined : this.#rowReader(events);
    if (reader !== undefined) {
      const { columns, rows } = events;
      this.#requireRoom(Math.max(...COLUMN_ROLES.map((role) => columns[role].stride)));
      this.#rows = new ColumnRows(columns, rows, reader, (offset, bytes) => {
        checksums.see(offset, bytes);
      });
      yield* this.#rows.read(saved);
    }
    // Whoever goes on at a place has read all of it once.
    return { reader, altered: saved === undefined ? yield* checksums.altered() : [] };
  }

  #endStored({ reader, altered }: StoredEnd): void {
    this.#reportEnd({ altered });
    reader?.finish();
  }

  #rowReader({ unit }: ArchiveEvents): RowReader {
    const settled = settledUnit(this.#unit, unit, 0);
    return new RowReader(this.sink(), { unit: settled, geometry: this.geometry, placeOf: () => 0 });
  }

  #readAll(): void {
    this.#refusal.check();
    const end = this.#archive.finish();
    const events = this.#members.find();
    if (events === null && isWhole(end) && !this.#isDamaged) throw this.#members.missing();
    let reader: RowReader | undefined;
    if (events !== null && events.rows > 0) {
      reader = this.#rowReader(events);
      reader.read(events.columns, events.rows);
    }
    this.#reportEnd(end);
    reader?.finish();
  }

  #keptMembers(): EventMembers {
    return new EventMembers(this.#order, (bytes) => {
      this.#reserved += bytes;
      this.#requireRoom(this.#reserved);
    });
  }

  #openArchive(): ArchiveReader {
    return new ArchiveReader(
      (name) => this.#openMember(name),
      (problem) => {
        this.#damaged(`The archive cannot be read on: ${problem}.`);
      },
    );
  }

  #openMember(name: string): MemberSink | null {
    const array = ARRAY.exec(name)?.[1];
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

  #requireRoom(bytes: number): void {
    if (bytes <= this.#maxBytes) return;
    throw new EventFormatError(
      'TOO_LARGE',
      0,
      `The arrays have ${bytes} bytes, more than ${this.#maxBytes}. If that is right, raise maxNpzBytes.`,
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
    noteOtherData(this.account, 'archive', this.#members.others());
    const isExplained = !isWhole(end) || this.#isDamaged;
    for (const problem of this.#members.problems(isExplained)) this.damage('CORRUPT_DATA', at, problem);
  }
}

function isWhole(end: ArchiveEnd): boolean {
  return typeof end === 'object' && 'altered' in end;
}
