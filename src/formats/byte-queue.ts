/** Bytes that wait until what they belong to is complete. */

const EMPTY = new Uint8Array(0);

/**
 * A queue of chunks of any size; takes linear time in the bytes however they are cut. What it returns may
 * share memory with the pushed chunk, so it holds only until `keep` or the next `push`; `keep` copies what is left.
 * Before that, only what lies in two chunks is copied.
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
  /** What waits: `[start, end)` of this, which is `#room` or the pushed chunk, and then all of `#behind`. */
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #behind: Uint8Array = EMPTY;
  /** Ours to append to. */
  #room: Uint8Array = EMPTY;
  #taken = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start + this.#behind.length;
  }

  /** Bytes taken or skipped so far: the stream offset of the next one. */
  get offset(): number {
    return this.#taken;
  }

  push(bytes: Uint8Array): void {
    this.#join(this.#behind.length);
    this.#behind = bytes;
    if (this.#start === this.#end) this.#advance();
  }

  /** The next `count` bytes without taking them, `null` if there are fewer. */
  peek(count: number): Uint8Array | null {
    if (count > this.length) return null;
    const missing = count - (this.#end - this.#start);
    if (missing > 0) this.#join(missing);
    return this.#bytes.subarray(this.#start, this.#start + count);
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
    this.#taken += skipped;
    const beyond = this.#start + skipped - this.#end;
    if (beyond < 0) {
      this.#start += skipped;
    } else {
      this.#advance();
      this.#start += beyond;
    }
    return skipped;
  }

  /** Drops what waits; what comes next is from this offset of the stream on. */
  restart(offset: number): void {
    this.skip(this.length);
    this.#taken = offset;
  }

  /** Copies what waits, if it still lies in a pushed chunk. Call it at the end of each push. */
  keep(): void {
    this.#join(this.#behind.length);
    if (this.#bytes !== this.#room) this.#reserve(0);
  }

  /** Nothing is left of `#bytes`: goes on with what is behind. */
  #advance(): void {
    this.#bytes = this.#behind;
    this.#start = 0;
    this.#end = this.#behind.length;
    this.#behind = EMPTY;
  }

  /** Moves the first `count` bytes of what is behind to the end of `#bytes`. */
  #join(count: number): void {
    if (count === 0) return;
    this.#reserve(count);
    this.#bytes.set(this.#behind.subarray(0, count), this.#end);
    this.#end += count;
    this.#behind = this.#behind.subarray(count);
  }

  /** Makes `#bytes` our own, with room for more behind what waits in it. */
  #reserve(more: number): void {
    const waiting = this.#bytes.subarray(this.#start, this.#end);
    const needed = waiting.length + more;
    const isOurs = this.#bytes === this.#room;
    if (isOurs && this.#end + more <= this.#room.length) return;
    // Never moved within the room: what was taken from there may still be looked at.
    if (isOurs || needed > this.#room.length) this.#room = new Uint8Array(Math.max(2 * needed, 64));
    this.#room.set(waiting);
    this.#bytes = this.#room;
    this.#start = 0;
    this.#end = waiting.length;
  }
}
