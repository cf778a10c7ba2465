/** Filters that move columns and rows, each for itself. */
import type { EventArrays, EventBatch, SensorGeometry } from '../events/index.ts';
import { EventwiseFilter } from './eventwise-filter.ts';

/** Where an event goes: column x to `columns[x]`, row y to `rows[y]`, and then the axes change places or not. */
export interface AxisMove {
  /** The sensor of the events that come. */
  readonly from: SensorGeometry;
  readonly to: SensorGeometry;
  /** As wide as the sensor; {@link GONE} leaves an event out. */
  readonly columns: Int32Array;
  /** As high. */
  readonly rows: Int32Array;
  readonly swapAxes: boolean;
}

/** In place of a column or row: events there are left out. */
export const GONE = -1;

/** The places `0 … size - 1`, or `size - 1 … 0`. */
export function places(size: number, reversed = false): Int32Array {
  return Int32Array.from({ length: size }, (_, i) => (reversed ? size - 1 - i : i));
}

/** Applies an {@link AxisMove}. */
export class AxisFilter extends EventwiseFilter {
  readonly #move: AxisMove;
  readonly #reason: string;

  constructor(id: string, move: AxisMove, reason: string) {
    super(id, move.to);
    this.#move = move;
    this.#reason = reason;
  }

  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, p: toP } = room;
    const { from, columns, rows, swapAxes } = this.#move;
    const { width, height } = from;
    // Events are read before their place is written, so the two may be one array.
    const acrossTo = swapAxes ? room.y : room.x;
    const downTo = swapAxes ? room.x : room.y;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      const across = columns[column]!;
      const down = rows[row]!;
      toT[kept] = t[i]!;
      toP[kept] = p[i]!;
      acrossTo[kept] = across;
      downTo[kept] = down;
      kept += ((across | down) >>> 31) ^ 1;
    }
    this.remove('outside-sensor', outside);
    this.remove(this.#reason, length - outside - kept);
    return kept;
  }
}
