/** Where a dataset's elements are and what was done to them. Source: HDF5 File Format Specification 3.0, IV.A.2. */
import { EventFormatError } from '../../errors.ts';
import type { ByteTask } from '../../random-access.ts';
import type { Cursor } from './cursor.ts';
import { readDatatype, type Datatype } from './datatype.ts';
import { REPACK } from './file-reader.ts';
import { MESSAGE, type Hdf5Object } from './object-header.ts';

/** A filter that elements went through when they were written. */
export interface FilterUse {
  readonly id: number;
  readonly name: string;
  readonly values: readonly number[];
}

/** Where elements are. */
export type Layout =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly length: number }
  | {
      readonly kind: 'chunked';
      /** Elements of a chunk in each dimension. */
      readonly chunk: readonly number[];
      readonly index: ChunkIndexKind;
      /** Of the index; `null` where there are no chunks yet. */
      readonly address: number | null;
    };

/** How chunks are found. */
export type ChunkIndexKind =
  | { readonly kind: 'tree' }
  /** All of it is one chunk; `length` is `null` where no filter changed it. */
  | { readonly kind: 'single'; readonly length: number | null; readonly mask: number }
  | { readonly kind: 'implicit' }
  | { readonly kind: 'fixed array' }
  | { readonly kind: 'extensible array' };

/** An array in the file. */
export interface Dataset {
  readonly object: Hdf5Object;
  readonly path: string;
  readonly type: Datatype;
  /** Elements in each dimension; none for a single one. */
  readonly shape: readonly number[];
  /** How many there can be; `null`: any number. */
  readonly maximum: readonly (number | null)[];
  readonly layout: Layout;
  readonly filters: readonly FilterUse[];
}

const MAX_DIMENSIONS = 32;

/** Whether an object is a dataset. */
export function isDataset(object: Hdf5Object): boolean {
  return object.has(MESSAGE.layout);
}

/** What a dataset is. @throws EventFormatError */
export function* readDataset(object: Hdf5Object, path: string): ByteTask<Dataset> {
  const what = `The dataset ${path.slice(0, 80)}`;
  const type = yield* object.first(MESSAGE.datatype, what);
  const space = yield* object.first(MESSAGE.dataspace, what);
  const layout = yield* object.first(MESSAGE.layout, what);
  const filters = yield* object.first(MESSAGE.filters, what);
  if (type === null || space === null || layout === null) {
    const at = object.file.base + object.address;
    throw new EventFormatError('CORRUPT_DATA', at, `${what} has no type, no shape or no place.`);
  }
  const shape = readShape(space);
  const maximum = readMaximum(space, shape);
  return {
    object,
    path,
    type: readDatatype(type),
    shape,
    maximum,
    layout: readLayout(layout, shape),
    filters: filters === null ? [] : readFilters(filters),
  };
}

/** The shape that a dataspace states; of no elements for an empty one. */
export function readShape(cursor: Cursor): readonly number[] {
  const version = cursor.u8();
  const dimensions = cursor.u8();
  cursor.skip(1);
  if (version !== 1 && version !== 2) throw cursor.corrupt(`has a shape of version ${version}`);
  if (dimensions > MAX_DIMENSIONS) throw cursor.corrupt(`has ${dimensions} dimensions`);
  const kind = version === 2 ? cursor.u8() : 0;
  if (version === 1) cursor.skip(5);
  return kind === 2 ? [0] : Array.from({ length: dimensions }, () => cursor.u64());
}

/** What follows the shape, if it can grow: as far as it can. The dataspace is read on from there. */
function readMaximum(cursor: Cursor, shape: readonly number[]): readonly (number | null)[] {
  return cursor.left < 8 * shape.length ? shape : shape.map(() => cursor.address());
}

function readLayout(cursor: Cursor, shape: readonly number[]): Layout {
  const version = cursor.u8();
  if (version !== 3 && version !== 4)
    throw unsupported(cursor, `keeps its elements in a way of version ${version}`);
  const layoutClass = cursor.u8();
  switch (layoutClass) {
    case 0: {
      const length = cursor.u16();
      const { offset } = cursor;
      return { kind: 'compact', bytes: cursor.take(length), offset };
    }
    case 1:
      return { kind: 'contiguous', address: cursor.address(), length: cursor.u64() };
    case 2:
      return version === 3 ? readOldChunks(cursor, shape) : readNewChunks(cursor, shape);
    default:
      throw unsupported(cursor, 'is put together of other files or datasets');
  }
}

function readOldChunks(cursor: Cursor, shape: readonly number[]): Layout {
  const dimensions = cursor.u8() - 1;
  const address = cursor.address();
  const chunk = readChunk(cursor, dimensions, 4, shape);
  return { kind: 'chunked', chunk, index: { kind: 'tree' }, address };
}

function readNewChunks(cursor: Cursor, shape: readonly number[]): Layout {
  const flags = cursor.u8();
  const dimensions = cursor.u8() - 1;
  const sizeBytes = cursor.u8();
  if (sizeBytes < 1 || sizeBytes > 8) throw cursor.corrupt('states its chunks in no way that there is');
  const chunk = readChunk(cursor, dimensions, sizeBytes, shape);
  cursor.skip(sizeBytes);
  const kind = cursor.u8();
  switch (kind) {
    case 1: {
      const isFiltered = (flags & 2) !== 0;
      const length = isFiltered ? cursor.u64() : null;
      const mask = isFiltered ? cursor.u32() : 0;
      return { kind: 'chunked', chunk, index: { kind: 'single', length, mask }, address: cursor.address() };
    }
    case 2:
      return { kind: 'chunked', chunk, index: { kind: 'implicit' }, address: cursor.address() };
    case 3:
      cursor.skip(1);
      return { kind: 'chunked', chunk, index: { kind: 'fixed array' }, address: cursor.address() };
    case 4:
      cursor.skip(5);
      return { kind: 'chunked', chunk, index: { kind: 'extensible array' }, address: cursor.address() };
    default:
      throw unsupported(cursor, 'lists its chunks in a tree of version 2');
  }
}

function readChunk(
  cursor: Cursor,
  dimensions: number,
  sizeBytes: number,
  shape: readonly number[],
): number[] {
  if (dimensions !== shape.length) throw cursor.corrupt('has chunks of other dimensions than its own');
  const chunk = Array.from({ length: dimensions }, () => cursor.uint(sizeBytes));
  if (chunk.some((size) => size === 0)) throw cursor.corrupt('has chunks without elements');
  return chunk;
}

function readFilters(cursor: Cursor): FilterUse[] {
  const version = cursor.u8();
  const count = cursor.u8();
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameBytes = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2);
    const values = cursor.u16();
    const name = new TextDecoder().decode(cursor.take(nameBytes)).replace(/\0[^]*$/, '');
    if (version === 1) cursor.skip((8 - (nameBytes % 8)) % 8);
    const use = { id, name, values: Array.from({ length: values }, () => cursor.u32()) };
    if (version === 1 && values % 2 === 1) cursor.skip(4);
    return use;
  });
}

function unsupported(cursor: Cursor, what: string): EventFormatError {
  const { problem } = cursor.corrupt(what);
  return new EventFormatError('UNSUPPORTED_FORMAT', cursor.offset, `${problem} That is not read. ${REPACK}`);
}
