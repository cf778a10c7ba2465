/** Writes records of MCAP files, and messages in CDR. */
import { ByteWriter } from '../byte-writer.ts';
import { joinBytes } from '../bytes.ts';

const NANOS_PER_MICRO = 1000;

/** Fields as records and messages have them. */
export class FieldWriter extends ByteWriter {
  /** A time in nanoseconds; microseconds up to 2^34 keep below 2^53. */
  time(micros: number): this {
    return this.u64(micros * NANOS_PER_MICRO);
  }

  /** Text behind its length. */
  string(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u32(bytes.length).put(bytes);
  }

  /** Zeros up to a multiple of so many bytes. */
  align(multiple: number): this {
    return this.zeros(-this.length & (multiple - 1));
  }
}

/** A record. */
export function recordBytes(opcode: number, content: FieldWriter | Uint8Array): Uint8Array {
  const bytes = content instanceof FieldWriter ? content.bytes() : content;
  return joinBytes([new FieldWriter().u8(opcode).u64(bytes.length).bytes(), bytes]);
}
