/** A smaller sensor, whose pixels add up what those of the larger one saw. */
import { sensorName, type EventArrays, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import { FilterError } from '../errors.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';

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

class DownsampleFilter extends EventwiseFilter {
  readonly #from: SensorGeometry;
  readonly #columns: Uint16Array;
  readonly #rowStarts: Int32Array;
  /** ON less OFF events of a large pixel since its last event. */
  readonly #sums: Int32Array;
  readonly #limit: number;

  constructor(from: SensorGeometry, { by, threshold }: Options) {
    super('downsample', smaller(from, { by }));
    requirePixels('downsample', this.sensor);
    this.#from = from;
    this.#columns = Uint16Array.from({ length: from.width }, (_, x) => Math.floor(x / by));
    this.#rowStarts = Int32Array.from(
      { length: from.height },
      (_, y) => Math.floor(y / by) * this.sensor.width,
    );
    this.#sums = new Int32Array(this.sensor.width * this.sensor.height);
    this.#limit = Math.max(1, Math.ceil(threshold * by * by));
  }

  protected override begin(): void {
    this.#sums.fill(0);
  }

  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, x: toX, y: toY, p: toP } = room;
    const { width, height } = this.#from;
    const columns = this.#columns;
    const rowStarts = this.#rowStarts;
    const sums = this.#sums;
    const across = this.sensor.width;
    const limit = this.#limit;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      const sign = p[i]!;
      const to = columns[column]!;
      const start = rowStarts[row]!;
      const sum = sums[start + to]! + 2 * sign - 1;
      const fires = sum === limit || sum === -limit;
      sums[start + to] = fires ? 0 : sum;
      if (!fires) continue;
      toT[kept] = t[i]!;
      toX[kept] = to;
      toY[kept] = start / across;
      toP[kept] = sign;
      kept++;
    }
    this.remove('outside-sensor', outside);
    this.remove('integrated', length - outside - kept);
    return kept;
  }
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
  create: (sensor, options) => new DownsampleFilter(sensor, options),
});
