/** One sorted stream of several. */
import {
  allocateEvents,
  batchOf,
  sliceBatch,
  type EventArrays,
  type EventBatch,
} from '../../events/index.ts';

/** A stream, as far as it is read. */
interface Cursor {
  /** Among equal times the lower rank comes first. */
  readonly rank: number;
  readonly batches: AsyncIterator<EventBatch>;
  batch: EventBatch;
  at: number;
}

/** Merges sorted streams; of equal times those of the earlier stream come first. */
export async function* mergeSorted(
  streams: readonly AsyncIterable<EventBatch>[],
  batchEvents: number,
): AsyncGenerator<EventBatch, void, undefined> {
  const heap: Cursor[] = [];
  for (const [rank, stream] of streams.entries()) {
    const batches = stream[Symbol.asyncIterator]();
    const first = await batches.next();
    if (!first.done) heap.push({ rank, batches, batch: first.value, at: 0 });
  }
  for (let i = heap.length - 1; i >= 0; i--) sink(heap, i);
  let arrays = allocateEvents(batchEvents);
  let filled = 0;
  while (heap.length > 0) {
    const top = heap[0]!;
    const most = Math.min(top.batch.length, top.at + batchEvents - filled);
    const to = stretchEnd(top, runnerUp(heap), most);
    copy(top.batch, top.at, to, arrays, filled);
    filled += to - top.at;
    top.at = to;
    if (filled === batchEvents) {
      yield batchOf(arrays, filled, null);
      arrays = allocateEvents(batchEvents);
      filled = 0;
    }
    if (top.at === top.batch.length) {
      const next = await top.batches.next();
      if (next.done) {
        const last = heap.pop()!;
        if (heap.length > 0) heap[0] = last;
      } else {
        top.batch = next.value;
        top.at = 0;
      }
    }
    sink(heap, 0);
  }
  if (filled > 0) yield sliceBatch(batchOf(arrays, batchEvents, null), 0, filled);
}

/** The stream that comes after the first. */
function runnerUp(heap: readonly Cursor[]): Cursor | undefined {
  const [, left, right] = heap;
  return right !== undefined && precedes(right, left!) ? right : left;
}

/** Behind the events of the first stream that come in front of those of the next. */
function stretchEnd(top: Cursor, next: Cursor | undefined, most: number): number {
  if (next === undefined) return most;
  const { t } = top.batch;
  const time = next.batch.t[next.at]!;
  const isFirst = top.rank < next.rank;
  let to = top.at + 1;
  while (to < most && (isFirst ? t[to]! <= time : t[to]! < time)) to++;
  return to;
}

function precedes(a: Cursor, b: Cursor): boolean {
  const difference = a.batch.t[a.at]! - b.batch.t[b.at]!;
  return difference < 0 || (difference === 0 && a.rank < b.rank);
}

function sink(heap: Cursor[], from: number): void {
  for (let at = from; ;) {
    const left = 2 * at + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const child = right < heap.length && precedes(heap[right]!, heap[left]!) ? right : left;
    if (!precedes(heap[child]!, heap[at]!)) return;
    [heap[at], heap[child]] = [heap[child]!, heap[at]!];
    at = child;
  }
}

function copy(batch: EventBatch, from: number, to: number, arrays: EventArrays, at: number): void {
  for (const name of ['t', 'x', 'y', 'p'] as const) arrays[name].set(batch[name].subarray(from, to), at);
}
