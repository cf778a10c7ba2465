/** Writes a dataset's chunks as they fill, and in the end the tree that leads to them. */
import type { FilterUse } from '../file/dataset.ts';
import { ByteWriter } from '../../byte-writer.ts';
import type { FileWriter } from './file-writer.ts';
import { chunkedDataset } from './structures.ts';

/** What the library takes where a file does not state it: nodes have room for twice as many chunks. */
const HALF_NODE = 32;
const NODE_CHILDREN = 2 * HALF_NODE;
const NODE_HEADER_BYTES = 24;

interface Child {
  readonly row: number;
  /** Bytes of a chunk; 0 for nodes. */
  readonly bytes: number;
  readonly address: number;
}

/** What the elements are. */
export interface ChunkedElements {
  readonly type: Uint8Array;
  readonly elementBytes: number;
  readonly chunkRows: number;
  /** Elements of a row in each further dimension. Default: a row is an element. */
  readonly inner?: readonly number[];
  readonly filters: readonly FilterUse[];
}

/** See {@link ChunkWriter.write}. */
export class ChunkWriter {
  readonly #file: FileWriter;
  readonly #elements: ChunkedElements;
  readonly #chunks: Child[] = [];
  readonly #nodeBytes: number;
  #rows = 0;

  constructor(file: FileWriter, elements: ChunkedElements) {
    this.#file = file;
    this.#elements = elements;
    // Size and filters of a chunk, then its place in each dimension and in an element.
    const keyBytes = 8 + 8 * (2 + (elements.inner?.length ?? 0));
    this.#nodeBytes = NODE_HEADER_BYTES + NODE_CHILDREN * 8 + (NODE_CHILDREN + 1) * keyBytes;
  }

  /**
   * Writes the next chunk.
   *
   * @param filtered its elements, filled up to a whole chunk, as filters left them.
   * @param rows that it has; only the last chunk has fewer than all.
   */
  write(filtered: Uint8Array, rows: number): void {
    this.#chunks.push({ row: this.#rows, bytes: filtered.length, address: this.#file.append(filtered) });
    this.#rows += rows;
  }

  /** Writes the tree and the dataset's header; returns its address. */
  finish(attributes: Readonly<Record<string, string>> = {}): number {
    let level = 0;
    let children: readonly Child[] = this.#chunks;
    while (children.length > 1 || (level === 0 && children.length > 0)) {
      children = this.#writeLevel(children, level);
      level++;
    }
    const tree = children[0]?.address ?? null;
    const shape = { ...this.#elements, rows: this.#rows, tree };
    return this.#file.append(chunkedDataset(shape, attributes));
  }

  #writeLevel(children: readonly Child[], level: number): Child[] {
    const nodes: Child[] = [];
    const start = this.#file.length;
    const count = Math.ceil(children.length / NODE_CHILDREN);
    for (let i = 0; i < count; i++) {
      const part = children.slice(i * NODE_CHILDREN, (i + 1) * NODE_CHILDREN);
      const writer = new ByteWriter().text('TREE').u8(1, level).u16(part.length);
      writer.u64(i === 0 ? null : start + (i - 1) * this.#nodeBytes);
      writer.u64(i === count - 1 ? null : start + (i + 1) * this.#nodeBytes);
      for (const { row, bytes, address } of part) this.#writeKey(writer, bytes, row).u64(address);
      const next = children[(i + 1) * NODE_CHILDREN]?.row ?? this.#end;
      this.#writeKey(writer, 0, next);
      writer.zeros(this.#nodeBytes - writer.length);
      nodes.push({ row: part[0]!.row, bytes: part[0]!.bytes, address: this.#file.append(writer.bytes()) });
    }
    return nodes;
  }

  #writeKey(writer: ByteWriter, bytes: number, row: number): ByteWriter {
    const others = 1 + (this.#elements.inner?.length ?? 0);
    return writer
      .u32(bytes)
      .u32(0)
      .u64(row)
      .zeros(8 * others);
  }

  /** The first row behind all chunks. */
  get #end(): number {
    return this.#chunks.length * this.#elements.chunkRows;
  }
}
