/** Memory in which decoders make runs of events. */
import type { EventArrays } from '../../events/index.ts';
import { noteFreshMemory } from '../../events/fresh-memory.ts';
import { compileKernel } from '../../events/kernels.ts';
import { lend, takeMemory } from '../recycle.ts';

/** Events of a run, and so of a batch: few enough to stay in the cache until they are copied out. */
export const RUN_EVENTS = 16_384;
/** Bytes that a kernel is given at once. */
export const INPUT_BYTES = 65_536;
/** Vectors write past the last event and read past the last byte. */
const SLACK_EVENTS = 32;
const SLACK_BYTES = 16;
/** For the parameters of kernels. */
const RESERVE_BYTES = 65_536;
/** Kernels compare places as signed numbers. */
const MAX_BYTES = 2 ** 31;
/** Spaces that are larger are not kept for the next one. */
const MAX_IDLE_BYTES = 2 ** 25;
const PAGE_BYTES = 65_536;
/** Events that arrays have room for: a multiple of 8, so that each array begins aligned. */
const ROOM_EVENTS = RUN_EVENTS + SLACK_EVENTS;
/** Of an event in all four arrays. */
const EVENT_BYTES = 8 + 2 + 2 + 1;
const FULL = 'A run space is full.';
const ALIGNMENT = 16;
/**
 * Where the first array begins. Fresh memory begins at a page, or behind the allocator's 16 bytes there; on AMD's Zen 3
 * glibc copies at 3 GB/s, not 40, to what lies some bytes further within its page than its source (8 and 24 were slow, 32 was not).
 */
const FIRST_ARRAY = 2048;

/** Makes a kernel for a space. @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
export type KernelClass<Kernel> = new (space: RunSpace) => Kernel;

/** Parameters and counts that a kernel shares with what calls it. */
export interface KernelBlock {
  /** Byte offset. */
  readonly at: number;
  readonly doubles: Float64Array;
  readonly integers: Int32Array;
}

/**
 * Room for one run, which kernels share. Used again and again, so a run is written where memory is warm, and what it
 * holds is copied out once, to one buffer that was not cleared before: 1.4 to 1.7 times as fast as filling four fresh
 * arrays.
 */
export class RunSpace {
  /** Where room begins that `room` has made. */
  readonly #roomAt: number;
  readonly #memory: WebAssembly.Memory | undefined;
  readonly #kernels = new Map<unknown, unknown>();
  #bytes!: Uint8Array;
  #arrays!: EventArrays;
  #input!: Uint8Array;
  #end = 0;

  constructor() {
    const bytes = FIRST_ARRAY + EVENT_BYTES * ROOM_EVENTS + INPUT_BYTES + SLACK_BYTES + RESERVE_BYTES;
    const pages = Math.ceil(bytes / PAGE_BYTES);
    this.#roomAt = pages * PAGE_BYTES;
    this.#memory = typeof WebAssembly === 'object' ? new WebAssembly.Memory({ initial: pages }) : undefined;
    this.#lookAt(this.#memory?.buffer ?? new ArrayBuffer(this.#roomAt));
  }

  /** Holds until `room` is called. */
  get arrays(): EventArrays {
    return this.#arrays;
  }

  /** Where kernels take bytes from; more may be read behind it. Holds until `room` is called. */
  get input(): Uint8Array {
    return this.#input;
  }

  get buffer(): ArrayBufferLike {
    return this.#bytes.buffer;
  }

  /** Cleared memory for a kernel of its own, as a byte offset. */
  reserve(bytes: number): number {
    const at = this.#end;
    this.#end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (this.#end > this.#roomAt) throw new RangeError(FULL);
    return at;
  }

