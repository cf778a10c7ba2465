/** Writes records of MCAP files, and messages in CDR. */
import { joinBytes } from '../bytes.ts';

const NANOS_PER_MICRO = 1000;

/** Appends little-endian fields. */
export class FieldWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  u8(value: number): this {
    this.#view.setUint8(this.#room(1), value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#room(2), value, true);
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#room(4), value, true);
    return this;
  }

  /** A whole number up to 2^53. */
  u64(value: number): this {
    const at = this.#room(8);
    this.#view.setUint32(at, value % 2 ** 32, true);
    this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
    return this;
  }

  /** A time in nanoseconds; microseconds up to 2^34 keep below 2^53. */
  time(micros: number): this {
    return this.u64(micros * NANOS_PER_MICRO);
  }

  text(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).bytes(bytes);
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Zeros up to a multiple of so many bytes. */
  align(multiple: number): this {
    this.#room(-this.length & (multiple - 1));
    return this;
  }

  /** What was written, in memory of its own. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #room(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.#bytes.length) {
      const room = new Uint8Array(2 * this.length);
      room.set(this.#bytes.subarray(0, at));
      this.#bytes = room;
      this.#view = new DataView(room.buffer);
    }
    return at;
  }
}

/** A record. */
export function recordBytes(opcode: number, content: FieldWriter | Uint8Array): Uint8Array {
  const bytes = content instanceof FieldWriter ? content.take() : content;
  return joinBytes([new FieldWriter().u8(opcode).u64(bytes.length).take(), bytes]);
}
