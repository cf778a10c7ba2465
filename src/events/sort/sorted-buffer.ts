/** Events in order of time that wait, in arrays that grow. */
import {
  allocateEvents,
  batchOf,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../event-batch.ts';
import { stableOrder } from './stable-order.ts';

const FIRST_CAPACITY = 1024;

/** Takes events in any order and gives the earliest; equal times in the order in which they came. */
export class SortedBuffer {
  #arrays: EventArrays = allocateEvents(FIRST_CAPACITY);
  /** The events are from `#head` on and before `#tail`. */
  #head = 0;
  #tail = 0;

  get length(): number {
    return this.#tail - this.#head;
  }

  /** Adds the events `[from, to)` of a batch. What is later than them moves; usually nothing is. */
  insert(batch: EventBatch, from: number, to: number): void {
    const count = to - from;
    if (count === 0) return;
    this.#reserve(count);
    const { t, x, y, p } = this.#arrays;
    const times = batch.t.subarray(from, to);
    const order = stableOrder(times);
    let waiting = this.#tail - 1;
    let at = this.#tail + count - 1;
    for (let k = count - 1; k >= 0; k--) {
      const own = order === null ? k : order[k]!;
      const time = times[own]!;
      for (; waiting >= this.#head && t[waiting]! > time; waiting--, at--) {
        t[at] = t[waiting]!;
        x[at] = x[waiting]!;
        y[at] = y[waiting]!;
        p[at] = p[waiting]!;
      }
      t[at] = time;
      x[at] = batch.x[from + own]!;
      y[at] = batch.y[from + own]!;
      p[at] = batch.p[from + own]!;
      at--;
    }
    this.#tail += count;
  }

  /** Takes out the events up to a time, that time included. */
  takeUntil(micros: number, geometry: SensorGeometry | null, segment: number): EventBatch | null {
    const { t, x, y, p } = this.#arrays;
    let low = this.#head;
    for (let high = this.#tail; low < high;) {
      const middle = (low + high) >>> 1;
      if (t[middle]! <= micros) low = middle + 1;
      else high = middle;
    }
    const head = this.#head;
    if (low === head) return null;
    this.#head = low;
    const taken = {
      t: t.slice(head, low),
      x: x.slice(head, low),
      y: y.slice(head, low),
      p: p.slice(head, low),
    };
    return batchOf(taken, low - head, geometry, segment);
  }

  /** Makes room behind the tail: at the place of what was taken, or in larger arrays. */
  #reserve(count: number): void {
    const capacity = this.#arrays.t.length;
    if (this.#tail + count <= capacity) return;
    const { length } = this;
    const isRoomy = 2 * (length + count) <= capacity;
    const arrays = isRoomy ? this.#arrays : allocateEvents(2 * (length + count));
    for (const name of ['t', 'x', 'y', 'p'] as const) {
      arrays[name].set(this.#arrays[name].subarray(this.#head, this.#tail));
    }
    this.#arrays = arrays;
    this.#head = 0;
    this.#tail = length;
  }
}
