/** Memory of batches that nobody looks at any more. */
import type { EventArrays, EventBatch } from '../events/index.ts';

/**
 * Memory that waits for the next batches, at most; what comes beyond is left to the garbage collector. As much as two
 * million events have: a recording that is binned as a whole gives all its batches back at once, and the next one takes
 * them.
 */
const MAX_IDLE_BYTES = 32 * 2 ** 20;
/** Less is not worth keeping. */
const MIN_BYTES = 13 * 256;

const idle: ArrayBufferLike[] = [];
let idleBytes = 0;
/** The times of batches that were lent and not given back: a batch's are its own, a slice has others. */
const lent = new WeakSet<Float64Array>();

/**
 * Gives a decoder's batch back: its memory, still warm, is that of a batch to come. Decoding is up to twice as fast
 * where batches are given back. Nobody may look at the batch afterwards, or at what shares its arrays: slices of it,
 * and cut or rebased batches; encoders never keep one. Giving back is never needed, and does nothing to slices, to
 * batches that were given back before, and to those that no decoder made.
 *
 * @example
 * ```ts
 * import { createDecoder, recycleBatch } from 'saccade';
 * const decoder = createDecoder({ format: 'atis40', geometry: { width: 34, height: 34 } });
 * let on = 0;
 * for (const batch of decoder.push(Uint8Array.of(3, 4, 0x80, 1, 0, 5, 6, 0, 1, 9))) {
 *   for (const polarity of batch.p) on += polarity;
 *   recycleBatch(batch);
 * }
 * console.log(on); // 1
 * ```
 */
export function recycleBatch(batch: EventBatch): void {
  if (!lent.delete(batch.t)) return;
  const { buffer } = batch.t;
  if (idleBytes + buffer.byteLength > MAX_IDLE_BYTES) return;
  idle.push(buffer);
  idleBytes += buffer.byteLength;
}

/** Memory that was given back, of at least so many bytes; what it holds is to be overwritten. */
export function takeMemory(bytes: number): ArrayBufferLike | undefined {
  const buffer = idle.pop();
  idleBytes = idle.length === 0 ? 0 : idleBytes - buffer!.byteLength;
  // A smaller one is let go: those that follow are then as large as batches are.
  return buffer !== undefined && buffer.byteLength >= bytes ? buffer : undefined;
}

/** Marks arrays, all in one buffer that is nobody else's, as those of a batch that can be given back. */
export function lend(arrays: EventArrays): EventArrays {
  if (arrays.t.buffer.byteLength >= MIN_BYTES) lent.add(arrays.t);
  return arrays;
}
