/** The structures that are written: those of HDF5 1.8, which every reader since 2008 knows. */
import { lookup3 } from '../file/checksum.ts';
import type { FilterUse } from '../file/dataset.ts';
import { MESSAGE } from '../file/object-header.ts';
import { ByteWriter } from '../../byte-writer.ts';

/** Bytes of {@link superblock}. */
export const SUPERBLOCK_BYTES = 48;

const FILL_VALUE = 5;
const GROUP_INFO = 10;
const FIXED_POINT = 0x10;
const FLOATING_POINT = 0x11;
const TEXT = 0x13;
const COMPOUND = 0x36;
const SIGNED = 8;

/** A message of an object header. */
export interface HeaderMessage {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** The first bytes of a file. @param root `null` while it is not written: readers refuse the file. */
export function superblock(root: number | null, end: number | null): Uint8Array {
  const writer = new ByteWriter().put(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10));
  writer.u8(2, 8, 8, 0).u64(0).u64(null).u64(end).u64(root);
  return withChecksum(writer);
}

/** An object header of version 2. */
export function objectHeader(messages: readonly HeaderMessage[]): Uint8Array {
  const writer = new ByteWriter().text('OHDR').u8(2, 2);
  writer.u32(messages.reduce((sum, { bytes }) => sum + 4 + bytes.length, 0));
  for (const { type, bytes } of messages) writer.u8(type).u16(bytes.length).u8(0).put(bytes);
  return withChecksum(writer);
}

/** A group of objects by their addresses. */
export function group(
  members: Readonly<Record<string, number>>,
  attributes: Readonly<Record<string, string>> = {},
): Uint8Array {
  const links = Object.entries(members).map(([name, address]) =>
    message(MESSAGE.link, (writer) => writer.u8(1, 0, name.length).text(name).u64(address)),
  );
  return objectHeader([
    message(MESSAGE.linkInfo, (writer) => writer.u8(0, 0).u64(null).u64(null)),
    message(GROUP_INFO, (writer) => writer.u8(0, 0)),
    ...links,
    ...Object.entries(attributes).map(([name, value]) => textAttribute(name, value)),
  ]);
}

/** Elements in chunks. */
export interface ChunkedShape {
  readonly type: Uint8Array;
  readonly elementBytes: number;
  readonly rows: number;
  readonly chunkRows: number;
  /** Elements of a row in each further dimension. Default: a row is an element. */
  readonly inner?: readonly number[];
  readonly filters: readonly FilterUse[];
  /** Of the tree of chunks; `null` if there are none. */
  readonly tree: number | null;
}

/** A dataset that can grow in its first dimension. */
export function chunkedDataset(
  shape: ChunkedShape,
  attributes: Readonly<Record<string, string>> = {},
): Uint8Array {
  const inner = shape.inner ?? [];
  const rank = 1 + inner.length;
  return objectHeader([
    message(MESSAGE.dataspace, (writer) => {
      writer.u8(2, rank, 1, 1).u64(shape.rows);
      for (const size of inner) writer.u64(size);
      writer.u64(null);
      for (const size of inner) writer.u64(size);
      return writer;
    }),
    { type: MESSAGE.datatype, bytes: shape.type },
    // No value; what is not written is nothing, and nothing is written before it is there.
    message(FILL_VALUE, (writer) => writer.u8(3, 0x0b)),
    message(MESSAGE.layout, (writer) => {
      writer
        .u8(3, 2, 1 + rank)
        .u64(shape.tree)
        .u32(shape.chunkRows);
      for (const size of inner) writer.u32(size);
      return writer.u32(shape.elementBytes);
    }),
    message(MESSAGE.filters, (writer) => {
      writer.u8(2, shape.filters.length);
      for (const { id, values } of shape.filters) {
        writer.u16(id);
        if (id >= 256) writer.u16(0);
        writer.u16(0).u16(values.length);
        for (const value of values) writer.u32(value);
      }
      return writer;
    }),
    ...Object.entries(attributes).map(([name, value]) => textAttribute(name, value)),
  ]);
}

/** A single whole number of 8 bytes with a sign, whose value is at an address. */
export function scalarDataset(address: number): Uint8Array {
  return objectHeader([
    message(MESSAGE.dataspace, (writer) => writer.u8(2, 0, 0, 0)),
    { type: MESSAGE.datatype, bytes: integerType(8, true) },
    message(FILL_VALUE, (writer) => writer.u8(3, 0x0a)),
    message(MESSAGE.layout, (writer) => writer.u8(3, 1).u64(address).u64(8)),
  ]);
}

/** The type of whole numbers. */
export function integerType(bytes: number, isSigned = false): Uint8Array {
  const writer = new ByteWriter().u8(FIXED_POINT, isSigned ? SIGNED : 0, 0, 0).u32(bytes);
  return writer
    .u16(0)
    .u16(8 * bytes)
    .bytes();
}

/** The type of floating-point numbers of IEEE 754, of 4 or 8 bytes. */
export function floatType(bytes: 4 | 8): Uint8Array {
  const [exponentBits, bias] = bytes === 4 ? [8, 127] : [11, 1023];
  const bits = 8 * bytes;
  const mantissaBits = bits - 1 - exponentBits;
  // Little-endian, the mantissa's first bit is not stored, the sign comes last.
  const writer = new ByteWriter().u8(FLOATING_POINT, 0x20, bits - 1, 0).u32(bytes);
  writer.u16(0).u16(bits).u8(mantissaBits, exponentBits, 0, mantissaBits);
  return writer.u32(bias).bytes();
}

/** The type of records of whole numbers. */
export function recordType(
  bytes: number,
  fields: Readonly<Record<string, readonly [offset: number, type: Uint8Array]>>,
): Uint8Array {
  const entries = Object.entries(fields);
  const writer = new ByteWriter().u8(COMPOUND, entries.length, 0, 0).u32(bytes);
  for (const [name, [offset, type]] of entries) writer.text(name).u8(0, offset).put(type);
  return writer.bytes();
}

function textAttribute(name: string, value: string): HeaderMessage {
  const type = new ByteWriter().u8(TEXT, 1, 0, 0).u32(value.length).bytes();
  return message(MESSAGE.attribute, (writer) => {
    writer
      .u8(3, 0)
      .u16(name.length + 1)
      .u16(type.length)
      .u16(4)
      .u8(0);
    return writer.text(name).u8(0).put(type).u8(2, 0, 0, 0).text(value);
  });
}

function message(type: number, write: (writer: ByteWriter) => ByteWriter): HeaderMessage {
  return { type, bytes: write(new ByteWriter()).bytes() };
}

function withChecksum(writer: ByteWriter): Uint8Array {
  return writer.u32(lookup3(writer.bytes())).bytes();
}
