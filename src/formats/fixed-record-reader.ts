/** Whole records out of chunks that may be cut anywhere. */

/** Takes `count` records that begin at `offset` of the bytes, which are only valid during the call. */
export type RecordConsumer = (bytes: Uint8Array, offset: number, count: number) => void;

/** Carries the incomplete record at the end of a chunk over to the next one. */
export class FixedRecordReader {
  readonly #recordBytes: number;
  readonly #carry: Uint8Array;
  #carried = 0;

  constructor(recordBytes: number) {
    this.#recordBytes = recordBytes;
    this.#carry = new Uint8Array(recordBytes);
  }

  /** Bytes of the record that is not complete yet. */
  get pendingBytes(): number {
    return this.#carried;
  }

  /** Forgets the record that is not complete. */
  clear(): void {
    this.#carried = 0;
  }

  /** Hands all complete records on, in at most two runs, without copying but for the one that was cut. */
  push(bytes: Uint8Array, consume: RecordConsumer): void {
    let at = 0;
    if (this.#carried > 0) {
      at = Math.min(this.#recordBytes - this.#carried, bytes.length);
      this.#carry.set(bytes.subarray(0, at), this.#carried);
      this.#carried += at;
      if (this.#carried < this.#recordBytes) return;
      this.#carried = 0;
      consume(this.#carry, 0, 1);
    }
    const count = Math.floor((bytes.length - at) / this.#recordBytes);
    if (count > 0) consume(bytes, at, count);
    at += count * this.#recordBytes;
    this.#carry.set(bytes.subarray(at), 0);
    this.#carried = bytes.length - at;
  }
}
