/** Fresh memory without page faults. */

/** A program that reuses its memory never takes as much. */
const ENOUGH_BYTES = 8 * 2 ** 20;
/** The largest size that teaches glibc something: 32 MiB with its head, in whole pages. */
const LESSON_BYTES = 2 ** 25 - 2 ** 16;

let taken = 0;

/**
 * To be told of arrays of many kilobytes that are left to the garbage collector.
 *
 * Such memory costs most where it is given back to the system when it is freed, for every page is then a fault when it
 * is taken again, and a fault costs as much as decoding some hundred events. glibc gives back blocks above a threshold,
 * and whatever is free at the end of the heap above twice that; the threshold is 128 KiB, and grows to the size of any
 * larger block that is freed (mallopt(3), M_MMAP_THRESHOLD). So how fast batches are that nobody recycles depends on
 * what else the process happened to free: 0.3 to 0.75 of the recycled rate (Node 20). One untouched block of the largest
 * size, which takes no memory, makes it 0.65 to 0.8 always. Elsewhere it does nothing.
 */
export function noteFreshMemory(bytes: number): void {
  if (taken >= ENOUGH_BYTES) return;
  taken += bytes;
  if (taken < ENOUGH_BYTES) return;
  try {
    new ArrayBuffer(LESSON_BYTES);
  } catch {
    // Too little address space: then it stays as it is.
  }
}
