/** Records of MCAP files. Source: mcap.dev/spec. */

export const MCAP_MAGIC: Uint8Array = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);
/** Opcode and length. */
export const PREFIX_BYTES = 9;

/** Opcodes. */
export const OPCODE = {
  header: 0x01,
  footer: 0x02,
  schema: 0x03,
  channel: 0x04,
  message: 0x05,
  chunk: 0x06,
  messageIndex: 0x07,
  chunkIndex: 0x08,
  statistics: 0x0b,
  summaryOffset: 0x0e,
  dataEnd: 0x0f,
} as const;

/** Of a message in front of its data: channel, sequence, two times. */
export const MESSAGE_HEAD_BYTES = 22;
/** Of a chunk in front of the name of its compression: two times, size, checksum, the name's length. */
export const CHUNK_HEAD_BYTES = 32;

/** A record's content ends inside a field. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** Reads the fields of a record. */
export class RecordReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Rounded beyond 2^53. */
  u64(): number {
    const at = this.#take(8);
    return this.#view.getUint32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes(this.u32()));
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw new RecordError('ends inside a field');
    this.#at += bytes;
    return at;
  }
}
