/** Elements of a dataset, a chunk or slice at a time. */
import { CodecError } from '../aedat4/codec/codec-error.ts';
import { EventFormatError, type EventFormatErrorCode } from '../errors.ts';
import type { ByteTask } from '../random-access.ts';
import { chunkIndex, type ChunkIndex, type ChunkPlace } from './file/chunk-index.ts';
import type { Dataset, Layout } from './file/dataset.ts';
import { unfiltered, unreadFilter } from './chunk-filters/index.ts';

/** What reading may take. */
export interface ReadingLimits {
  /** Most bytes of a chunk's elements. */
  readonly maxChunkBytes: number;
  /** Told of the elements of each chunk before they are made. */
  readonly onElements: (bytes: number) => void;
}

/** Why elements are not there. One object a hole, so that it is reported once. */
export interface Hole {
  readonly code: EventFormatErrorCode;
  readonly byteOffset: number;
  readonly message: string;
}

/** A stretch of one column: elements, or a hole. Its bytes hold until four other tiles of the dataset were asked for. */
export interface Stretch {
  /** First row, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly hole: Hole | null;
  readonly view: DataView;
  /** Of the first row's element. */
  readonly offset: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** In the file, near enough to find it. */
  readonly byteOffset: number;
}

/** Elements that lie together, row-major. */
interface Tile {
  readonly start: readonly number[];
  readonly shape: readonly number[];
  readonly view: DataView;
  readonly hole: Hole | null;
  readonly byteOffset: number;
  /** Memory that is the reader's; the elements may lie elsewhere. */
  readonly memory?: Uint8Array | undefined;
}

/** Bytes of a slice of elements that are not in chunks. */
export const SLICE_BYTES: number = 2 ** 20;
const NOTHING = new DataView(new ArrayBuffer(0));
/** Columns, each of which may lie in a chunk of its own. */
const MOST_TILES = 4;

/** Reads a dataset of one or two dimensions. */
export class DatasetReader {
  readonly #dataset: Dataset;
  readonly #limits: ReadingLimits;
  readonly #index: ChunkIndex | null;
  /** The one that was used last at the end: what a row needs is never let go for another column of it. */
  readonly #tiles: Tile[] = [];
  /** Memory of a chunk that was let go, for the next: fresh memory costs as much as decoding what fills it. */
  #spare: Uint8Array | undefined;
  /** Bytes of chunks read, and where the last of them in the file ends: more of them than the file has overlap. */
  #readBytes = 0;
  #endOfChunks = 0;

  /** @throws EventFormatError for filters and indexes that are not read, and chunks that are too large. */
  constructor(dataset: Dataset, limits: ReadingLimits) {
    this.#dataset = dataset;
    this.#limits = limits;
    const { layout, filters, path, object } = dataset;
    const at = object.file.base + object.address;
    const unread = unreadFilter(filters);
    if (unread !== undefined) {
      const name = unread.name === '' ? '' : ` (${unread.name.slice(0, 60)})`;
      const problem = `The dataset ${path} went through filter ${unread.id}${name}, which is not read. h5repack -f GZIP=4 in.h5 out.h5 writes it with one that is.`;
      throw new EventFormatError('UNSUPPORTED_FORMAT', at, problem);
    }
    this.#index = layout.kind === 'chunked' ? chunkIndex(dataset, layout) : null;
    const bytes = layout.kind === 'chunked' ? this.#bytesOf(layout.chunk) : 0;
    if (bytes > limits.maxChunkBytes) {
      const problem = `The dataset ${path} has chunks of ${bytes} bytes, more than ${limits.maxChunkBytes}. If that is right, raise maxChunkBytes.`;
      throw new EventFormatError('TOO_LARGE', at, problem);
    }
  }

