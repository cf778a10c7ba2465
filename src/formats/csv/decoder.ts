/** Events as lines of text. */
import type { SensorGeometry } from '../../events/index.ts';
import { ByteQueue } from '../byte-queue.ts';
import {
  columnsOption,
  DECIMAL_SHIFT,
  timeUnitOption,
  type ColumnOrder,
  type ColumnTimeOptions,
  type TimeUnit,
} from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { PushDecoder } from '../push-decoder.ts';
import { endRun, startRun } from '../records/run.ts';
import { decimal } from './decimal.ts';
import { fieldText, lineSyntax, MAX_LINE_BYTES, readLines, type LineRun, type LineSyntax } from './lines.ts';
import { readPreambleLine } from './preamble.ts';

/** Options of the CSV decoder. */
export interface CsvDecoderOptions extends DecoderOptions, ColumnTimeOptions {
  /**
   * Order of the columns, `x,y,t,p` for example; `-` leaves one out. Needed where no line names them; wins over
   * such a line.
   */
  readonly columns?: string;
}

const LF = 0x0a;
/** Shortest line: four digits, three separators, line feed. */
const MIN_LINE_BYTES = 8;
const MAX_HEADER_LINES = 100;

/**
 * Push decoder of text: one event a line, columns parted by commas, semicolons, tabs or spaces. The order comes
 * from the option `columns` or from a line that names all four (`t`, `ts`, `timestamp`, `x`, `y`, `p`, `polarity`,
 * `on` …, also behind `#`); it is never guessed. Polarity is 1 or true, and 0, -1 or false. Decimal times are
 * exact. Empty lines and those that begin with `#` or `%` are left out; a first line of two whole numbers is the
 * sensor's width and height. A last line without line feed counts as whole.
 *
 * A line that cannot be read is damage (`CORRUPT_DATA`, or `TRUNCATED` at the end).
 *
 * @throws EventFormatError `BAD_HEADER` where the order of the columns is not known. OptionError.
 *
 * @example
 * ```ts
 * import { CsvDecoder } from 'saccade';
 * const decoder = new CsvDecoder({ timeUnit: 's' });
 * const [batch] = decoder.push(new TextEncoder().encode('timestamp,x,y,polarity\n0.000123,3,4,-1\n'));
 * console.log(batch?.t[0], batch?.x[0], batch?.p[0]); // 123 3 0
 * ```
 */
export class CsvDecoder extends PushDecoder {
  readonly #queue = new ByteQueue();
  readonly #geometryOption: SensorGeometry | undefined;
  readonly #unit: TimeUnit | undefined;
  #geometry: SensorGeometry | null;
  #order: ColumnOrder | undefined;
  readonly #orderStated: boolean;
  /** Known once the first event's line is there. */
  #syntax: LineSyntax | undefined;
  /** Whether a line that names the columns, or could, has passed. */
  #named = false;
  /** Whether what comes belongs to a line that is too long. */
  #skipping = false;

  constructor(options: CsvDecoderOptions = {}) {
    super('csv', 'CSV', options);
    this.#geometryOption = options.geometry;
    this.#geometry = options.geometry ?? null;
    this.#unit = timeUnitOption(options.timeUnit);
    this.#orderStated = options.columns !== undefined;
    this.#order = options.columns === undefined ? undefined : columnsOption(options.columns);
  }

  get geometry(): SensorGeometry | null {
    return this.#geometry;
  }

  protected decode(bytes: Uint8Array): void {
    let rest = bytes;
    if (this.#queue.length > 0 || this.#skipping) {
      const lineFeed = rest.indexOf(LF);
      const line = lineFeed < 0 ? rest : rest.subarray(0, lineFeed + 1);
      this.#queue.push(line);
      rest = rest.subarray(line.length);
      if (lineFeed >= 0) this.#takeLines(this.#queue.length);
    }
    if (rest.length > 0) {
      this.#queue.push(rest);
      const whole = rest.lastIndexOf(LF) + 1;
      if (whole > 0) this.#takeLines(whole);
    }
    if (this.#queue.length > MAX_LINE_BYTES || this.#skipping) this.#skipLongLine();
    this.#queue.keep();
  }

  protected end(): void {
    const { length, offset } = this.#queue;
    if (length === 0) return;
    const line = new Uint8Array(length + 1);
    line.set(this.#queue.peek(length)!);
    line[length] = LF;
    this.#queue.skip(length);
    this.#readAll(line, offset, () => {
      this.truncated(length, 'line');
    });
  }

