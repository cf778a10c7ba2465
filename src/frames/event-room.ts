/** The memory in which the kernels of kernels/frames work, with room for some of a batch's events. */
import type { EventBatch } from '../events/index.ts';
import { compileKernel } from '../events/kernels.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';
import { OUTSIDE, type PixelMap } from './pixel-map.ts';

/** Columns of events, and their places. */
export type EventColumn = 't' | 'x' | 'y' | 'p';
type Shared = EventColumn | 'places';

/** The fields of a block of parameters that all kernels have, in the order of kernels/frames/block.ts. */
export const BLOCK_FIELDS = [
  'x',
  'y',
  'p',
  'counts',
  'columns',
  'rows',
  'places',
  'width',
  'height',
  'plane',
  'flip',
  'waste',
  'outside',
  'saturated',
] as const;

/** Events that are copied to a kernel at once: few enough to be still in the cache when they are looked at. */
const INPUT_EVENTS = 16_384;
/** So many of them have their places written before these are used: GROUP in kernels/frames/places.ts. */
export const GROUP_EVENTS = 256;
/** Vectors read and write up to seven events behind the last. */
export const SLACK_EVENTS = 8;
const ALIGNMENT = 16;
const PAGE_BYTES = 65_536;
/** The sides of sensors whose places kernels compute, in vectors of 16 bits. */
const MAX_COMPUTED = 0xffff;

/** Bytes up to the next place where something may begin. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Columns, then rows, each with one more entry for what lies outside; `null` where places can be computed. */
export function placeTables({ identity, sensor, columns, rows }: PixelMap): Int32Array | null {
  const computed = identity && sensor.width <= MAX_COMPUTED && sensor.height <= MAX_COMPUTED;
  return computed ? null : Int32Array.from([...columns, OUTSIDE, ...rows, OUTSIDE]);
}

/** See the file comment. What uses it reserves its own memory first, then has a stretch behind it for what it works on. */
export class EventRoom {
  readonly exports: WebAssembly.Exports;
  /** Addresses. */
  readonly at: Readonly<Record<Shared, number>>;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  #end: number;
  #t!: Float64Array;
  #x!: Uint16Array;
  #y!: Uint16Array;
  #p!: Uint8Array;

  /**
   * @param blockBytes of the block of parameters, at address 0.
   * @throws what WebAssembly throws where it, its SIMD or compilation is not available.
   */
  constructor(blockBytes: number) {
    const env = { memory: this.#memory };
    this.exports = new WebAssembly.Instance(compileKernel(KERNEL_MODULE), { env }).exports;
    this.#end = aligned(blockBytes);
    const events = INPUT_EVENTS + SLACK_EVENTS;
    this.at = {
      t: this.reserve(8 * events),
      x: this.reserve(2 * events),
      y: this.reserve(2 * events),
      p: this.reserve(events),
      places: this.reserve(4 * (GROUP_EVENTS + SLACK_EVENTS)),
    };
    this.grow(0);
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** Behind all that is reserved. */
  get end(): number {
    return this.#end;
  }

  /** @returns an address. */
  reserve(bytes: number): number {
    const at = this.#end;
    this.#end = aligned(at + bytes);
    return at;
  }

  /** Makes so many bytes behind what is reserved usable. Views of the memory are good until it grows. */
  grow(bytes: number): void {
    const missing = this.#end + bytes - this.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    if (this.#x !== undefined && this.#x.buffer === this.buffer) return;
    const { t, x, y, p } = this.at;
    this.#t = new Float64Array(this.buffer, t, INPUT_EVENTS);
    this.#x = new Uint16Array(this.buffer, x, INPUT_EVENTS);
    this.#y = new Uint16Array(this.buffer, y, INPUT_EVENTS);
    this.#p = new Uint8Array(this.buffer, p, INPUT_EVENTS);
  }

  /** Brings events in, some at a time, and calls a loop for each time. */
  forEachPart(batches: readonly EventBatch[], withTimes: boolean, loop: (events: number) => void): void {
    for (const { t, x, y, p, length } of batches) {
      for (let from = 0; from < length; from += INPUT_EVENTS) {
        const events = Math.min(INPUT_EVENTS, length - from);
        if (withTimes) this.#t.set(part(t, from, events));
        this.#x.set(part(x, from, events));
        this.#y.set(part(y, from, events));
        this.#p.set(part(p, from, events));
        loop(events);
      }
    }
  }
}

/** Some entries of an array; a view costs as much as copying a hundred events. */
function part<Entries extends Float64Array | Uint16Array | Uint8Array>(
  array: Entries,
  from: number,
  length: number,
): Entries {
  return length === array.length ? array : (array.subarray(from, from + length) as Entries);
}

/** What is made when it is first asked for; `null` from then on where it cannot be. */
export function oncePerThread<Space>(create: () => Space): () => Space | null {
  let space: Space | null | undefined;
  return () => {
    if (space !== undefined) return space;
    try {
      space = create();
    } catch {
      // No WebAssembly or no SIMD, or a page's content security policy forbids it.
      space = null;
    }
    return space;
  };
}
