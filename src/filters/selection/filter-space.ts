/** The kernels of filters, and the memory that all filters of a thread share; the source is in kernels/filters. */
import type { EventArrays } from '../../events/index.ts';
import { compileKernel, fieldPlaces } from '../../events/kernels.ts';
import { MemoryPieces } from '../../events/memory-pieces.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';
import { RUN_EVENTS } from './selection.ts';

/** Numbers in double precision, then integers: a block in the order of kernels/filters/block.ts. */
const DOUBLES = ['epoch', 'end'] as const;
const FIELDS = [
  't',
  'x',
  'y',
  'p',
  'marks',
  'places',
  'times',
  'lanes',
  'masks',
  'width',
  'height',
  'stride',
  'first',
  'waste',
  'table',
  'flags',
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  'outside',
  'kept',
] as const;
const FIELD = fieldPlaces(FIELDS, 0);
const DOUBLE = fieldPlaces(DOUBLES, 0);
const BLOCK_BYTES = 8 * DOUBLES.length + 4 * FIELDS.length;

export type BlockDouble = (typeof DOUBLES)[number];
export type BlockField = (typeof FIELDS)[number];

/** The loops that mark events: how many of them they looked at. */
export type FilterLoop =
  | 'polarity'
  | 'axes'
  | 'table'
  | 'refractory'
  | 'anyNeighbour'
  | 'countedNeighbours'
  | 'flagged'
  | 'countedUntilEnd'
  | 'decimated'
  | 'integrated'
  | 'flicker'
  | 'rateLimited';
type Kernels = Readonly<Record<FilterLoop, (block: number, events: number) => number>> & {
  compact(block: number, events: number): void;
  listLanes(lanes: number): void;
};

/** What filters keep of pixels, at most, in all: beyond that they are plain loops. The memory stays as large as it once was. */
const MAX_BYTES = 256 * 2 ** 20;
/** GROUP in kernels/filters/places.ts. */
const GROUP_EVENTS = 256;
/** Vectors read and write up to seven events behind the last. */
const SLACK_EVENTS = 8;
const LANE_BYTES = 6144;
const MASK_BYTES = 32;
/** A cache line. */
const ALIGNMENT = 64;
const PAGE_BYTES = 65_536;

/** Views are of the moment: reserving may move the memory. */
export class FilterSpace {
  readonly kernels: Kernels;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #pieces = new MemoryPieces(ALIGNMENT);
  /** Addresses of what all filters share. */
  readonly #shared: Readonly<Partial<Record<BlockField, number>>>;
  #columns: EventArrays | undefined;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor() {
    const env = { memory: this.#memory };
    const { exports } = new WebAssembly.Instance(compileKernel(KERNEL_MODULE), { env });
    this.kernels = exports as unknown as Kernels;
    const room = (bytes: number): number => {
      const address = this.reserve(bytes);
      if (address === null) throw new RangeError('There is no memory for the kernels of filters.');
      return address;
    };
    const events = RUN_EVENTS + SLACK_EVENTS;
    const group = 4 * (GROUP_EVENTS + SLACK_EVENTS);
    const places = room(2 * group);
    this.#shared = {
      ...{ t: room(8 * events), x: room(2 * events), y: room(2 * events), p: room(events) },
      ...{ marks: room(events / 8 + 1), lanes: room(LANE_BYTES), masks: room(MASK_BYTES) },
      ...{ places, times: places + group },
    };
    this.kernels.listLanes(this.#shared.lanes!);
  }

  /** The events of the filter that works at the moment. */
  get columns(): EventArrays {
    const { buffer } = this.#memory;
    if (this.#columns?.t.buffer === buffer) return this.#columns;
    const { t, x, y, p } = this.#shared;
    this.#columns = {
      t: new Float64Array(buffer, t, RUN_EVENTS),
      x: new Uint16Array(buffer, x, RUN_EVENTS),
      y: new Uint16Array(buffer, y, RUN_EVENTS),
      p: new Uint8Array(buffer, p, RUN_EVENTS),
    };
    return this.#columns;
  }

  /** Bytes of a filter's own. @returns their address; `null` where filters have all that they may. */
  reserve(bytes: number): number | null {
    const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const filled = this.#pieces.fill(size);
    if (filled !== null) return filled;
    const end = this.#pieces.end + size;
    if (end > MAX_BYTES) return null;
    const missing = Math.ceil((end - this.#memory.buffer.byteLength) / PAGE_BYTES);
    try {
      if (missing > 0) this.#memory.grow(missing);
    } catch {
      return null;
    }
    return this.#pieces.append(size);
  }

  release(address: number): void {
    this.#pieces.free(address);
  }

  /** A filter's block, with the addresses of what all share. */
  openBlock(): FilterBlock | null {
    const address = this.reserve(BLOCK_BYTES);
    if (address === null) return null;
    const block = new FilterBlock(this.#memory, address);
    block.set(this.#shared);
    return block;
  }

  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length);
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }
}

/** A block in a space's memory. */
export class FilterBlock {
  readonly address: number;
  readonly #memory: WebAssembly.Memory;
  #doubles!: Float64Array;
  #integers!: Int32Array;

  constructor(memory: WebAssembly.Memory, address: number) {
    this.#memory = memory;
    this.address = address;
    this.#view();
  }

  set(fields: Readonly<Partial<Record<BlockField, number>>>): void {
    if (this.#integers.buffer !== this.#memory.buffer) this.#view();
    for (const [name, value] of Object.entries(fields)) this.#integers[FIELD[name as BlockField]] = value;
  }

  setDouble(name: BlockDouble, value: number): void {
    if (this.#integers.buffer !== this.#memory.buffer) this.#view();
    this.#doubles[DOUBLE[name]] = value;
  }

  get(name: BlockField): number {
    if (this.#integers.buffer !== this.#memory.buffer) this.#view();
    return this.#integers[FIELD[name]]!;
  }

  #view(): void {
    this.#doubles = new Float64Array(this.#memory.buffer, this.address, DOUBLES.length);
    this.#integers = new Int32Array(this.#memory.buffer, this.address + 8 * DOUBLES.length, FIELDS.length);
  }
}

let shared: FilterSpace | null | undefined;

/** The thread's space; `null` where the kernels cannot run. */
export function sharedSpace(): FilterSpace | null {
  if (shared !== undefined) return shared;
  try {
    shared = new FilterSpace();
  } catch {
    // No WebAssembly or no SIMD, or a page's content security policy forbids it.
    shared = null;
  }
  return shared;
}
