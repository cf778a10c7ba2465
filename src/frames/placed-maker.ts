/** The frame of representations whose events are looked at one after the other. */
import type { EventBatch } from '../events/index.ts';
import type { PixelMap } from './pixel-map.ts';
import type { FrameMaker, MadeFrame } from './representation.ts';
import type { EventSlice, FrameArray } from './types.ts';

/** Events whose places are looked up at once: few enough to be still in the cache when they are used. */
const PLACED_EVENTS = 4096;

/** Events, and where they go: event `from + i` to place `at[i]` of a plane; negative: nowhere. */
export interface PlacedEvents {
  readonly batch: EventBatch;
  readonly from: number;
  readonly to: number;
  readonly at: Int32Array;
  /** Turns polarities around where it is 1: the channel of an event is `p ^ flip`. */
  readonly flip: number;
}

/** Looks up places, and hands events on in the order in which they came. */
export abstract class PlacedMaker implements FrameMaker {
  protected readonly map: PixelMap;
  /** Values of a plane. */
  protected readonly pixels: number;
  readonly #at = new Int32Array(PLACED_EVENTS);

  constructor(map: PixelMap) {
    this.map = map;
    this.pixels = map.output.width * map.output.height;
  }

  make(step: EventSlice, room?: FrameArray): MadeFrame {
    this.begin(step);
    const at = this.#at;
    const flip = this.map.flipPolarity ? 1 : 0;
    let outside = 0;
    for (const batch of step.batches) {
      for (let from = 0; from < batch.length; from += PLACED_EVENTS) {
        const to = Math.min(batch.length, from + PLACED_EVENTS);
        outside += this.map.identity
          ? computePlaces(batch, from, to, this.map, at)
          : lookUpPlaces(batch, from, to, this.map, at);
        this.add({ batch, from, to, at, flip });
      }
    }
    return { ...this.end(step, room), outside };
  }

  forget(): void {
    // Most remember nothing.
  }

  /** A time step begins. */
  protected begin(_step: EventSlice): void {
    // Most have nothing to do.
  }

  protected abstract add(events: PlacedEvents): void;

  /** The values of the step; what was made of it is forgotten, unless the representation carries it on. */
  protected abstract end(step: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'>;
}

function computePlaces(
  { x, y }: EventBatch,
  from: number,
  to: number,
  { sensor: { width, height } }: PixelMap,
  at: Int32Array,
): number {
  let outside = 0;
  for (let i = from; i < to; i++) {
    const column = x[i]!;
    const row = y[i]!;
    const out = column >= width || row >= height ? 1 : 0;
    at[i - from] = out === 1 ? -1 : Math.imul(row, width) + column;
    outside += out;
  }
  return outside;
}

function lookUpPlaces(
  { x, y }: EventBatch,
  from: number,
  to: number,
  { columns, rows, sensor: { width, height } }: PixelMap,
  at: Int32Array,
): number {
  let outside = 0;
  for (let i = from; i < to; i++) {
    const column = x[i]!;
    const row = y[i]!;
    const place = column < width && row < height ? columns[column]! + rows[row]! : -1;
    at[i - from] = place;
    outside += place < 0 ? 1 : 0;
  }
  return outside;
}
