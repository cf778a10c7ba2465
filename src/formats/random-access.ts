/** Reading a recording at any place, for formats whose events can lie anywhere in it. */
import type { EventBatch } from '../events/index.ts';

/** A stretch of a recording. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Work that asks for stretches of a recording, one after the other, and goes on with their bytes: fewer where it ends. */
export type ByteTask<T> = Generator<ByteRange, T, Uint8Array>;

/** A recording that can be read at any place: a file, a `Blob`, anything that answers ranges. */
export interface RandomAccessSource {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `offset` on, fewer than `length` only where the recording ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /**
   * The bytes from `start` to `end` in order, where that is done better than by reads: by one request, or in little memory.
   * A chunk is good until the next is asked for.
   */
  chunks?(start: number, end: number): AsyncIterable<Uint8Array>;
}

/**
 * Does a task with the bytes of a source.
 *
 * @throws what the task and the source throw.
 *
 * @example
 * ```ts
 * import { blobSource, runByteTask, type ByteTask } from 'saccade';
 * function* third(): ByteTask<number | undefined> {
 *   return (yield { offset: 2, length: 1 })[0];
 * }
 * console.log(await runByteTask(third(), blobSource(new Blob([Uint8Array.of(1, 2, 3)])))); // 3
 * ```
 */
export async function runByteTask<T>(task: ByteTask<T>, source: RandomAccessSource): Promise<T> {
  let step = task.next();
  while (step.done !== true) step = task.next(await source.read(step.value.offset, step.value.length));
  return step.value;
}

/** A decoder that says which bytes it needs next. */
export interface RandomAccess {
  /** What to read next; `null` once nothing more is needed. */
  readonly wanted: ByteRange | null;
  /**
   * Takes the bytes at `wanted`, fewer only where the recording ends, and returns the events that are complete. The bytes
   * must stay as they are. Of a stretch of no bytes nothing is to be read: it lets the events be taken first.
   *
   * @throws EventFormatError as `EventDecoder.push`.
   */
  supply(bytes: Uint8Array): EventBatch[];
}

/**
 * A `Blob` (a `File` of a page) as a source, for `decodeBytes`.
 *
 * @example
 * ```ts
 * import { blobSource } from 'saccade';
 * const source = blobSource(new Blob([Uint8Array.of(1, 2, 3)]));
 * console.log(source.size, Array.from(await source.read(1, 5))); // 3 [2, 3]
 * ```
 */
export function blobSource(blob: {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}): RandomAccessSource {
  return {
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, Math.min(blob.size, offset + length)).arrayBuffer()),
  };
}
