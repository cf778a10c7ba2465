/** Filters as plain loops: the oracle of the kernels, and what runs without WebAssembly. */
import {
  allocateEvents,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../../events/index.ts';
import { RUN_EVENTS, type Column, type Selected, type Selection } from './selection.ts';

/** Events that a filter judges. */
export interface Judged extends EventArrays {
  readonly length: number;
  /** `y * width + x` of each, where sensors have no more pixels than a filter keeps something for. */
  readonly places: Int32Array;
  /** 1 where an event is kept: beforehand, where it is inside the sensor. Others are not to be looked at. */
  readonly keeps: Uint8Array;
  /** Where columns go that the filter changes. */
  readonly moved: EventArrays;
}

/** What all filters of a thread use in turns. */
let scratch: Pick<Judged, 'places' | 'keeps' | 'moved'> | undefined;

/** A subclass goes over the events in order and takes `keeps` from those that are left out. */
export abstract class PlainSelection implements Selection {
  readonly #sensor: SensorGeometry;
  readonly #moves: readonly Column[];

  /** @param sensor that of the events that come. @param moves columns that the filter changes, of all events inside. */
  constructor(sensor: SensorGeometry, moves: readonly Column[] = []) {
    this.#sensor = sensor;
    this.#moves = moves;
  }

  begin(_micros: number): boolean {
    return true;
  }

  select({ t, x, y, p, length }: EventBatch, room: EventArrays): Selected {
    scratch ??= {
      places: new Int32Array(RUN_EVENTS),
      keeps: new Uint8Array(RUN_EVENTS),
      moved: allocateEvents(RUN_EVENTS),
    };
    const judged = { t, x, y, p, length, ...scratch };
    const outside = this.#place(judged);
    this.judge(judged);
    const columns: Record<Column, EventArrays[Column]> = { t, x, y, p };
    for (const name of this.#moves) columns[name] = judged.moved[name];
    return { events: length, kept: compact(columns as unknown as EventArrays, judged, room), outside };
  }

  end(): void {
    // Memory goes with the filter.
  }

  #place({ x, y, length, places, keeps }: Judged): number {
    const { width, height } = this.#sensor;
    let inside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      const within = column < width && row < height ? 1 : 0;
      places[i] = Math.imul(row, width) + column;
      keeps[i] = within;
      inside += within;
    }
    return length - inside;
  }

  protected abstract judge(events: Judged): void;
}

/**
 * Writes each event to the next free place, and goes on to the place behind it if the event is kept: without a branch, as
 * what is kept is as good as random. In place, no event is overwritten before it was read.
 */
export function compact(
  { t, x, y, p }: EventArrays,
  { length, keeps }: Pick<Judged, 'length' | 'keeps'>,
  room: EventArrays,
): number {
  const { t: toT, x: toX, y: toY, p: toP } = room;
  let kept = 0;
  for (let i = 0; i < length; i++) {
    toT[kept] = t[i]!;
    toX[kept] = x[i]!;
    toY[kept] = y[i]!;
    toP[kept] = p[i]!;
    kept += keeps[i]!;
  }
  return kept;
}
