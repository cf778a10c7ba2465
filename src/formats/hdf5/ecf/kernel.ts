/** Whole ECF chunks in WebAssembly SIMD; the source is in kernels/ecf. */
import { takeFresh, type TakeMemory } from '../../bytes.ts';
import { giveSpace, takeSpace, type RunSpace } from '../../records/run-space.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';
import { ECF_EVENT_BYTES } from './layout.ts';

/** The kernel reads so many bytes behind the chunk, which are zero, and writes so many behind the records. */
const CHUNK_SLACK_BYTES = 16;
const RECORD_SLACK_BYTES = 8 * ECF_EVENT_BYTES;
/** A space keeps its memory; OpenEB's chunks need a tenth of it. */
const MAX_ROOM_BYTES = 2 ** 22;

type DecodeChunk = (from: number, end: number, out: number, count: number, packing: number) => number;

/** The kernel of a space. */
export class EcfKernel {
  readonly #space: RunSpace;
  readonly #decode: DecodeChunk;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#decode = space.instantiate(KERNEL_MODULE)['decodeChunk'] as DecodeChunk;
  }

  /**
   * @param at a place for {@link roomFor} the chunk.
   * @returns the records, until the next chunk; `null` unless this one is whole.
   */
  decode(chunk: Uint8Array, count: number, packing: number, at: number): Uint8Array | null {
    const { length } = chunk;
    const memory = new Uint8Array(this.#space.buffer);
    memory.set(chunk, at);
    memory.fill(0, at + length, at + length + CHUNK_SLACK_BYTES);
    const out = at + recordsAt(length);
    const isWhole = this.#decode(at, at + length, out, count, packing) !== 0;
    return isWhole ? memory.subarray(out, out + ECF_EVENT_BYTES * count) : null;
  }
}

/** Records are aligned. */
function recordsAt(chunkBytes: number): number {
  return Math.ceil(chunkBytes / ECF_EVENT_BYTES) * ECF_EVENT_BYTES + CHUNK_SLACK_BYTES;
}

function roomFor(chunkBytes: number, count: number): number {
  return recordsAt(chunkBytes) + ECF_EVENT_BYTES * count + RECORD_SLACK_BYTES;
}

/** What `decodeEcfScalar` gives; `null` where that is to be asked: for damage, for large chunks, without the kernel. */
export function decodeEcfByKernel(
  chunk: Uint8Array,
  count: number,
  packing: number,
  take: TakeMemory = takeFresh,
): Uint8Array | null {
  const bytes = roomFor(chunk.length, count);
  if (bytes > MAX_ROOM_BYTES) return null;
  const space = takeSpace();
  try {
    const at = space.room(bytes);
    const records = space.kernel(EcfKernel)?.decode(chunk, count, packing, at) ?? null;
    if (records === null) return null;
    const memory = take(records.length);
    memory.set(records);
    return memory;
  } catch (error) {
    // No more memory.
    if (error instanceof RangeError) return null;
    throw error;
  } finally {
    giveSpace(space);
  }
}
