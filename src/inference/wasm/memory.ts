/** The memory of one engine: a WebAssembly memory, handed out in pieces, with an account of what they are for. */
import { MemoryPieces } from '../../events/memory-pieces.ts';
import { InferenceError } from '../errors.ts';
import type { MemoryUse } from '../memory.ts';

/** What a piece is for: the lines of the memory table. */
export type MemoryPurpose = keyof MemoryUse;

const PAGE_BYTES = 65_536;
/** Pieces begin at cache lines. */
const ALIGNMENT = 64;
/** Vectors read and write past the end of their data, by less than this. */
const SLACK_BYTES = 128;

interface Use {
  readonly bytes: number;
  readonly purpose: MemoryPurpose;
}

/** What an engine's memory may be. */
export interface EngineMemoryOptions {
  readonly maxMemoryBytes: number;
  /** Whether worker threads may share it. */
  readonly shared: boolean;
}

/** See the file comment. Views are of the moment: allocating may move the memory, so read them anew after it. */
export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  readonly #maximum: number;
  /** Address 0 stays free: it says that something is not there. */
  readonly #pieces = new MemoryPieces(ALIGNMENT);
  readonly #uses = new Map<number, Use>();
  /** From here on nothing was ever handed out, so all is 0. */
  #untouched = ALIGNMENT;
  #views: MemoryViews;

  constructor({ maxMemoryBytes, shared }: EngineMemoryOptions) {
    this.#maximum = Math.max(1, Math.min(65_536, Math.floor(maxMemoryBytes / PAGE_BYTES)));
    try {
      this.memory = new WebAssembly.Memory({ initial: 1, maximum: this.#maximum, shared });
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new InferenceError(
        'OUT_OF_MEMORY',
        0,
        `There is no room for a memory of up to ${this.#maximum * PAGE_BYTES} bytes; lower maxMemoryBytes or dispose of other engines.`,
        { cause },
      );
    }
    this.#views = viewsOf(this.memory);
  }

  /** The memory as numbers. */
  get views(): MemoryViews {
    if (this.#views.u8.buffer !== this.memory.buffer) this.#views = viewsOf(this.memory);
    return this.#views;
  }

  /**
   * Reserves zeroed bytes, aligned to a cache line.
   *
   * @throws InferenceError `OUT_OF_MEMORY` beyond the limit.
   */
  allocate(bytes: number, purpose: MemoryPurpose): number {
    const size = Math.ceil((bytes + SLACK_BYTES) / ALIGNMENT) * ALIGNMENT;
    const address = this.#fill(size) ?? this.#append(size);
    this.#uses.set(address, { bytes: size, purpose });
    return address;
  }

  /** Gives bytes back that {@link allocate} handed out. */
  free(address: number): void {
    if (this.#pieces.free(address)) this.#uses.delete(address);
  }

  /** Runs what allocates; should it throw, everything that it allocated is free again: nobody may know of it yet. */
  allOrNothing<Result>(work: () => Result): Result {
    const before = new Set(this.#uses.keys());
    try {
      return work();
    } catch (error) {
      for (const address of [...this.#uses.keys()]) if (!before.has(address)) this.free(address);
      throw error;
    }
  }

  /** Bytes in use by purpose. */
  use(): MemoryUse {
    const use = { weights: 0, thresholds: 0, state: 0, spikes: 0, scratch: 0 };
    for (const { bytes, purpose } of this.#uses.values()) use[purpose] += bytes;
    return use;
  }

  #append(size: number): number {
    const end = this.#pieces.end + size;
    const pages = Math.ceil(end / PAGE_BYTES);
    const missing = pages - this.memory.buffer.byteLength / PAGE_BYTES;
    if (pages > this.#maximum || (missing > 0 && !this.#grow(missing))) {
      throw new InferenceError(
        'OUT_OF_MEMORY',
        0,
        `The model needs more than the ${this.#maximum * PAGE_BYTES} bytes that it may use; raise maxMemoryBytes or take a smaller model.`,
      );
    }
    const address = this.#pieces.append(size);
    this.views.u8.fill(0, address, Math.min(end, this.#untouched));
    this.#untouched = Math.max(this.#untouched, end);
    return address;
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  #fill(size: number): number | null {
    const address = this.#pieces.fill(size);
    if (address !== null) this.views.u8.fill(0, address, address + size);
    return address;
  }
}

/** Views over all of a memory. */
export interface MemoryViews {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i16: Int16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
}

function viewsOf({ buffer }: WebAssembly.Memory): MemoryViews {
  return {
    u8: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    i16: new Int16Array(buffer),
    u32: new Uint32Array(buffer),
    i32: new Int32Array(buffer),
    f64: new Float64Array(buffer),
  };
}
