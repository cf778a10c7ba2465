/** A smaller sensor, whose pixels add up what those of the larger one saw. */
import { sensorName, type SensorGeometry } from '../../events/index.ts';
import { FilterError } from '../errors.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import { KernelSelection, MAX_COMPUTED_SIDE, MOST_PLACES } from '../selection/kernel-selection.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

interface Options {
  readonly by: number;
  readonly threshold: number;
}

function smaller(sensor: SensorGeometry, { by }: Pick<Options, 'by'>): SensorGeometry {
  if (by <= sensor.width && by <= sensor.height)
    return { width: Math.ceil(sensor.width / by), height: Math.ceil(sensor.height / by) };
  throw new FilterError(
    'WRONG_SENSOR',
    'downsample',
    `A sensor of ${sensorName(sensor)} pixels cannot be made ${by} times smaller.`,
  );
}

/** Where the columns and rows of a sensor go. */
interface Squares {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  /** Where the sums of a row begin. */
  readonly rowStarts: Int32Array;
  readonly sums: number;
  /** The sum that makes an event. */
  readonly limit: number;
}

function squaresOf(from: SensorGeometry, to: SensorGeometry, { by, threshold }: Options): Squares {
  const rows = Int32Array.from({ length: from.height }, (_, y) => Math.floor(y / by));
  return {
    columns: Int32Array.from({ length: from.width }, (_, x) => Math.floor(x / by)),
    rows,
    rowStarts: rows.map((row) => row * to.width),
    sums: to.width * to.height,
    limit: Math.max(1, Math.ceil(threshold * by * by)),
  };
}

class Downsampling extends PlainSelection {
  readonly #squares: Squares;
  /** ON less OFF events of a large pixel since its last event. */
  readonly #sums: Int32Array;

  constructor(from: SensorGeometry, squares: Squares) {
    super(from, ['x', 'y']);
    this.#squares = squares;
    this.#sums = new Int32Array(squares.sums);
  }

  override begin(): boolean {
    this.#sums.fill(0);
    return true;
  }

  protected judge({ x, y, p, length, keeps, moved }: Judged): void {
    const { columns, rows, rowStarts, limit } = this.#squares;
    const sums = this.#sums;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const to = columns[x[i]!]!;
      const at = rowStarts[y[i]!]! + to;
      const sum = sums[at]! + 2 * p[i]! - 1;
      const fires = sum === limit || sum === -limit;
      sums[at] = fires ? 0 : sum;
      keeps[i] = fires ? 1 : 0;
      if (!fires) continue;
      moved.x[i] = to;
      moved.y[i] = rows[y[i]!]!;
    }
  }
}

/** The same in WebAssembly. */
class KernelDownsampling extends KernelSelection {
  readonly #lists: readonly Int32Array[];

  constructor(sensor: SensorGeometry, { columns, rows, rowStarts, sums, limit }: Squares) {
    const { width } = sensor;
    const height = Math.min(sensor.height, MOST_PLACES);
    super({
      ...{ loop: 'integrated', sensor, reads: ['p'], moves: ['x', 'y'] },
      // One more of each, for events outside.
      cells: width + 1 + 2 * (height + 1) + sums + 1,
      fields: { stride: width, first: 0, waste: width * height, a: limit, b: sums },
    });
    this.#lists = [columns, rowStarts.subarray(0, height), rows.subarray(0, height)];
  }

  protected reset(): void {
    const { table } = this;
    table.fill(0);
    let at = 0;
    for (const list of this.#lists) {
      table.set(list, at);
      at += list.length + 1;
    }
  }
}

function create(from: SensorGeometry, options: Options): EventwiseFilter {
  const sensor = smaller(from, options);
  requirePixels('downsample', sensor);
  const squares = squaresOf(from, sensor, options);
  return new EventwiseFilter({
    ...{ id: 'downsample', reason: 'integrated', sensor },
    plain: () => new Downsampling(from, squares),
    kernel: from.width > MAX_COMPUTED_SIDE ? null : new KernelDownsampling(from, squares),
  });
}

/**
 * Makes each square of `by` x `by` pixels one, which adds ON and subtracts OFF events and has an event of its own, at the
 * time of the one that brought it there, when the sum reaches plus or minus `threshold` events for each of its pixels; the
 * sum then begins anew. So an edge gives as many events as it would on a coarser sensor, and noise of both signs cancels
 * out. Squares at the right and lower border may be smaller and have the same limit. Sums begin anew with a time segment;
 * times and order do not matter.
 */
export const downsample: AnyFilterDefinition = defineFilter({
  id: 'downsample',
  summary: 'makes squares of pixels one that adds up their events',
  source: "Tonic's integrator event downsampling, without its time bins",
  example: 'downsample=by:2',
  reasons: ['integrated'],
  options: {
    by: { kind: 'integer', min: 2, max: 64, unit: 'pixels', default: 2, text: 'side of a square' },
    threshold: {
      kind: 'number',
      min: 0.001,
      max: 1000,
      unit: 'events per pixel',
      default: 1,
      text: 'the sum that makes an event',
    },
  },
  sensorAfter: smaller,
  create,
});
