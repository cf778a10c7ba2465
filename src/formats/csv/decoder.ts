/** Events as lines of text. */
import type { SensorGeometry } from '../../events/index.ts';
import { ByteQueue } from '../byte-queue.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { columnsOption, type ColumnOrderOptions } from '../columns.ts';
import { MAX_FAULTS } from '../decode-report.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { PushDecoder } from '../push-decoder.ts';
import { endRun, startRun } from '../records/run.ts';
import { timeUnitOption, TimeWatch, unknownTimeUnit, type ColumnTimeOptions } from '../time-unit.ts';
import { fieldsOf } from './fields.ts';
import { MAX_LINE_BYTES, type LineRun, type LineSyntax } from './lines.ts';
import { Preamble } from './preamble.ts';
import { OPENEB_COLUMNS } from './preamble-line.ts';
import { lineProblem, optionsExample, shown } from './problem.ts';
import { readLines } from './read-lines.ts';

/** Options of the CSV decoder. */
export interface CsvDecoderOptions extends DecoderOptions, ColumnOrderOptions, ColumnTimeOptions {}

const LF = 0x0a;
/** Shortest line: four digits, three separators, line feed. */
const MIN_LINE_BYTES = 8;
const MAX_HEADER_LINES = 100;

/**
 * Push decoder of text: one event a line, columns parted by commas, semicolons, tabs or spaces, numbers with a dot or,
 * where it parts no columns, a comma. Each line has as many fields as there are columns.
 *
 * The order of the columns comes from the option `columns`, from a line that names all four, or from a comment that
 * does; it is never guessed. Names are, in any case and with `_`, `-`, blanks or capitals between words: for the time
 * `t`, `ts`, `time`, `timestamp` …, for a place `x`, `xs`, `col`, `x_pos`, `x (px)` …, for the polarity `p`, `pol`,
 * `polarity`, `on`, `On/Off` …. A text that begins with `%geometry:W,H` without names has OpenEB's `x,y,p,t`.
 *
 * The unit of the times comes from the option `timeUnit` or the column's name (`t_s`, `time (us)`, `timestamp in
 * seconds`). Where neither says it, whole times are microseconds; a fraction is an error, wherever it comes. Times are
 * read by their digits and rounded to the nearest microsecond, halves to the even one. Polarity is 1, true or on, and
 * 0, -1, false or off.
 *
 * Empty lines and those that begin with `#` or `%` are left out; a first line or a comment of two whole numbers, or one
 * like `# geometry: 346x260`, is the sensor's size. A last line without line feed counts as whole.
 *
 * A line that cannot be read is damage (`CORRUPT_DATA`, or `TRUNCATED` at the end).
 *
 * @throws EventFormatError `BAD_HEADER` where the order of the columns is not known, `UNKNOWN_TIME_UNIT`, and
 * `CORRUPT_DATA` where no line at all is an event. OptionError.
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
  readonly #preamble: Preamble;
  readonly #times = new TimeWatch();
  /** Known once the first event's line is there. */
  #syntax: LineSyntax | undefined;
  /** Whether what comes belongs to a line that is too long. */
  #skipping = false;
  #lines = 0;
  /** Whether a time was written with a point or an exponent. */
  #pointed = false;
  /** Whether there were events in front of where decoding went on. */
  #isResumed = false;
  /** The first line that was left out as damaged. */
  #firstProblem: { readonly at: number; readonly line: string; readonly text: string } | undefined;

  constructor(options: CsvDecoderOptions = {}) {
    super('csv', 'CSV', options);
    this.#preamble = new Preamble({
      order: options.columns === undefined ? undefined : columnsOption(options.columns),
      unit: timeUnitOption(options.timeUnit),
      geometry: options.geometry,
    });
  }

  get geometry(): SensorGeometry | null {
    return this.#preamble.geometry;
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
    if (length > 0) {
      const line = new Uint8Array(length + 1);
      line.set(this.#queue.peek(length)!);
      line[length] = LF;
      this.#queue.skip(length);
      this.#readAll(line, offset, true);
    }
    this.#preamble.finish();
    this.#times.finish(this.#pointed && this.#syntax!.asksUnit, this.account.headerBytes, this.account);
    const { events, dropped } = this.account;
    const problem = this.#firstProblem;
    if (!this.#isResumed && problem !== undefined && events === 0 && dropped['outside-sensor'] === 0) {
      throw new EventFormatError(
        'CORRUPT_DATA',
        problem.at,
        `No line is an event. ${problem.text}.${otherColumns(problem.line)}`,
      );
    }
  }

  /** Between lines, from the first event on. */
  protected override place(): ResumePlace | null {
    const hasEvents = this.#isResumed || this.account.events > 0;
    if (this.#syntax === undefined || this.#skipping || !hasEvents) return null;
    const state = [this.#lines, Number(this.#pointed), ...this.#times.save()];
    return { pendingBytes: this.#queue.length, state };
  }

  protected override goOn(point: ResumePoint): void {
    const [lines, pointed, ...times] = resumeState(point, this.#syntax === undefined ? -1 : 5);
    this.#lines = lines!;
    this.#pointed = pointed === 1;
    this.#times.restore(times);
    this.#skipping = false;
    this.#isResumed = true;
    this.#queue.restart(point.byteOffset);
  }

  /** A line without end is not kept; what is left of it is a malformed line. */
  #skipLongLine(): void {
    if (!this.#skipping) {
      this.#lines++;
      this.#tooLong(this.#queue.offset);
    }
    this.#skipping = true;
    this.#queue.skip(this.#queue.length);
  }

  #tooLong(at: number): void {
    this.#leaveOut(at, '', `Line ${this.#lines} is longer than ${MAX_LINE_BYTES} bytes`);
  }

  #leaveOut(at: number, line: string, text: string): void {
    this.#firstProblem ??= { at, line, text };
    this.damage('CORRUPT_DATA', at, `${text}; it is left out.`);
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

  /** @param isCut whether it is the last line, and ends without a line feed of its own. */
  #readAll(lines: Uint8Array, offset: number, isCut = false): void {
    let at = 0;
    while (this.#syntax === undefined && at < lines.length) at = this.#readPreamble(lines, at, offset, isCut);
    while (at < lines.length) at = this.#readRun(lines, at, offset, isCut);
  }

  /** One line before the first event; returns where the next one begins, or the line itself if it is an event. */
  #readPreamble(lines: Uint8Array, start: number, offset: number, isCut: boolean): number {
    const end = lines.indexOf(LF, start) + 1;
    this.#lines++;
    if (end - start > MAX_LINE_BYTES) {
      this.#tooLong(offset + start);
      return end;
    }
    const at = offset + start;
    const text = new TextDecoder().decode(lines.subarray(start, end));
    const line = this.#preamble.read(text, at);
    if (line === 'damaged') {
      this.#malformed(at, text, isCut);
    } else if (line === 'header') {
      if (this.account.headerLines.length < MAX_HEADER_LINES)
        this.account.headerLines = [...this.account.headerLines, text.trimEnd()];
    } else if (line !== 'blank') {
      this.account.headerBytes = at;
      this.#syntax = line;
      if (this.#preamble.isInferred) {
        this.account.note({
          code: 'INFERRED_COLUMNS',
          message: `The columns are taken for ${OPENEB_COLUMNS}, which OpenEB writes behind %geometry.`,
          option: 'columns',
        });
      }
      this.#lines--;
      // Behind a byte order mark.
      return at === 0 && lines[0] === 0xef ? 3 : start;
    }
    return end;
  }

  #readRun(lines: Uint8Array, start: number, offset: number, isCut: boolean): number {
    const most = Math.ceil((lines.length - start) / MIN_LINE_BYTES);
    const run: LineRun = Object.assign(startRun(Math.min(this.maxBatchEvents, most)), {
      lines: this.#lines,
      pointed: false,
    });
    const hand = (): void => {
      this.account.dropped['outside-sensor'] += run.outside;
      this.#pointed ||= run.pointed;
      this.#times.see(run.arrays.t, run.length);
      this.deliver(endRun(run), run.length, run);
    };
    const next = readLines(this.#syntax!, lines, start, lines.length, run, (at, end, fault) => {
      this.#lines = run.lines;
      try {
        const text = new TextDecoder().decode(lines.subarray(at, Math.min(end, at + MAX_LINE_BYTES)));
        if (fault === 'no-unit') this.#refuseTime(offset + at, text);
        if (end - at > MAX_LINE_BYTES) this.#tooLong(offset + at);
        else this.#malformed(offset + at, text, isCut);
      } catch (error) {
        hand();
        throw error;
      }
    });
    this.#lines = run.lines;
    hand();
    return next;
  }

  #refuseTime(at: number, text: string): never {
    const { fields } = fieldsOf(text);
    throw unknownTimeUnit(
      at,
      shown(fields[this.#preamble.order!.roles.indexOf('t')] ?? text),
      `line ${this.#lines}`,
    );
  }

  #malformed(at: number, text: string, isCut: boolean): void {
    const { faultCount } = this.account;
    // Those beyond are only counted.
    const problem =
      faultCount < MAX_FAULTS
        ? lineProblem(text, this.#preamble.order!.roles, this.#syntax?.shift ?? 0)
        : 'is no event';
    const message = `Line ${this.#lines}, "${shown(text)}", ${problem}`;
    if (!isCut) {
      this.#leaveOut(at, text, message);
      return;
    }
    this.#firstProblem ??= { at, line: text, text: message };
    this.truncated(this.account.bytes - at, 'line');
  }
}

function otherColumns(line: string): string {
  const { fields } = fieldsOf(line);
  return fields.length < 4
    ? ''
    : ` If the columns are others, say which, for example: ${optionsExample(fields)}.`;
}
