/** ROS 2 bags that are stored in SQLite. */
import { integerOption } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import { KeptFile } from '../kept-file.ts';
import type { ByteTask, RandomAccess } from '../random-access.ts';
import { impossiblePlace, resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { RosDecoder } from '../ros/ros-decoder.ts';
import type { RosDecoderOptions } from '../ros/ros-events.ts';
import { accessTo, PAUSE, TaskSteps } from '../task-steps.ts';
import { TableRows, tablesOf, type SqlTable } from './database.ts';
import { DatabasePages, SQLITE_MAGIC } from './pages.ts';
import type { SqlValue } from './record.ts';
import type { RowCursor, RowLimits } from './row-cursor.ts';

/** The limit unless another is stated: 1 GiB. */
export const DEFAULT_MAX_DATABASE_BYTES: number = 2 ** 30;

/** Options of the decoder of ROS 2 bags. */
export interface Rosbag2DecoderOptions extends RosDecoderOptions {
  /** Most bytes of a file that comes in order, which is kept until its end. Default 1 GiB. */
  readonly maxDatabaseBytes?: number;
}

/** Columns that are needed of each table. */
const TOPICS = { table: 'topics', columns: ['id', 'name', 'type'] } as const;
const DEFINITIONS = { table: 'message_definitions', columns: ['topic_type', 'encoding', 'encoded_message_definition'] } as const; // prettier-ignore
const MESSAGES = { table: 'messages', columns: ['id', 'topic_id', 'data'] } as const;

/** Bytes of messages between two places to go on from. */
const PLACE_BYTES = 0x1_0000;

/**
 * Push decoder of `.db3` files, as `ros2 bag record` writes them without MCAP. Rows lie anywhere in a database. `push` keeps it
 * (up to `maxDatabaseBytes`), and all events are delivered by `finish`; a source that can be read at any place (see
 * `decodeBytes`) needs memory for some pages and one message only. Messages are read in the order in
 * which they were recorded, what of them and which topics as in {@link RosbagDecoder}; those that rosbag2 compressed one by
 * one are decompressed. Of a damaged or cut file all rows are read whose pages are whole; what is missing is damage.
 *
 * @throws EventFormatError `TOO_LARGE`; `BAD_HEADER` for a file that is no SQLite database or none of a bag; others as
 * {@link RosbagDecoder}. OptionError.
 *
 * @example
 * ```ts
 * import { EventFormatError, Rosbag2Decoder } from 'saccade';
 * const decoder = new Rosbag2Decoder();
 * decoder.push(new TextEncoder().encode('SQLite format 3\0'));
 * try {
 *   decoder.finish();
 * } catch (error) {
 *   console.log((error as EventFormatError).code); // 'BAD_HEADER'
 * }
 * ```
 */
export class Rosbag2Decoder extends RosDecoder {
  readonly #file: KeptFile;
  /** Of the file, where bytes come from any place. */
  #size: number | undefined;
  #steps: TaskSteps | undefined;
  /** The way to the row behind which all events were delivered, and bytes of rows up to it; `null` within others. */
  #row: { readonly way: readonly number[]; readonly bytes: number } | null = null;

  constructor(options: Rosbag2DecoderOptions = {}) {
    super('rosbag2', 'ROS2', 'cdr', options);
    const { maxDatabaseBytes = DEFAULT_MAX_DATABASE_BYTES } = options;
    const maxBytes = integerOption('maxDatabaseBytes', maxDatabaseBytes, 1, 2 ** 32);
    this.#file = new KeptFile({
      name: 'the database',
      magic: SQLITE_MAGIC,
      otherwise: 'This is no SQLite database.',
      maxBytes,
      tooLarge: `The database has more than ${maxBytes} bytes and would be kept whole. Raise maxDatabaseBytes if there is memory, give it as a file that can be read at any place, or convert the bag to MCAP.`,
    });
  }

  /** From now on bytes come from any place of a recording of so many bytes. */
  openRandomAccess(size: number): RandomAccess {
    this.#size = size;
    this.#file.release();
    this.#steps = new TaskSteps(this.#read(size));
    return accessTo(
      () => this.#steps!.wanted,
      (bytes) => this.push(bytes),
    );
  }

  /**
   * Behind rows, where bytes come from any place. As rows lie anywhere, `byteOffset` is not where one of them is, but how
   * many bytes the rows so far have.
   */
  override resumePoint(): ResumePoint | null {
    const point = super.resumePoint();
    return point && { ...point, byteOffset: Math.min(this.#size!, this.#row!.bytes) };
  }

  protected override place(): ResumePlace | null {
    const events = this.#size === undefined || this.#row === null ? null : this.events.save();
    if (events === null) return null;
    const { way } = this.#row!;
    return { pendingBytes: 0, state: [...this.events.saveChoice(), way.length, ...way, ...events] };
  }

  /** The tables are read again, the rows are not. */
  protected override goOn(point: ResumePoint): void {
    const state = resumeState(point, this.#size === undefined ? -1 : 4, true);
    this.#row = null;
    this.#steps = new TaskSteps(this.#read(this.#size!, { ...point, state }));
  }

  protected decode(bytes: Uint8Array): void {
    if (this.#size === undefined) {
      this.#file.push(bytes);
      return;
    }
    try {
      this.#steps!.supply(bytes);
    } finally {
      this.events.flush();
    }
  }

  protected end(): void {
    if (this.#size === undefined) this.#file.end((bytes) => this.#readKept(bytes));
    else this.account.bytes = this.#size;
    this.events.finish();
  }

  #readKept(bytes: Uint8Array): void {
    try {
      const steps = new TaskSteps(this.#read(bytes.length));
      steps.answer(({ offset, length }) => bytes.subarray(offset, offset + length), true);
    } finally {
      this.events.flush();
    }
  }

  *#read(size: number, from?: ResumePoint): ByteTask<void> {
    const pages = yield* DatabasePages.open(size);
    let isWhole = true;
    const limits: RowLimits = {
      maxRowBytes: this.maxChunkBytes,
      problem: (code, at, problem) => {
        isWhole = false;
        this.damage(code, at, `${problem}; what it holds is left out.`);
      },
    };
    if (pages.isWrittenAhead) {
      this.account.note({
        code: 'WRITE_AHEAD_LOG',
        message:
          'The database has a write-ahead log: messages that are still in the file "…-wal" beside it are not read.',
      });
    }
    const tables = yield* tablesOf(pages, limits);
    const topics = tables.find(({ name }) => name === TOPICS.table);
    const messages = tables.find(({ name }) => name === MESSAGES.table);
    if (topics === undefined || messages === undefined) {
      const problem = isWhole
        ? 'The SQLite database is no bag: it lacks the tables topics and messages.'
        : 'The SQLite database is damaged or cut where it lists its tables: topics and messages cannot be found.';
      throw new EventFormatError('BAD_HEADER', 0, problem);
    }
    const definitions = yield* this.#definitions(pages, tables, limits);
    yield* this.#declareTopics(new TableRows(pages, topics, TOPICS.columns, limits), definitions);
    yield* this.#readMessages(new TableRows(pages, messages, MESSAGES.columns, limits), from);
    const lost = pages.statedBytes - size;
    if (lost > 0) this.damage('TRUNCATED', size, `The database lacks its last ${lost} bytes.`);
  }

  *#readMessages(rows: TableRows, from: ResumePoint | undefined): ByteTask<void> {
    const { cursor } = rows;
    if (from !== undefined) yield* this.#goTo(cursor, from);
    const isWanted = ([, topic]: readonly SqlValue[]): boolean =>
      typeof topic !== 'number' || !this.events.passesOver(topic);
    let placed = Math.floor(cursor.rowBytes / PLACE_BYTES);
    for (let row = yield* rows.next(isWanted); row !== null; row = yield* rows.next(isWanted)) {
      const [, topic, data] = row.cells;
      if (typeof topic === 'number' && this.events.passesOver(topic)) this.events.leaveOut(topic);
      else if (typeof topic !== 'number' || !(data instanceof Uint8Array))
        this.damage('CORRUPT_DATA', row.at, 'A message is no row of a topic and bytes; it is left out.');
      else this.events.message(topic, data, row.at);
      const bucket = Math.floor(cursor.rowBytes / PLACE_BYTES);
      if (bucket === placed) continue;
      // Whoever goes on at another place must come by this one.
      placed = bucket;
      this.#row = { way: cursor.save(), bytes: cursor.rowBytes };
      yield PAUSE;
      this.#row = null;
    }
  }

  *#goTo(cursor: RowCursor, point: ResumePoint): ByteTask<void> {
    const { state, byteOffset } = point;
    const [, , , length] = state;
    const [choice, way, events] = [state.slice(0, 3), state.slice(4, 4 + length!), state.slice(4 + length!)];
    if (!(yield* cursor.goTo(way))) throw impossiblePlace(byteOffset);
    this.events.restoreChoice(choice, point);
    this.events.restore(events, point);
    this.#row = { way, bytes: cursor.rowBytes };
    yield PAUSE;
    this.#row = null;
  }

  *#definitions(
    pages: DatabasePages,
    tables: readonly SqlTable[],
    limits: RowLimits,
  ): ByteTask<Map<string, string>> {
    const definitions = new Map<string, string>();
    const table = tables.find(({ name }) => name === DEFINITIONS.table);
    if (table === undefined) return definitions;
    const rows = new TableRows(pages, table, DEFINITIONS.columns, limits);
    for (let row = yield* rows.next(); row !== null; row = yield* rows.next()) {
      const [type, encoding, definition] = row.cells;
      if (encoding === 'ros2msg' && typeof type === 'string' && typeof definition === 'string') definitions.set(type, definition); // prettier-ignore
    }
    return definitions;
  }

  *#declareTopics(rows: TableRows, definitions: ReadonlyMap<string, string>): ByteTask<void> {
    for (let row = yield* rows.next(); row !== null; row = yield* rows.next()) {
      const [id, name, type] = row.cells;
      if (typeof id !== 'number' || typeof name !== 'string' || typeof type !== 'string')
        this.damage(
          'CORRUPT_DATA',
          row.at,
          'A topic is no row of a number, a name and a type; it is left out.',
        );
      else this.events.declare(id, name, type, definitions.get(type) ?? null);
    }
  }
}
