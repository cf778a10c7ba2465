/** Whole HDF5 files of arrays in groups, for caches that others read. */
import { elementBytes, elementNumber, type ElementType, type NamedArray } from '../../npy/elements.ts';
import { writeInt64 } from '../../npy/encoder.ts';
import { FileWriter } from './file-writer.ts';
import { GzipChunks } from './gzip-chunks.ts';
import { floatType, group, integerType, recordType, scalarDataset, superblock } from './structures.ts';

/** HDF5 caches chunks of up to a megabyte. */
const CHUNK_BYTES = 2 ** 20;

/** Columns of equal length, which become the fields of records, packed in their order. */
export interface RecordColumns {
  readonly columns: readonly NamedArray[];
}

/** An array, records, or a whole number. */
export type FileMember = NamedArray | RecordColumns | number;

/**
 * A file of groups and their members. Arrays are shuffled and deflated, in chunks along their first axis; a whole number
 * is a scalar of 64 bits. What reads HDF5 1.8 reads it without plugins. Equal content gives equal bytes.
 *
 * @param chunkBytes most bytes of a chunk, unless a row has more.
 * @throws RangeError if an array has other numbers than its shape says, or is a single number.
 */
export function hdf5File(
  groups: Readonly<Record<string, Readonly<Record<string, FileMember>>>>,
  chunkBytes: number = CHUNK_BYTES,
): Uint8Array {
  const file = new FileWriter();
  file.append(superblock(null, null));
  const addresses: Record<string, number> = {};
  for (const [name, members] of Object.entries(groups)) {
    const places = Object.entries(members).map(
      ([key, member]) => [key, writeMember(file, member, chunkBytes)] as const,
    );
    addresses[name] = file.append(group(Object.fromEntries(places)));
  }
  const root = file.append(group(addresses));
  const length = file.length;
  const bytes = file.take();
  bytes.set(superblock(root, length));
  return bytes;
}

function writeMember(file: FileWriter, member: FileMember, chunkBytes: number): number {
  if (typeof member === 'number') {
    const bytes = new Uint8Array(8);
    writeInt64(new DataView(bytes.buffer), 0, member);
    return file.append(scalarDataset(file.append(bytes)));
  }
  if ('columns' in member) {
    const { type, rowBytes, bytes } = records(member.columns);
    return writeRows(
      file,
      { type, elementBytes: rowBytes, shape: [bytes.length / rowBytes] },
      bytes,
      chunkBytes,
    );
  }
  const { bytes: size } = elementNumber(member.type);
  const shape = { type: typeOf(member.type), elementBytes: size, shape: member.shape };
  return writeRows(file, shape, elementBytes(member), chunkBytes);
}

interface ArrayShape {
  readonly type: Uint8Array;
  readonly elementBytes: number;
  readonly shape: readonly number[];
}

function writeRows(file: FileWriter, array: ArrayShape, bytes: Uint8Array, chunkBytes: number): number {
  const [rows, ...inner] = array.shape;
  if (rows === undefined) throw new RangeError('An array of the file must have an axis at least.');
  const rowBytes = inner.reduce((product, size) => product * size, array.elementBytes);
  const chunkRows = Math.max(1, Math.min(rows, Math.floor(chunkBytes / rowBytes)));
  const chunks = new GzipChunks(file, array.type, array.elementBytes, chunkRows, inner);
  chunks.write(bytes);
  return chunks.finish();
}

function typeOf(type: ElementType): Uint8Array {
  const { kind, bytes } = elementNumber(type);
  return kind === 'f' ? floatType(bytes as 4 | 8) : integerType(bytes, kind === 'i');
}

function records(columns: readonly NamedArray[]): { type: Uint8Array; rowBytes: number; bytes: Uint8Array } {
  const fields: Record<string, [offset: number, type: Uint8Array]> = {};
  const rows = columns[0]?.data.length ?? 0;
  let rowBytes = 0;
  for (const { name, type } of columns) {
    fields[name] = [rowBytes, typeOf(type)];
    rowBytes += elementNumber(type).bytes;
  }
  const bytes = new Uint8Array(rows * rowBytes);
  let offset = 0;
  for (const column of columns) {
    const size = elementNumber(column.type).bytes;
    const own = elementBytes({ ...column, shape: [rows] });
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < size; i++) bytes[row * rowBytes + offset + i] = own[row * size + i]!;
    offset += size;
  }
  return { type: recordType(rowBytes, fields), rowBytes, bytes };
}
