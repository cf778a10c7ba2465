/** The engine's one memory. Places are handed out while the plan is made; the memory itself comes afterwards. */
import { TrainingError } from '../errors.ts';

const PAGE_BYTES = 65_536;
/** Pieces begin at cache lines. */
const ALIGNMENT = 64;

/** Hands out addresses and so knows how much memory a plan needs before there is any. */
export class Layout {
  #end = ALIGNMENT;

  /** An address with so many bytes behind it. */
  reserve(bytes: number): number {
    const address = this.#end;
    // Vectors may read past the end of what they need.
    this.#end += Math.ceil((bytes + 16) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Bytes handed out. */
  get bytes(): number {
    return this.#end;
  }
}

/** The memory as numbers; it never grows, so views stay valid. */
export class Space {
  readonly memory: WebAssembly.Memory;
  /** Whether threads may share it. */
  readonly shared: boolean;
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;

  /** @throws RangeError where the machine has not so much memory. */
  constructor(bytes: number, shared = false) {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    this.shared = shared;
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  floats(address: number, count: number): Float32Array {
    return this.f32.subarray(address / 4, address / 4 + count);
  }

  doubles(address: number, count: number): Float64Array {
    return this.f64.subarray(address / 8, address / 8 + count);
  }

  words(address: number, count: number): Uint32Array {
    return this.u32.subarray(address / 4, address / 4 + count);
  }
}

/** @throws TrainingError `OUT_OF_MEMORY` where the machine has not so much memory. */
export function spaceOf(bytes: number, shared: boolean): Space {
  try {
    return new Space(bytes, shared);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TrainingError(
      'OUT_OF_MEMORY',
      `The machine has no ${Math.ceil(bytes / 2 ** 20)} MiB for a step; lower the batch.`,
      { cause },
    );
  }
}

/** Channels fill vectors of eight. */
export function padded(channels: number): number {
  return Math.ceil(channels / 8) * 8;
}
