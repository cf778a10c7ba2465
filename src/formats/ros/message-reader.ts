/** Fields of a serialised message: ROS 1 packs them, ROS 2 (CDR) aligns them. */

/** A message that ends inside a field, is serialised in another way, or holds more than it may. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
  readonly code: 'CORRUPT_DATA' | 'TOO_LARGE';

  constructor(message: string, code: 'CORRUPT_DATA' | 'TOO_LARGE' = 'CORRUPT_DATA') {
    super(message);
    this.code = code;
  }
}

/** Encapsulations of CDR in its first version: big-endian and little-endian. */
const CDR_BIG = 0;
const CDR_LITTLE = 1;
const ENCAPSULATION_BYTES = 4;

/** Whether bags are ROS 1's or ROS 2's. */
export type Serialisation = 'ros1' | 'cdr';

/** Reads one field after the other. */
export class MessageReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly little: boolean;
  readonly isAligned: boolean;
  /** Where the next field is, but for its alignment. */
  at = 0;

  /** @throws MessageError */
  constructor(bytes: Uint8Array, serialisation: Serialisation) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isAligned = serialisation === 'cdr';
    this.little = true;
    if (!this.isAligned) return;
    const kind = bytes.length < ENCAPSULATION_BYTES ? -1 : this.view.getUint16(0);
    if (kind !== CDR_BIG && kind !== CDR_LITTLE) throw new MessageError('is not serialised as plain CDR');
    this.little = kind === CDR_LITTLE;
    this.at = ENCAPSULATION_BYTES;
  }

  /** Goes on to a multiple of so many bytes, which count from behind the encapsulation. */
  align(bytes: number): void {
    if (this.isAligned) this.at += -(this.at - ENCAPSULATION_BYTES) & (bytes - 1);
  }

  u8(): number {
    return this.view.getUint8(this.#take(1, 1));
  }

  u32(): number {
    return this.view.getUint32(this.#take(4, 4), this.little);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.#take(8, 8), this.little);
  }

  /** Without the zero byte that ends it in CDR. */
  text(): string {
    const length = this.u32();
    const start = this.#take(length, 1);
    const end = this.isAligned && length > 0 ? start + length - 1 : start + length;
    return new TextDecoder().decode(this.bytes.subarray(start, end));
  }

  /** As many bytes as a length in front of them says. */
  byteArray(): Uint8Array {
    const length = this.u32();
    const start = this.#take(length, 1);
    return this.bytes.subarray(start, start + length);
  }

  /** Passes bytes over. */
  skip(bytes: number): void {
    this.#take(bytes, 1);
  }

  /** Passes a `std_msgs/Header` over: its time is the host's. */
  skipHeader(): void {
    this.#take(this.isAligned ? 8 : 12, 4);
    const length = this.u32();
    this.#take(length, 1);
  }

  #take(bytes: number, alignment: number): number {
    this.align(alignment);
    const start = this.at;
    if (start + bytes > this.bytes.length) throw new MessageError('ends inside a field');
    this.at = start + bytes;
    return start;
  }
}
