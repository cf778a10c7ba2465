/** Turns four columns of numbers into batches of events. */
import type { SensorGeometry } from '../../events/index.ts';
import type { ColumnRole, TimeUnit } from '../columns.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { endRun, startRun, type RecordRun } from '../records/run.ts';
import { readNumbers, readTimes, type NumberColumn } from './numbers.ts';

/** The columns of an event. */
export type EventColumns = Readonly<Record<ColumnRole, NumberColumn>>;

/** So many rows are converted at once: their doubles stay in the cache. */
const BLOCK_ROWS = 1024;

/** Reads rows; places and times that are none are counted as dropped. */
export class RowReader {
  readonly #sink: DecoderSink;
  readonly #unit: TimeUnit;
  readonly #width: number;
  readonly #height: number;
  readonly #block: Readonly<Record<ColumnRole, Float64Array>> = {
    t: new Float64Array(BLOCK_ROWS),
    x: new Float64Array(BLOCK_ROWS),
    y: new Float64Array(BLOCK_ROWS),
    p: new Float64Array(BLOCK_ROWS),
  };

  constructor(sink: DecoderSink, unit: TimeUnit, geometry: SensorGeometry | null) {
    this.#sink = sink;
    this.#unit = unit;
    this.#width = geometry?.width ?? 0x1_0000;
    this.#height = geometry?.height ?? 0x1_0000;
  }

  /** Delivers the first `rows` rows. */
  read(columns: EventColumns, rows: number): void {
    const { account, maxBatchEvents } = this.#sink;
    for (let row = 0; row < rows;) {
      const capacity = Math.min(maxBatchEvents, rows - row);
      const run = startRun(capacity);
      while (run.length < capacity && row < rows) {
        const count = Math.min(BLOCK_ROWS, rows - row, capacity - run.length);
        account.dropped.invalid += this.#readBlock(columns, row, count, run);
        row += count;
      }
      account.dropped['outside-sensor'] += run.outside;
      this.#sink.deliver(endRun(run), run.length, run);
    }
  }

  /** Appends a block to the run; returns how many rows hold numbers that are no event. */
  #readBlock(columns: EventColumns, row: number, count: number, run: RecordRun): number {
    const t = this.#block.t.subarray(0, count);
    const x = this.#block.x.subarray(0, count);
    const y = this.#block.y.subarray(0, count);
    const p = this.#block.p.subarray(0, count);
    readTimes(columns.t, this.#unit, row, t);
    readNumbers(columns.x, row, x);
    readNumbers(columns.y, row, y);
    readNumbers(columns.p, row, p);
    const { arrays } = run;
    const width = this.#width;
    const height = this.#height;
    let invalid = 0;
    for (let i = 0; i < count; i++) {
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
        invalid++;
      } else if (column < 0 || line < 0 || column >= width || line >= height) {
        run.outside++;
      } else {
        const n = run.length++;
        const on = polarity === 1 ? 1 : 0;
        if (time < run.previous) run.backwardSteps++;
        run.previous = time;
        run.on += on;
        arrays.t[n] = time;
        arrays.x[n] = column;
        arrays.y[n] = line;
        arrays.p[n] = on;
      }
    }
    return invalid;
  }
}