  /**
   * The elements of a column from a row on, as many as lie together.
   *
   * @param axis along which rows are.
   * @param index of the column on the other axis.
   */
  *stretch(axis: 0 | 1, index: number, row: number): ByteTask<Stretch> {
    const { layout, shape, type } = this.#dataset;
    const total = shape[axis] ?? 1;
    const at = shape.length === 2 ? (axis === 0 ? [row, index] : [index, row]) : [row];
    const known = this.#tiles.find(({ start, shape: size }) =>
      at.every((place, i) => place >= start[i]! && place < start[i]! + size[i]!),
    );
    if (known !== undefined) this.#tiles.splice(this.#tiles.indexOf(known), 1);
    else if (this.#tiles.length >= MOST_TILES) this.#spare = this.#tiles.shift()!.memory ?? this.#spare;
    const tile = known ?? (yield* this.#read(layout, at, axis));
    this.#tiles.push(tile);
    const { start, shape: size, view, hole, byteOffset } = tile;
    const from = start[axis]!;
    const columns = shape.length === 2 && axis === 0 ? size[1]! : 1;
    const stride = columns * type.bytes;
    const line = shape.length === 2 && axis === 1 ? (index - start[0]!) * size[1]! : 0;
    const column = shape.length === 2 && axis === 0 ? index - start[1]! : 0;
    const offset = (line + column) * type.bytes;
    const to = Math.min(total, from + size[axis]!);
    // A chunk may have fewer elements than it should.
    const present =
      hole === null ? Math.floor((view.byteLength - offset - type.bytes) / stride) + 1 : to - from;
    if (row - from < present)
      return { from, to: Math.min(to, from + present), hole, view, offset, stride, byteOffset };
    const missing = {
      code: 'CORRUPT_DATA',
      byteOffset,
      message: `A chunk of ${this.#name} lacks elements.`,
    } as const;
    return { from: from + present, to, hole: missing, view, offset, stride, byteOffset };
  }

  *#read(layout: Layout, at: readonly number[], axis: 0 | 1): ByteTask<Tile> {
    switch (layout.kind) {
      case 'chunked':
        return yield* this.#readChunk(layout.chunk, at, axis);
      case 'compact':
        return this.#tile(
          at.map(() => 0),
          this.#dataset.shape,
          layout.bytes,
          layout.offset,
        );
      default:
        return yield* this.#readSlice(layout, at);
    }
  }

  /** Rows of all columns where these lie beside each other, else of one of them. */
  *#readSlice(layout: Layout & { readonly kind: 'contiguous' }, at: readonly number[]): ByteTask<Tile> {
    const { shape, object, type } = this.#dataset;
    const isLine = shape.length === 2 && shape[0]! < shape[1]!;
    const [first, second] = isLine ? [shape[1]!, 1] : [shape[0] ?? 1, shape[1] ?? 1];
    const rowBytes = second * type.bytes;
    const row = isLine ? at[1]! : at[0]!;
    const count = Math.max(1, Math.floor(SLICE_BYTES / rowBytes));
    const from = row - (row % count);
    const rows = Math.min(count, first - from);
    const start = isLine ? [at[0]!, from] : at.map((_, i) => (i === 0 ? from : 0));
    const size = isLine ? [1, rows] : at.map((_, i) => (i === 0 ? rows : second));
    const rest = isLine ? [1, first - from] : size.map((length, i) => (i === 0 ? first - from : length));
    if (layout.address === null) return this.#gap(start, rest, object.address);
    const offset =
      object.file.base + layout.address + (isLine ? at[0]! * first + from : from * second) * type.bytes;
    if (rows * rowBytes > this.#limits.maxChunkBytes)
      throw new EventFormatError(
        'TOO_LARGE',
        offset,
        `Rows of ${this.#name} that are read at once have ${rows * rowBytes} bytes, more than ${this.#limits.maxChunkBytes}. If that is right, raise maxChunkBytes.`,
      );
    const bytes = yield { offset, length: rows * rowBytes };
    this.#limits.onElements(bytes.length);
    if (bytes.length >= rows * rowBytes) return this.#tile(start, size, bytes, offset);
    const whole = Math.floor(bytes.length / rowBytes);
    if (whole > 0) {
      const present = isLine ? [1, whole] : size.map((length, i) => (i === 0 ? whole : length));
      return this.#tile(start, present, bytes.subarray(0, whole * rowBytes), offset);
    }
    // Nothing comes behind the end of the file.
    const message = `The file ends inside ${this.#name}: events from row ${from} on are lost.`;
    return this.#tile(start, rest, null, offset, {
      code: 'TRUNCATED',
      byteOffset: offset + bytes.length,
      message,
    });
  }

  *#readChunk(chunk: readonly number[], at: readonly number[], axis: 0 | 1): ByteTask<Tile> {
    const { shape, object } = this.#dataset;
    const start = at.map((place, i) => place - (place % chunk[i]!));
    const found = yield* this.#index!.find(start);
    if (found === null)
      return this.#gap(start, extended(chunk, axis, shape[axis]! - start[axis]!), object.address);
    const isHere = found.start.every((place, i) => place === start[i]);
    if (isHere) return yield* this.#readElements(found, chunk);
    const ahead = found.start[axis]! - start[axis]!;
    const isSameLine = axis === 0 || found.start[0] === start[0];
    const rows = isSameLine && ahead > 0 ? ahead : axis === 0 ? chunk[0]! : shape[1]! - start[1]!;
    return this.#gap(start, extended(chunk, axis, rows), found.address);
  }

  *#readElements({ start, address, length, mask }: ChunkPlace, chunk: readonly number[]): ByteTask<Tile> {
    const { object, filters } = this.#dataset;
    const bytes = this.#bytesOf(chunk);
    const stored = length ?? bytes;
    const offset = object.file.base + address;
    const rows = `rows ${start[0]} to ${start[0]! + chunk[0]! - 1}`;
    const lost = (code: EventFormatErrorCode, byteOffset: number, problem: string): Tile =>
      this.#tile(start, chunk, null, offset, {
        code,
        byteOffset,
        message: `${problem} ${rows} of ${this.#name} are lost.`,
      });
    if (stored > 2 * this.#limits.maxChunkBytes)
      return lost(
        'CORRUPT_DATA',
        offset,
        `A chunk states ${stored} bytes, more than its elements can become:`,
      );
    const packed = yield { offset, length: stored };
    if (packed.length < stored)
      return lost('TRUNCATED', offset + packed.length, 'The file ends inside a chunk:');
    this.#readBytes += stored;
    this.#endOfChunks = Math.max(this.#endOfChunks, offset + stored);
    if (this.#readBytes > this.#endOfChunks)
      throw new EventFormatError('CORRUPT_DATA', offset, `Chunks of ${this.#name} lie in the same place.`);
    this.#limits.onElements(bytes);
    let memory: Uint8Array | undefined;
    const take = (length: number): Uint8Array => {
      memory = this.#spare?.length === length ? this.#spare : new Uint8Array(length);
      this.#spare = undefined;
      return memory;
    };
    try {
      const elements = unfiltered(packed, filters, mask, bytes, take);
      return { ...this.#tile(start, chunk, elements, offset), memory };
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return lost('CORRUPT_DATA', offset, error.message.replace(/\.?$/, ':'));
    }
  }

  #gap(start: readonly number[], shape: readonly number[], address: number): Tile {
    const byteOffset = this.#dataset.object.file.base + address;
    const message = `${this.#name} has no elements from row ${Math.max(...start)} on: they were never written.`;
    return this.#tile(start, shape, null, byteOffset, { code: 'CORRUPT_DATA', byteOffset, message });
  }

  #tile(
    start: readonly number[],
    shape: readonly number[],
    bytes: Uint8Array | null,
    byteOffset: number,
    hole: Hole | null = null,
  ): Tile {
    const view = bytes === null ? NOTHING : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { start, shape, view, hole, byteOffset };
  }

  #bytesOf(chunk: readonly number[]): number {
    return chunk.reduce((product, size) => product * size, this.#dataset.type.bytes);
  }

  get #name(): string {
    return `the dataset ${this.#dataset.path.slice(0, 80)}`;
  }
}

function extended(chunk: readonly number[], axis: 0 | 1, rows: number): readonly number[] {
  return chunk.map((size, i) => (i === axis ? rows : size));
}
