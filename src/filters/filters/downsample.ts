/** A smaller sensor, whose pixels add up what those of the larger one saw. */
import { sensorName, type SensorGeometry } from '../../events/index.ts';
import { FilterError } from '../errors.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
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

class Downsampling extends PlainSelection {
  readonly #columns: Uint16Array;
  readonly #rowStarts: Int32Array;
  /** ON less OFF events of a large pixel since its last event. */
  readonly #sums: Int32Array;
  readonly #limit: number;

  /** Columns of the smaller sensor. */
  readonly #across: number;

  constructor(from: SensorGeometry, to: SensorGeometry, { by, threshold }: Options) {
    super(from, ['x', 'y']);
    this.#across = to.width;
    this.#columns = Uint16Array.from({ length: from.width }, (_, x) => Math.floor(x / by));
    this.#rowStarts = Int32Array.from({ length: from.height }, (_, y) => Math.floor(y / by) * to.width);
    this.#sums = new Int32Array(to.width * to.height);
    this.#limit = Math.max(1, Math.ceil(threshold * by * by));
  }

  override begin(): boolean {
    this.#sums.fill(0);
    return true;
  }

  protected judge({ x, y, p, length, keeps, moved }: Judged): void {
    const columns = this.#columns;
    const rowStarts = this.#rowStarts;
    const sums = this.#sums;
    const across = this.#across;
    const limit = this.#limit;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const to = columns[x[i]!]!;
      const start = rowStarts[y[i]!]!;
      const sum = sums[start + to]! + 2 * p[i]! - 1;
      const fires = sum === limit || sum === -limit;
      sums[start + to] = fires ? 0 : sum;
      keeps[i] = fires ? 1 : 0;
      if (!fires) continue;
      moved.x[i] = to;
      moved.y[i] = start / across;
    }
  }
}

function create(from: SensorGeometry, options: Options): EventwiseFilter {
  const sensor = smaller(from, options);
  requirePixels('downsample', sensor);
  return new EventwiseFilter({
    ...{ id: 'downsample', reason: 'integrated', sensor },
    plain: () => new Downsampling(from, sensor, options),
    kernel: null,
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
