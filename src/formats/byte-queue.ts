/** Bytes that wait until what they belong to is complete. */

/**
 * A queue of chunks of any size; takes linear time in the bytes however they are cut. What it returns may
 * share memory with the pushed chunk, so it holds only until the caller of `push` reuses that; `keep` copies
 * what is left.
 *
 * @example
 * ```ts
 * import { ByteQueue } from 'saccade';
 * const queue = new ByteQueue();
 * queue.push(new Uint8Array([1, 2]));
 * queue.push(new Uint8Array([3]));
 * console.log(queue.take(4), Array.from(queue.take(3)!)); // null [1, 2, 3]
 * ```
 */
export class ByteQueue {
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Ours to append to; `#bytes` is this or the pushed chunk. */
  #room: Uint8Array = this.#bytes;
  #taken = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Bytes taken or skipped so far: the stream offset of the next one. */
  get offset(): number {
    return this.#taken;
  }

  push(bytes: Uint8Array): void {
    if (this.length === 0) {
      this.#bytes = bytes;
      this.#start = 0;
      this.#end = bytes.length;
      return;
    }
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The next `count` bytes without taking them, `null` if there are fewer. */
  peek(count: number): Uint8Array | null {
    return count > this.length ? null : this.#bytes.subarray(this.#start, this.#start + count);
  }

  /** The next `count` bytes, `null` if there are fewer. */
  take(count: number): Uint8Array | null {
    const bytes = this.peek(count);
    if (bytes !== null) this.skip(count);
    return bytes;
  }

  /** Drops up to `count` bytes and returns how many. */
  skip(count: number): number {
    const skipped = Math.min(count, this.length);
    this.#start += skipped;
    this.#taken += skipped;
    return skipped;
  }

  /** Copies what waits, if it still lies in a pushed chunk. Call it at the end of each push. */
  keep(): void {
    if (this.#bytes !== this.#room) this.#reserve(0);
  }

  /** Makes `#bytes` our own, with what waits and room for more behind it. */
  #reserve(more: number): void {
    const { length } = this;
    const needed = length + more;
    const waiting = this.#bytes.subarray(this.#start, this.#end);
    if (needed > this.#room.length) {
      this.#room = new Uint8Array(Math.max(2 * needed, 64));
    } else if (this.#bytes === this.#room && this.#end + more <= this.#room.length) {
      return;
    }
    this.#room.set(waiting);
    this.#bytes = this.#room;
    this.#start = 0;
    this.#end = length;
  }
}
