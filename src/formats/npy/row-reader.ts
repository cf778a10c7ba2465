/** Turns four columns of numbers into batches of events. */
import type { ColumnRole } from '../columns.ts';
import { MAX_FAULTS } from '../decode-report.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { endRun, startRun, type RecordRun } from '../records/run.ts';
import { TimeWatch, unknownTimeUnit } from '../time-unit.ts';
import { planRows, RowKernel, type RowPlan } from './kernel.ts';
import { readNumbers, readTimes } from './numbers.ts';
import { PLACES, type EventColumns, type RowSettings } from './rows.ts';

/** So many rows are converted at once: their doubles stay in the cache. */
const BLOCK_ROWS = 1024;

/** Reads rows, one stretch after the other. Rows that are no event are damage. */
export class RowReader {
  readonly #sink: DecoderSink;
  readonly #settings: RowSettings;
  readonly #times = new TimeWatch();
  readonly #block: Readonly<Record<ColumnRole, Float64Array>> = {
    t: new Float64Array(BLOCK_ROWS),
    x: new Float64Array(BLOCK_ROWS),
    y: new Float64Array(BLOCK_ROWS),
    p: new Float64Array(BLOCK_ROWS),
  };
  /** Rows before those that are read. */
  #before = 0;
  #isFloat = false;
  /** Whether unsigned polarities were 0, or -1 without its sign. */
  #hasZero = false;
  #hasMinusOne = false;
  /** Whether there were events in front of where reading went on. */
  #isResumed = false;
  #firstProblem: { readonly at: number; readonly text: string } | undefined;

  constructor(sink: DecoderSink, settings: RowSettings) {
    this.#sink = sink;
    this.#settings = settings;
  }

  /**
   * Delivers the next `rows` rows, which are the first ones of `columns`.
   *
   * @throws EventFormatError `UNKNOWN_TIME_UNIT`, `UNKNOWN_POLARITY`, or what damage throws.
   */
  read(columns: EventColumns, rows: number): void {
    const { account, maxBatchEvents } = this.#sink;
    const plan = planRows(columns, this.#settings);
    this.#isFloat = columns.t.type.kind === 'f';
    let most = Infinity;
    for (let row = 0; row < rows;) {
      const capacity = Math.min(maxBatchEvents, rows - row);
      const run = startRun(capacity);
      try {
        while (run.length < capacity && row < rows) {
          const left = Math.min(rows - row, capacity - run.length);
          const ordinary = plan === null ? 0 : this.#readOrdinary(plan, row, Math.min(left, most), run);
          const count = ordinary === 0 ? Math.min(BLOCK_ROWS, left) : ordinary;
          if (ordinary === 0) this.#readBlock(columns, row, count, run);
          // Where odd rows are, others may be near.
          most = ordinary === 0 ? BLOCK_ROWS : Infinity;
          row += count;
        }
      } finally {
        account.dropped['outside-sensor'] += run.outside;
        this.#times.see(run.arrays.t, run.length);
        this.#sink.deliver(endRun(run), run.length, run);
      }
    }
    this.#before += rows;
  }

  /** Passes over rows that are not there, so that those behind them keep their numbers. */
  skip(rows: number): void {
    this.#before += rows;
  }

  /** What must be known to go on behind the rows so far, one of which was an event; `null` before. */
  save(): readonly number[] | null {
    if (!this.#isResumed && this.#sink.account.events === 0) return null;
    return [this.#before, Number(this.#hasZero), Number(this.#hasMinusOne), ...this.#times.save()];
  }

  restore([before, hasZero, hasMinusOne, ...times]: readonly number[]): void {
    this.#before = before!;
    this.#hasZero = hasZero === 1;
    this.#hasMinusOne = hasMinusOne === 1;
    this.#times.restore(times);
    this.#isResumed = true;
  }

  /** No more rows come. @throws EventFormatError if none at all was an event, or all were at one time. */
  finish(): void {
    const { unit, placeOf } = this.#settings;
    const { account } = this.#sink;
    this.#times.finish(unit === null && this.#isFloat, placeOf(0), account);
    const { events, dropped } = account;
    const problem = this.#firstProblem;
    if (this.#isResumed || problem === undefined || events > 0 || dropped['outside-sensor'] > 0) return;
    throw new EventFormatError(
      'CORRUPT_DATA',
      problem.at,
      `No row is an event. ${problem.text}. If the columns are others, say which (--columns on the command line, columns in code).`,
    );
  }

  /** Appends up to `count` rows to the run if all of them are events of the ordinary kind; returns how many. */
  #readOrdinary(plan: RowPlan, row: number, count: number, run: RecordRun): number {
    // Beside -1 that lost its sign, 0 is for the exact loop to judge.
    if (this.#hasMinusOne) return 0;
    const { on } = run;
    const read = run.space.kernel(RowKernel)?.read(plan, row, count, run) ?? 0;
    this.#hasZero ||= plan.columns.p.type.kind === 'u' && run.on - on < read;
    return read;
  }

  /** Appends a block to the run. */
  #readBlock(columns: EventColumns, row: number, count: number, run: RecordRun): void {
    const { unit, geometry } = this.#settings;
    const t = this.#block.t.subarray(0, count);
    const x = this.#block.x.subarray(0, count);
    const y = this.#block.y.subarray(0, count);
    const p = this.#block.p.subarray(0, count);
    const timed = readTimes(columns.t, unit, row, t);
    readNumbers(columns.x, row, x);
    readNumbers(columns.y, row, y);
    readNumbers(columns.p, row, p);
    const signed = columns.p.type.kind === 'u' ? this.#signPolarities(p, columns.p.type.bytes) : count;
    const end = Math.min(timed, signed);
    const { arrays } = run;
    const width = geometry?.width ?? PLACES;
    const height = geometry?.height ?? PLACES;
    for (let i = 0; i < end; i++) {
      const time = t[i]!;
      const column = x[i]!;
      const line = y[i]!;
      const polarity = p[i]!;
      if (
        !(Math.abs(time) <= Number.MAX_SAFE_INTEGER) ||
        !Number.isInteger(column) ||
        !Number.isInteger(line) ||
        (polarity !== 1 && polarity !== 0 && polarity !== -1)
      ) {
        this.#leaveOut(row + i, time, column, line, polarity);
      } else if (column < 0 || line < 0 || column >= width || line >= height) {
        if (geometry === null) this.#leaveOut(row + i, time, column, line, polarity);
        else run.outside++;
      } else {
        const n = run.length++;
        const on = polarity === 1 ? 1 : 0;
        if (time < run.previous) run.backwardSteps++;
        run.previous = time;
        run.on += on;
        arrays.t[n] = time + 0;
        arrays.x[n] = column;
        arrays.y[n] = line;
        arrays.p[n] = on;
      }
    }
    if (end < count) this.#refuse(row + end, end === timed ? t[end]! : null);
  }

  /**
   * Unsigned polarities: the greatest number is -1 that lost its sign. Beside 0 it is not: 0 and 255 are OFF and ON, or
   * both OFF. Returns how many can be told.
   */
  #signPolarities(p: Float64Array, bytes: number): number {
    const minusOne = 2 ** (8 * bytes) - 1;
    for (let i = 0; i < p.length; i++) {
      if (p[i] === 0) this.#hasZero = true;
      else if (p[i] === minusOne) this.#hasMinusOne = true;
      if (this.#hasZero && this.#hasMinusOne) return i;
      if (p[i] === minusOne) p[i] = -1;
    }
    return p.length;
  }

  /** @param time that has a fraction; `null` if the polarity is at fault. */
  #refuse(rowHere: number, time: number | null): never {
    const row = this.#before + rowHere;
    const at = this.#settings.placeOf(row);
    if (time !== null) throw unknownTimeUnit(at, String(time), `row ${row}`);
    throw new EventFormatError(
      'UNKNOWN_POLARITY',
      at,
      `Unsigned polarities are 0 and the greatest number of their type (row ${row}): whether that is 1 or -1 cannot be told. Save them as 0 and 1.`,
    );
  }

  #leaveOut(rowHere: number, t: number, x: number, y: number, p: number): void {
    const row = this.#before + rowHere;
    const at = this.#settings.placeOf(row);
    // Those beyond are only counted.
    const isShown = this.#sink.account.faultCount < MAX_FAULTS;
    const text = isShown ? `Row ${row} has ${problemOf(t, x, y, p)}` : `Row ${row} is no event`;
    this.#firstProblem ??= { at, text };
    this.#sink.damage('CORRUPT_DATA', at, `${text}; it is left out.`);
  }
}

function problemOf(t: number, x: number, y: number, p: number): string {
  if (!(Math.abs(t) <= Number.MAX_SAFE_INTEGER))
    return Number.isFinite(t) ? `the time ${t}, beyond 2^53 microseconds (--time-unit states another unit, ns for example)` : `the time ${t}`; // prettier-ignore
  for (const [name, place] of [
    ['x', x],
    ['y', y],
  ] as const) {
    if (!Number.isInteger(place)) return `${place} for ${name}, which is no whole number`;
    if (place < 0 || place >= PLACES) return `${place} for ${name}, which is no place on a sensor`;
  }
  return `the polarity ${p}, which is none of 1, 0 and -1`;
}
