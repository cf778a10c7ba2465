/**
 * Tables of a FlatBuffer, by the flatbuffers package, whose generated readers believe every offset: here each is
 * checked before it is followed. Every step goes into a field that the caller names, so that no cycle is walked.
 */
import { ByteBuffer } from 'flatbuffers';

/** An offset leads out of the buffer. */
export class FlatBufferError extends Error {
  override readonly name = 'FlatBufferError';
}

/** A run of elements inside the buffer. */
export interface FlatVector {
  /** Where the first element begins in the buffer's bytes. */
  readonly start: number;
  readonly length: number;
}

/** Where the vtable has the entry of a field. */
function entryOf(field: number): number {
  return 4 + 2 * field;
}

/** A table whose fields are read by number. Absent fields give the default. */
export class FlatTable {
  readonly #buffer: ByteBuffer;
  readonly #at: number;

  private constructor(buffer: ByteBuffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
    this.#check(at, 4);
    const vtable = at - buffer.readInt32(at);
    this.#check(vtable, 4);
    this.#check(vtable, buffer.readUint16(vtable));
  }

  /** @param bytes the buffer, without a size in front. */
  static root(bytes: Uint8Array): FlatTable {
    if (bytes.length < 8) throw new FlatBufferError(`is ${bytes.length} bytes short`);
    const buffer = new ByteBuffer(bytes);
    return new FlatTable(buffer, buffer.readUint32(0));
  }

  int(field: number, fallback: number, bytes: 1 | 2 | 4): number {
    const at = this.#place(field, bytes);
    if (at === null) return fallback;
    if (bytes === 1) return this.#buffer.readInt8(at);
    return bytes === 2 ? this.#buffer.readInt16(at) : this.#buffer.readInt32(at);
  }

  /** 64 bits as a double: exact below 2^53. */
  long(field: number, fallback: number): number {
    const at = this.#place(field, 8);
    return at === null ? fallback : Number(this.#buffer.readInt64(at));
  }

  /** The first 32-bit numbers of a struct; none where the field is absent. */
  struct(field: number, numbers: number): number[] {
    const at = this.#place(field, 4 * numbers);
    return at === null ? [] : Array.from({ length: numbers }, (_, i) => this.#buffer.readInt32(at + 4 * i));
  }

  float(field: number): number {
    const at = this.#place(field, 4);
    return at === null ? 0 : this.#buffer.readFloat32(at);
  }

  string(field: number): string {
    const vector = this.vector(field, 1);
    if (vector === null) return '';
    return new TextDecoder().decode(
      this.#buffer.bytes().subarray(vector.start, vector.start + vector.length),
    );
  }

  /** @returns `null` where the field is absent: no elements. */
  vector(field: number, elementBytes: number): FlatVector | null {
    const at = this.#place(field, 4);
    if (at === null) return null;
    const vector = at + this.#buffer.readUint32(at);
    this.#check(vector, 4);
    const length = this.#buffer.readUint32(vector);
    this.#check(vector + 4, length * elementBytes);
    return { start: vector + 4, length };
  }

  /** The tables of a vector, one by one. */
  *tables(field: number): Generator<FlatTable> {
    const vector = this.vector(field, 4);
    for (let i = 0; i < (vector?.length ?? 0); i++) {
      const at = vector!.start + 4 * i;
      yield new FlatTable(this.#buffer, at + this.#buffer.readUint32(at));
    }
  }

  #place(field: number, bytes: number): number | null {
    const offset = this.#buffer.__offset(this.#at, entryOf(field));
    if (offset === 0) return null;
    this.#check(this.#at + offset, bytes);
    return this.#at + offset;
  }

  #check(at: number, bytes: number): void {
    if (at < 0 || at + bytes > this.#buffer.capacity())
      throw new FlatBufferError(`has an offset to byte ${at} of ${this.#buffer.capacity()}`);
  }
}

/** The buffer inside its size prefix, and its identifier. @throws {@link FlatBufferError}. */
export function sizePrefixed(bytes: Uint8Array): { readonly buffer: Uint8Array; readonly id: string } {
  if (bytes.length < 12) throw new FlatBufferError(`is only ${bytes.length} bytes long`);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (size + 4 > bytes.length || size < 8)
    throw new FlatBufferError(`states ${size} bytes of ${bytes.length - 4}`);
  const id = String.fromCharCode(bytes[8]!, bytes[9]!, bytes[10]!, bytes[11]!);
  return { buffer: bytes.subarray(4, 4 + size), id };
}
