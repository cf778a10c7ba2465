/** The kernel that counts events, and its memory; the source is in kernels/frames. */
import type { EventBatch } from '../events/index.ts';
import { compileKernel, fieldPlaces } from '../events/kernels.ts';
import type { Counted } from './count-plain.ts';
import { countBytes, countsIn } from './counts.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';
import type { PixelMap } from './pixel-map.ts';
import type { CountArray, CountType } from './types.ts';

/** The block in the order of kernels/frames/block.ts. */
const FIELDS = [
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
const FIELD = fieldPlaces(FIELDS, 0);

/** Events that are copied to the kernel at once: few enough to be still in the cache when they are counted. */
const INPUT_EVENTS = 16_384;
/** So many of them have their places written before they are counted: GROUP in kernels/frames/places.ts. */
const GROUP_EVENTS = 256;
/** Vectors read and write up to seven events behind the last. */
const SLACK_EVENTS = 8;
const ALIGNMENT = 16;
const PAGE_BYTES = 65_536;

const LOOPS = { uint8: 'count8', uint16: 'count16', uint32: 'count32' } as const;

type CountLoops = Readonly<Record<(typeof LOOPS)[CountType], (block: number, events: number) => void>>;

/** What is counted into. */
export interface CountPlan {
  readonly map: PixelMap;
  readonly countType: CountType;
  /** Counts of a frame. */
  readonly counts: number;
  /** Columns, then rows, each with one more entry for what lies outside; `null` where places can be computed. */
  readonly tables: Int32Array | null;
}

/** Bytes that a plan needs in the kernel's memory. */
export function planBytes({ countType, counts, tables }: CountPlan): number {
  return aligned(tables?.byteLength ?? 0) + (counts + 1) * countBytes(countType);
}

/** All counters of a thread share one: each needs it only while it counts a frame. */
export class CountSpace {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #loops: CountLoops;
  readonly #at: Readonly<Record<'x' | 'y' | 'p' | 'places', number>>;
  /** Behind what all plans share. */
  readonly #end: number;
  #block!: Int32Array;
  #x!: Uint16Array;
  #y!: Uint16Array;
  #p!: Uint8Array;
  #plan: CountPlan | undefined;
  /** The counts of the plan, and behind them one for events outside. */
  #counts!: CountArray;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor() {
    const env = { memory: this.#memory };
    const { exports } = new WebAssembly.Instance(compileKernel(KERNEL_MODULE), { env });
    this.#loops = exports as unknown as CountLoops;
    let end = aligned(4 * FIELDS.length);
    const reserve = (bytes: number): number => {
      const at = end;
      end = aligned(at + bytes);
      return at;
    };
    const events = INPUT_EVENTS + SLACK_EVENTS;
    this.#at = {
      x: reserve(2 * events),
      y: reserve(2 * events),
      p: reserve(events),
      places: reserve(4 * (GROUP_EVENTS + SLACK_EVENTS)),
    };
    this.#end = end;
    this.#grow(end);
  }

  /** Counts the events of a frame. The counts lie in the kernel's memory and hold until the next call. */
  count(plan: CountPlan, batches: readonly EventBatch[]): Counted {
    if (this.#plan !== plan) this.#open(plan);
    this.#counts.fill(0);
    this.#block[FIELD.outside] = 0;
    this.#block[FIELD.saturated] = 0;
    const loop = this.#loops[LOOPS[plan.countType]];
    for (const { x, y, p, length } of batches) {
      for (let from = 0; from < length; from += INPUT_EVENTS) {
        const events = Math.min(INPUT_EVENTS, length - from);
        this.#x.set(part(x, from, events));
        this.#y.set(part(y, from, events));
        this.#p.set(part(p, from, events));
        loop(0, events);
      }
    }
    return {
      counts: this.#counts.subarray(0, plan.counts),
      outside: this.#block[FIELD.outside]!,
      saturated: this.#block[FIELD.saturated]!,
    };
  }

  /** Puts the plan's tables and the place of its counts into the memory. */
  #open(plan: CountPlan): void {
    const { map, countType, counts, tables } = plan;
    this.#plan = undefined;
    this.#grow(this.#end + planBytes(plan));
    const { width, height } = map.sensor;
    const countsAt = this.#end + aligned(tables?.byteLength ?? 0);
    const columns = tables === null ? 0 : this.#end;
    const rows = tables === null ? 0 : this.#end + 4 * (width + 1);
    const fields: Readonly<Record<(typeof FIELDS)[number], number>> = {
      ...this.#at,
      ...{ counts: countsAt, columns, rows, width, height, waste: counts, outside: 0, saturated: 0 },
      plane: counts / 2,
      flip: Number(map.flipPolarity),
    };
    FIELDS.forEach((name) => (this.#block[FIELD[name]] = fields[name]));
    if (tables !== null) new Int32Array(this.#memory.buffer, columns, tables.length).set(tables);
    this.#counts = countsIn(countType, this.#memory.buffer, countsAt, counts + 1);
    this.#plan = plan;
  }

  /** Memory of at least so many bytes; views of it are good until it grows again. */
  #grow(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    const { buffer } = this.#memory;
    this.#block = new Int32Array(buffer, 0, FIELDS.length);
    this.#x = new Uint16Array(buffer, this.#at.x, INPUT_EVENTS);
    this.#y = new Uint16Array(buffer, this.#at.y, INPUT_EVENTS);
    this.#p = new Uint8Array(buffer, this.#at.p, INPUT_EVENTS);
  }
}

/** Some entries of an array; a view costs as much as copying a hundred events. */
function part<Entries extends Uint16Array | Uint8Array>(
  array: Entries,
  from: number,
  length: number,
): Entries {
  return length === array.length ? array : (array.subarray(from, from + length) as Entries);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
