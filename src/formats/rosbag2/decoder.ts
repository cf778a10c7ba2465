/** ROS 2 bags that are stored in SQLite. */
import { integerOption } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';

import { KeptFile } from '../kept-file.ts';
import { RosDecoder } from '../ros/ros-decoder.ts';
import type { RosDecoderOptions } from '../ros/ros-events.ts';
import { Database, SQLITE_MAGIC, type SqlRow, type SqlTable, type SqlValue } from './database.ts';

/** The limit unless another is stated: 1 GiB. */
export const DEFAULT_MAX_DATABASE_BYTES: number = 2 ** 30;

/** Options of the decoder of ROS 2 bags. */
export interface Rosbag2DecoderOptions extends RosDecoderOptions {
  /** Most bytes of the file, which is kept until its end. Default 1 GiB. */
  readonly maxDatabaseBytes?: number;
}

/** Columns that are needed of each table. */
const TOPICS = { table: 'topics', columns: ['id', 'name', 'type'] } as const;
const DEFINITIONS = { table: 'message_definitions', columns: ['topic_type', 'encoding', 'encoded_message_definition'] } as const; // prettier-ignore
const MESSAGES = { table: 'messages', columns: ['id', 'topic_id', 'data'] } as const;

/**
 * Push decoder of `.db3` files, as `ros2 bag record` writes them without MCAP. A database can be read only when all of it is
 * there: it is kept (up to `maxDatabaseBytes`), and all events are delivered by `finish`. Messages are read in the order in
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

  constructor(options: Rosbag2DecoderOptions = {}) {
    super('rosbag2', 'ROS2', 'cdr', options);
    const { maxDatabaseBytes = DEFAULT_MAX_DATABASE_BYTES } = options;
    const maxBytes = integerOption('maxDatabaseBytes', maxDatabaseBytes, 1, 2 ** 32);
    this.#file = new KeptFile({
      name: 'the database',
      magic: SQLITE_MAGIC,
      otherwise: 'This is no SQLite database.',
      maxBytes,
      tooLarge: `The database has more than ${maxBytes} bytes and would be kept whole. Raise maxDatabaseBytes if there is memory, or convert the bag to MCAP.`,
    });
  }

  protected decode(bytes: Uint8Array): void {
    this.#file.push(bytes);
  }

  protected end(): void {
    this.#file.end((bytes) => {
      try {
        this.#readAll(bytes);
      } finally {
        this.events.flush();
      }
    });
  }

  #readAll(bytes: Uint8Array): void {
    let isWhole = true;
    const database = new Database(bytes, (at, problem) => {
      isWhole = false;
      this.damage('CORRUPT_DATA', at, `${problem}; what it holds is left out.`);
    });
    if (database.isWrittenAhead) {
      this.account.note({
        code: 'WRITE_AHEAD_LOG',
        message:
          'The database has a write-ahead log: messages that are still in the file "…-wal" beside it are not read.',
      });
    }
    const tables = database.tables();
    const topics = tables.find(({ name }) => name === TOPICS.table);
    const messages = tables.find(({ name }) => name === MESSAGES.table);
    if (topics === undefined || messages === undefined) {
      const problem = isWhole
        ? 'The SQLite database is no bag: it lacks the tables topics and messages.'
        : 'The SQLite database is damaged or cut where it lists its tables: topics and messages cannot be found.';
      throw new EventFormatError('BAD_HEADER', 0, problem);
    }
    this.#declareTopics(database, topics, this.#definitions(database, tables));
    for (const { at, cells } of rowsOf(database, messages, MESSAGES.columns)) {
      const [, topic, data] = cells;
      if (typeof topic !== 'number' || !(data instanceof Uint8Array))
        this.damage('CORRUPT_DATA', at, 'A message is no row of a topic and bytes; it is left out.');
      else this.events.message(topic, data, at);
    }
    const lost = database.statedBytes - bytes.length;
    if (lost > 0) this.damage('TRUNCATED', bytes.length, `The database lacks its last ${lost} bytes.`);
    this.events.finish();
  }

  #definitions(database: Database, tables: readonly SqlTable[]): Map<string, string> {
    const definitions = new Map<string, string>();
    const table = tables.find(({ name }) => name === DEFINITIONS.table);
    if (table === undefined) return definitions;
    for (const { cells } of rowsOf(database, table, DEFINITIONS.columns)) {
      const [type, encoding, definition] = cells;
      if (encoding === 'ros2msg' && typeof type === 'string' && typeof definition === 'string') definitions.set(type, definition); // prettier-ignore
    }
    return definitions;
  }

  #declareTopics(database: Database, table: SqlTable, definitions: ReadonlyMap<string, string>): void {
    for (const { at, cells } of rowsOf(database, table, TOPICS.columns)) {
      const [id, name, type] = cells;
      if (typeof id !== 'number' || typeof name !== 'string' || typeof type !== 'string')
        this.damage('CORRUPT_DATA', at, 'A topic is no row of a number, a name and a type; it is left out.');
      else this.events.declare(id, name, type, definitions.get(type) ?? null);
    }
  }
}

/** Rows with the values of these columns; `id` is the row's number where the row leaves it to that. */
function* rowsOf(
  database: Database,
  { rootPage, columns }: SqlTable,
  wanted: readonly string[],
): Generator<SqlRow & { readonly cells: readonly SqlValue[] }, void, undefined> {
  const places = wanted.map((name) => columns.indexOf(name));
  for (const row of database.rows(rootPage)) {
    const cells = places.map((place, i) => (wanted[i] === 'id' ? row.id : (row.values[place] ?? null)));
    yield { ...row, cells };
  }
}
