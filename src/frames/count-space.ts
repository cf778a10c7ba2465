/** The kernel that counts events, and its memory; the source is in kernels/frames. */
import type { EventBatch } from '../events/index.ts';
import { fieldPlaces } from '../events/kernels.ts';
import type { Counted } from './count-plain.ts';
import { countBytes, countsIn } from './counts.ts';
import { aligned, BLOCK_FIELDS, EventRoom } from './event-room.ts';
import type { PixelMap } from './pixel-map.ts';
import type { CountArray, CountType } from './types.ts';

const FIELD = fieldPlaces(BLOCK_FIELDS, 0);

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
  readonly #room = new EventRoom(4 * BLOCK_FIELDS.length);
  readonly #loops: CountLoops;
  #block!: Int32Array;
  #plan: CountPlan | undefined;
  /** The counts of the plan, and behind them one for events outside. */
  #counts!: CountArray;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor() {
    this.#loops = this.#room.exports as unknown as CountLoops;
  }

  /** Counts the events of a frame. The counts lie in the kernel's memory and hold until the next call. */
  count(plan: CountPlan, batches: readonly EventBatch[]): Counted {
    if (this.#plan !== plan) this.#open(plan);
    this.#counts.fill(0);
    this.#block[FIELD.outside] = 0;
    this.#block[FIELD.saturated] = 0;
    const loop = this.#loops[LOOPS[plan.countType]];
    this.#room.forEachPart(batches, false, (events) => {
      loop(0, events);
    });
    return {
      counts: this.#counts.subarray(0, plan.counts),
      outside: this.#block[FIELD.outside]!,
      saturated: this.#block[FIELD.saturated]!,
    };
  }

  /** Puts the plan's tables and the place of its counts into the memory. */
  #open(plan: CountPlan): void {
    const { map, countType, counts, tables } = plan;
    const room = this.#room;
    this.#plan = undefined;
    room.grow(planBytes(plan));
    const { buffer, end, at } = room;
    const { width, height } = map.sensor;
    const countsAt = end + aligned(tables?.byteLength ?? 0);
    const columns = tables === null ? 0 : end;
    const rows = tables === null ? 0 : end + 4 * (width + 1);
    const fields: Readonly<Record<(typeof BLOCK_FIELDS)[number], number>> = {
      ...at,
      ...{ counts: countsAt, columns, rows, width, height, waste: counts, outside: 0, saturated: 0 },
      plane: counts / 2,
      flip: Number(map.flipPolarity),
    };
    this.#block = new Int32Array(buffer, 0, BLOCK_FIELDS.length);
    BLOCK_FIELDS.forEach((name) => (this.#block[FIELD[name]] = fields[name]));
    if (tables !== null) new Int32Array(buffer, columns, tables.length).set(tables);
    this.#counts = countsIn(countType, buffer, countsAt, counts + 1);
    this.#plan = plan;
  }
}
