/** Filters that move columns and rows, each for itself. */
import type { SensorGeometry } from '../events/index.ts';
import { EventwiseFilter } from './eventwise-filter.ts';
import { StatelessKernel } from './selection/kernel-selection.ts';
import { PlainSelection, type Judged } from './selection/plain-selection.ts';

/** What becomes of columns, or of rows. */
export interface AxisPlaces {
  /** Those from `first` to `last` are kept. */
  readonly first: number;
  readonly last: number;
  /** Whether place `i` becomes `-1 - i`, before `by` is added. */
  readonly reversed: boolean;
  readonly by: number;
}

/** Where an event goes: column and row each for itself, and then the axes change places or not. */
export interface AxisMove {
  /** The sensor of the events that come. */
  readonly from: SensorGeometry;
  readonly to: SensorGeometry;
  readonly columns: AxisPlaces;
  readonly rows: AxisPlaces;
  readonly swapAxes: boolean;
}

/** The places `0 … size - 1`, or `size - 1 … 0`. */
export function places(size: number, reversed = false): AxisPlaces {
  return { first: 0, last: size - 1, reversed, by: reversed ? size : 0 };
}

class PlainAxes extends PlainSelection {
  readonly #move: AxisMove;

  constructor(move: AxisMove) {
    super(move.from, ['x', 'y']);
    this.#move = move;
  }

  protected judge({ x, y, length, keeps, moved }: Judged): void {
    const { columns, rows, swapAxes } = this.#move;
    const across = swapAxes ? moved.y : moved.x;
    const down = swapAxes ? moved.x : moved.y;
    const turnX = columns.reversed ? -1 : 0;
    const turnY = rows.reversed ? -1 : 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      const stays =
        column >= columns.first && column <= columns.last && row >= rows.first && row <= rows.last;
      across[i] = (column ^ turnX) + columns.by;
      down[i] = (row ^ turnY) + rows.by;
      if (!stays) keeps[i] = 0;
    }
  }
}

/** As the kernel wants it: 16 bits, and one that says whether places are reversed. */
function moved({ reversed, by }: AxisPlaces): number {
  return (by & 0xffff) | (reversed ? 0x10000 : 0);
}

function kernelOf({ from, columns, rows, swapAxes }: AxisMove): StatelessKernel {
  return new StatelessKernel({
    loop: 'axes',
    sensor: from,
    moves: ['x', 'y'],
    swapAxes,
    fields: {
      ...{
        a: columns.first,
        b: Math.min(columns.last, 0xffff),
        c: rows.first,
        d: Math.min(rows.last, 0xffff),
      },
      ...{ e: moved(columns), f: moved(rows) },
    },
  });
}

/** Applies an {@link AxisMove}. @param reason why an event is left out whose column or row is not kept. */
export function axisFilter(id: string, move: AxisMove, reason: string): EventwiseFilter {
  return new EventwiseFilter({
    id,
    reason,
    sensor: move.to,
    plain: () => new PlainAxes(move),
    kernel: kernelOf(move),
  });
}