  /**
   * A place for so many bytes, as a byte offset, which is always the same: what is there stays. Whoever has views, of
   * kernels or of `arrays`, must take them anew.
   *
   * @throws RangeError where there is not so much memory.
   */
  room(bytes: number): number {
    const { length } = this.#bytes;
    const wanted = this.#roomAt + bytes;
    if (wanted <= length) return this.#roomAt;
    if (this.#memory === undefined || wanted > MAX_BYTES) throw new RangeError(FULL);
    // At least twice as large: growing copies.
    this.#memory.grow(Math.ceil((Math.min(Math.max(wanted, 2 * length), MAX_BYTES) - length) / PAGE_BYTES));
    this.#lookAt(this.#memory.buffer);
    return this.#roomAt;
  }

  /** A block of 64-bit numbers and, behind them, 32-bit ones. `integers` shows all of it, in words. */
  reserveBlock(doubles: number, integers: number): KernelBlock {
    const at = this.reserve(8 * doubles + 4 * integers);
    return {
      at,
      doubles: new Float64Array(this.buffer, at, doubles),
      integers: new Int32Array(this.buffer, at, 2 * doubles + integers),
    };
  }

  /** This space's kernel of a class; `null` where it cannot run. */
  kernel<Kernel>(kind: KernelClass<Kernel>): Kernel | null {
    let kernel = this.#kernels.get(kind) as Kernel | null | undefined;
    if (kernel === undefined) {
      kernel = null;
      try {
        kernel = new kind(this);
      } catch {
        // No WebAssembly or no SIMD, or a page's content security policy forbids it.
      }
      this.#kernels.set(kind, kernel);
    }
    return kernel;
  }

  /** A module, given in base64, on this space's memory. */
  instantiate(code: string): WebAssembly.Exports {
    return new WebAssembly.Instance(compileKernel(code), { env: { memory: this.#memory! } }).exports;
  }

  #lookAt(buffer: ArrayBuffer): void {
    this.#bytes = new Uint8Array(buffer);
    const usedTo = this.#end;
    this.#end = FIRST_ARRAY;
    this.#arrays = arraysIn(buffer, this.reserve(EVENT_BYTES * ROOM_EVENTS), ROOM_EVENTS, RUN_EVENTS);
    this.#input = new Uint8Array(buffer, this.reserve(INPUT_BYTES + SLACK_BYTES), INPUT_BYTES);
    // What kernels reserve they take for cleared, and their blocks were views of the memory before.
    this.#bytes.fill(0, this.#end, usedTo);
    this.#kernels.clear();
  }

  /** A copy of the first `length` events, in one buffer, which can be given back with `recycleBatch`. */
  copy(length: number): EventArrays {
    const { t, x, y, p } = this.arrays;
    const given = takeMemory(EVENT_BYTES * length);
    if (given === undefined) noteFreshMemory(EVENT_BYTES * length);
    // A typed array made of another is not cleared first. What it takes behind the times is overwritten.
    const buffer =
      given ?? new Uint8Array(this.#bytes.subarray(t.byteOffset, t.byteOffset + EVENT_BYTES * length)).buffer;
    const arrays = arraysIn(buffer, 0, length, length);
    if (given !== undefined) arrays.t.set(t.subarray(0, length));
    arrays.x.set(x.subarray(0, length));
    arrays.y.set(y.subarray(0, length));
    arrays.p.set(p.subarray(0, length));
    return lend(arrays);
  }
}

/** Arrays one behind the other from a place on, each with room for so many events and showing `length` of them. */
function arraysIn(buffer: ArrayBufferLike, at: number, room: number, length: number): EventArrays {
  return {
    t: new Float64Array(buffer, at, length),
    x: new Uint16Array(buffer, at + 8 * room, length),
    y: new Uint16Array(buffer, at + 10 * room, length),
    p: new Uint8Array(buffer, at + 12 * room, length),
  };
}

const idle: RunSpace[] = [];

/** A space that nobody uses: several are in use where someone decodes while listening to a side channel. */
export function takeSpace(): RunSpace {
  return idle.pop() ?? new RunSpace();
}

/** For the next one. */
export function giveSpace(space: RunSpace): void {
  if (space.buffer.byteLength <= MAX_IDLE_BYTES) idle.push(space);
}