  /** A line without end is not kept; what is left of it is a malformed line. */
  #skipLongLine(): void {
    if (!this.#skipping) {
      this.#tooLong(this.#queue.offset);
    }
    this.#skipping = true;
    this.#queue.skip(this.#queue.length);
  }

  #tooLong(at: number): void {
    this.damage('CORRUPT_DATA', at, `A line is longer than ${MAX_LINE_BYTES} bytes; it is left out.`);
  }

  /** Reads whole lines of the queue. */
  #takeLines(length: number): void {
    const { offset } = this.#queue;
    const lines = this.#queue.take(length)!;
    if (this.#skipping) {
      // The end of the line that was too long.
      this.#skipping = false;
      const next = lines.indexOf(LF) + 1;
      this.#readAll(lines.subarray(next), offset + next);
      return;
    }
    this.#readAll(lines, offset);
  }

  #readAll(lines: Uint8Array, offset: number, malformed?: () => void): void {
    let at = 0;
    while (this.#syntax === undefined && at < lines.length) at = this.#readPreamble(lines, at, offset);
    while (at < lines.length) at = this.#readRun(lines, at, offset, malformed);
  }

  /** One line before the first event; returns where the next one begins, or the line itself if it is an event. */
  #readPreamble(lines: Uint8Array, start: number, offset: number): number {
    const end = lines.indexOf(LF, start) + 1;
    if (end - start > MAX_LINE_BYTES) {
      this.#tooLong(offset + start);
      return end;
    }
    const text = new TextDecoder().decode(lines.subarray(start, end));
    const line = readPreambleLine(text);
    if (line.kind === 'names') {
      this.#named = true;
      this.#order = this.#orderStated ? { ...this.#order!, unit: line.order.unit } : line.order;
    } else if (line.kind === 'size' && !this.#named) {
      this.#geometry = this.#geometryOption ?? line.geometry;
    } else if (line.kind === 'text' && !this.#named && this.#isForeignNames(line.fields)) {
      this.#named = true;
    } else if (line.kind !== 'blank' && line.kind !== 'comment') {
      this.#startEvents(offset + start, text);
      const mark = start === 0 && offset === 0 && lines[0] === 0xef ? 3 : 0;
      return start + mark;
    }
    if (line.kind !== 'blank' && this.account.headerLines.length < MAX_HEADER_LINES)
      this.account.headerLines = [...this.account.headerLines, text.trimEnd()];
    return end;
  }

  /** Whether the option states the columns, and none of these fields is a number in one of them. */
  #isForeignNames(fields: readonly string[]): boolean {
    if (!this.#orderStated) return false;
    return this.#order!.roles.every((role, i) => role === null || Number.isNaN(decimal(fields[i] ?? '')));
  }

  #startEvents(at: number, text: string): void {
    if (this.#order === undefined) {
      throw new EventFormatError(
        'BAD_HEADER',
        at,
        `No line names the columns t, x, y and p; the first one is "${text.trim().slice(0, 60)}". State columns, "t,x,y,p" for example.`,
      );
    }
    this.account.headerBytes = at;
    const unit = this.#unit ?? this.#order.unit ?? 'us';
    this.#syntax = lineSyntax(this.#order.roles, DECIMAL_SHIFT[unit], this.#geometry);
  }

  #readRun(lines: Uint8Array, start: number, offset: number, truncated?: () => void): number {
    const most = Math.ceil((lines.length - start) / MIN_LINE_BYTES);
    const run: LineRun = Object.assign(startRun(Math.min(this.maxBatchEvents, most)), { invalid: 0 });
    const hand = (): void => {
      this.account.dropped['outside-sensor'] += run.outside;
      this.account.dropped.invalid += run.invalid;
      this.deliver(endRun(run), run.length, run);
    };
    const next = readLines(this.#syntax!, lines, start, lines.length, run, (at, end) => {
      try {
        if (truncated !== undefined) truncated();
        else this.#malformed(lines, at, end, offset);
      } catch (error) {
        hand();
        throw error;
      }
    });
    hand();
    return next;
  }

  #malformed(lines: Uint8Array, at: number, end: number, offset: number): void {
    if (end - at > MAX_LINE_BYTES) {
      this.#tooLong(offset + at);
      return;
    }
    const text = fieldText(lines, at, end - 1);
    this.damage('CORRUPT_DATA', offset + at, `The line "${text.trimEnd()}" is no event; it is left out.`);
  }
}
