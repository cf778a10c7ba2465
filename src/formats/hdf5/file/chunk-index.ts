/** Where the chunks of a dataset are. Source: HDF5 File Format Specification 3.0, III.A.1 and VII. */
import { EventFormatError } from '../../errors.ts';
import type { ByteTask } from '../../random-access.ts';
import { ChunkArray, readExtensibleArray, readFixedArray } from './chunk-array.ts';
import type { Cursor } from './cursor.ts';
import type { Dataset, Layout } from './dataset.ts';
import { REPACK, type Hdf5File } from './file-reader.ts';

/** A chunk. */
export interface ChunkPlace {
  /** Its first element, in each dimension. */
  readonly start: readonly number[];
  readonly address: number;
  /** Bytes in the file; `null` for as many as its elements have. */
  readonly length: number | null;
  /** Filters that were left out, a bit each. */
  readonly mask: number;
}

/** Finds chunks. */
export interface ChunkIndex {
  /** The first chunk that is there, by the order of its first elements, at `start` or behind it; `null` if none is. */
  find(start: readonly number[]): ByteTask<ChunkPlace | null>;
}

/** The index of a chunked dataset. @throws EventFormatError for one that is not read. */
export function chunkIndex(dataset: Dataset, layout: Layout & { readonly kind: 'chunked' }): ChunkIndex {
  const { index, address, chunk } = layout;
  if (address === null) return { find: function* () { return null; } }; // prettier-ignore
  const { file } = dataset.object;
  switch (index.kind) {
    case 'tree':
      return new ChunkTree(file, address, chunk.length);
    case 'single': {
      const place = { start: chunk.map(() => 0), address, length: index.length, mask: index.mask };
      return { find: function* (start) { return start.every((at) => at === 0) ? place : null; } }; // prettier-ignore
    }
    case 'fixed array':
      return new ChunkArray(file, address, chunk, dataset.maximum, readFixedArray);
    case 'extensible array':
      // Its first dimension must be the one that grows, or chunks are numbered in another order.
      if (dataset.maximum[0] === null || chunk.length === 1)
        return new ChunkArray(file, address, chunk, dataset.maximum, readExtensibleArray);
      break;
    default:
  }
  throw new EventFormatError(
    'UNSUPPORTED_FORMAT',
    file.base + address,
    `The dataset ${dataset.path} lists its chunks in an index (${index.kind}) that is not read. ${REPACK}`,
  );
}

const NODE_HEAD_BYTES = 24;
const CHUNKS = 1;
/** Nodes that are kept: the way to the next chunk leads over most of them again. */
const KEPT_NODES = 64;

interface Entry extends ChunkPlace {
  readonly start: readonly number[];
}

interface Node {
  readonly level: number;
  readonly entries: readonly Entry[];
}

/** A tree of version 1. */
class ChunkTree implements ChunkIndex {
  readonly #file: Hdf5File;
  readonly #root: number;
  readonly #dimensions: number;
  readonly #nodes = new Map<number, Node>();

  constructor(file: Hdf5File, root: number, dimensions: number) {
    this.#file = file;
    this.#root = root;
    this.#dimensions = dimensions;
  }

  *find(start: readonly number[]): ByteTask<ChunkPlace | null> {
    return yield* this.#below(this.#root, start, Infinity);
  }

  /** Levels fall towards the leaves, so that a circle of nodes ends. */
  *#below(address: number, start: readonly number[], above: number): ByteTask<ChunkPlace | null> {
    const { level, entries } = yield* this.#node(address, above);
    if (level === 0) {
      const first = firstFrom(entries, start);
      return entries[first] ?? null;
    }
    // The last child that begins at or before it, or else the next one.
    const behind = firstFrom(entries, start);
    const exact = behind < entries.length && compare(entries[behind]!.start, start) === 0;
    for (let i = Math.max(0, exact ? behind : behind - 1); i < Math.min(entries.length, behind + 1); i++) {
      const found = yield* this.#below(entries[i]!.address, start, level);
      if (found !== null) return found;
    }
    return null;
  }

  *#node(address: number, above: number): ByteTask<Node> {
    const known = this.#nodes.get(address);
    if (known !== undefined && known.level < above) return known;
    const what = 'The tree of chunks';
    const head = yield* this.#file.read(address, NODE_HEAD_BYTES, what);
    head.signature('TREE');
    const type = head.u8();
    const level = head.u8();
    const count = head.u16();
    if (type !== CHUNKS || level >= above)
      throw head.corrupt('has a node of another kind or level than belongs there', 0);
    const keyBytes = 8 + 8 * (this.#dimensions + 1);
    const cursor = yield* this.#file.read(address + NODE_HEAD_BYTES, count * (keyBytes + 8), what);
    const entries = Array.from({ length: count }, () => this.#entry(cursor));
    for (let i = 1; i < count; i++)
      if (compare(entries[i - 1]!.start, entries[i]!.start) >= 0)
        throw head.corrupt('has chunks that are not in order', 0);
    const node = { level, entries };
    if (this.#nodes.size >= KEPT_NODES) this.#nodes.delete(this.#nodes.keys().next().value!);
    this.#nodes.set(address, node);
    return node;
  }

  #entry(cursor: Cursor): Entry {
    const length = cursor.u32();
    const mask = cursor.u32();
    const start = Array.from({ length: this.#dimensions }, () => cursor.u64());
    cursor.skip(8);
    return { start, address: cursor.u64(), length, mask };
  }
}

/** The first entry at a place or behind it, by halving. */
function firstFrom(entries: readonly Entry[], start: readonly number[]): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(entries[middle]!.start, start) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
