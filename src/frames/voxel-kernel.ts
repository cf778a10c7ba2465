/** Spreading a step's events over time bins in WebAssembly SIMD; the source is in kernels/frames. */
import type { EventBatch } from '../events/index.ts';
import { fieldPlaces } from '../events/kernels.ts';
import { allocateCounts } from './counts.ts';
import {
  aligned,
  BLOCK_FIELDS,
  EventRoom,
  GROUP_EVENTS,
  oncePerThread,
  placeTables,
  SLACK_EVENTS,
} from './event-room.ts';
import { sameMap } from './pixel-map.ts';
import type { FrameArray } from './types.ts';
import {
  intervalsOf,
  partsOf,
  PlainVoxels,
  type VoxelMaker,
  type VoxelPlan,
  type Voxels,
} from './voxel-plain.ts';

/** What is behind the fields that all kernels have, in the order of kernels/frames/voxels.ts. */
const DOUBLES = ['start', 'duration', 'most', 'dropAt'] as const;
const INTEGERS = [
  't',
  'cells',
  'shares',
  'signs',
  'touched',
  'values',
  'zeros',
  'bins',
  'parts',
  'lastInterval',
  'padded',
  'unrepresented',
] as const;
const FIELD = {
  ...fieldPlaces(BLOCK_FIELDS, 0),
  ...fieldPlaces(INTEGERS, BLOCK_FIELDS.length + 2 * DOUBLES.length),
};
const DOUBLE = fieldPlaces(DOUBLES, BLOCK_FIELDS.length / 2);
const BLOCK_BYTES = 4 * (BLOCK_FIELDS.length + 2 * DOUBLES.length + INTEGERS.length);

/** Larger grids are made by the plain loop: the kernel's memory stays as large as it once was. */
const MAX_BYTES = 64 * 2 ** 20;
const CELL_BYTES = 16;
/** Cells that are marked together: kernels/frames/voxels.ts. */
const BLOCK_CELLS = 64;

interface VoxelKernels {
  voxels(block: number, events: number): void;
  collectVoxels(block: number): void;
}

interface PlacedPlan extends VoxelPlan {
  readonly tables: Int32Array | null;
  readonly pixels: number;
  readonly parts: number;
  readonly intervals: number;
  /** Pixels up to a whole number of blocks. */
  readonly padded: number;
  readonly cells: number;
}

function placed(plan: VoxelPlan): PlacedPlan {
  const pixels = plan.map.output.width * plan.map.output.height;
  const [parts, intervals] = [partsOf(plan), intervalsOf(plan)];
  const padded = BLOCK_CELLS * Math.ceil(pixels / BLOCK_CELLS);
  // A block more, for events outside.
  const cells = intervals * (parts * padded + BLOCK_CELLS);
  return { ...plan, tables: placeTables(plan.map), pixels, parts, intervals, padded, cells };
}

/** Where the parts of a plan are behind the room's own: tables, marks, cells, values. */
function stretches({
  tables,
  cells,
  parts,
  bins,
  padded,
}: PlacedPlan): Record<'marks' | 'cells' | 'values' | 'bytes', number> {
  const marks = aligned(tables?.byteLength ?? 0);
  const sums = marks + aligned(cells / BLOCK_CELLS);
  const values = sums + CELL_BYTES * cells;
  return { marks, cells: sums, values, bytes: values + 4 * parts * bins * padded };
}

/** All grids of a thread share one: each needs it only while it makes a frame. */
class VoxelSpace {
  readonly #room = new EventRoom(BLOCK_BYTES);
  readonly #kernels: VoxelKernels;
  readonly #at: Readonly<Record<'cells' | 'shares' | 'signs' | 'zeros', number>>;
  #plan: PlacedPlan | undefined;
  #integers!: Int32Array;
  #doubles!: Float64Array;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor() {
    this.#kernels = this.#room.exports as unknown as VoxelKernels;
    const group = GROUP_EVENTS + SLACK_EVENTS;
    this.#at = {
      cells: this.#room.reserve(4 * group),
      shares: this.#room.reserve(CELL_BYTES * group),
      signs: this.#room.reserve(2 * CELL_BYTES),
      zeros: this.#room.reserve(CELL_BYTES * BLOCK_CELLS),
    };
  }

  /** The values of a step's events, by polarity and bin: views that hold until the next call. */
  make(
    plan: PlacedPlan,
    batches: readonly EventBatch[],
    start: number,
    duration: number,
  ): { planes: Float32Array[] } & Omit<Voxels, 'values'> {
    const known = this.#plan;
    if (known === undefined || (known !== plan && !hasSameMemory(known, plan))) this.#open(plan);
    this.#write(plan, start, duration);
    this.#room.forEachPart(batches, true, (events) => {
      this.#kernels.voxels(0, events);
    });
    this.#kernels.collectVoxels(0);
    const { buffer } = this.#room;
    const planes = Array.from({ length: plan.parts * plan.bins }, (_, i) => {
      const at = this.#integers[FIELD.values]! + 4 * i * plan.padded;
      return new Float32Array(buffer, at, plan.pixels);
    });
    return {
      planes,
      outside: this.#integers[FIELD.outside]!,
      unrepresented: this.#integers[FIELD.unrepresented]!,
    };
  }

  /** Makes the memory that of a plan, all sums 0. */
  #open(plan: PlacedPlan): void {
    const room = this.#room;
    this.#plan = undefined;
    const { bytes } = stretches(plan);
    room.grow(bytes);
    const { buffer, end } = room;
    new Uint8Array(buffer, end, bytes).fill(0);
    this.#integers = new Int32Array(buffer, 0, BLOCK_BYTES / 4);
    this.#doubles = new Float64Array(buffer, 0, BLOCK_BYTES / 8);
    if (plan.tables !== null) new Int32Array(buffer, end, plan.tables.length).set(plan.tables);
    this.#plan = plan;
  }

  #write(plan: PlacedPlan, start: number, duration: number): void {
    const { map, bins, parts, most, dropAt, signed, split, tables, intervals, padded } = plan;
    const { width, height } = map.sensor;
    const { end, at, buffer } = this.#room;
    const stretch = stretches(plan);
    const fields: Readonly<Record<keyof typeof FIELD, number>> = {
      ...{ ...at, ...this.#at },
      ...{ counts: end + stretch.cells, touched: end + stretch.marks, values: end + stretch.values },
      ...{ width, height, waste: parts * padded, bins, parts },
      columns: tables === null ? 0 : end,
      rows: tables === null ? 0 : end + 4 * (width + 1),
      plane: split ? padded : 0,
      ...{ flip: Number(map.flipPolarity), lastInterval: intervals - 1, padded },
      ...{ outside: 0, saturated: 0, unrepresented: 0 },
    };
    const doubles: Readonly<Record<keyof typeof DOUBLE, number>> = { start, duration, most, dropAt };
    for (const [name, place] of Object.entries(FIELD))
      this.#integers[place] = fields[name as keyof typeof FIELD];
    for (const [name, place] of Object.entries(DOUBLE))
      this.#doubles[place] = doubles[name as keyof typeof DOUBLE];
    // The sign bits of both shares, for polarities as they come.
    const minus = (polarity: number): boolean => signed && (polarity ^ Number(map.flipPolarity)) === 0;
    const signs = [0, 1].flatMap((polarity) => (minus(polarity) ? [-0, -0] : [0, 0]));
    new Float64Array(buffer, this.#at.signs, signs.length).set(signs);
  }
}

function hasSameMemory(one: PlacedPlan, other: PlacedPlan): boolean {
  return (
    one.cells === other.cells &&
    one.padded === other.padded &&
    one.bins === other.bins &&
    sameMap(one.map, other.map)
  );
}

/** Does what {@link PlainVoxels} does. */
export class KernelVoxels implements VoxelMaker {
  readonly #space: VoxelSpace;
  readonly #plan: PlacedPlan;

  constructor(space: VoxelSpace, plan: PlacedPlan) {
    this.#space = space;
    this.#plan = plan;
  }

  make(
    batches: readonly EventBatch[],
    startMicros: number,
    durationMicros: number,
    room?: FrameArray,
  ): Voxels {
    const { planes, ...account } = this.#space.make(this.#plan, batches, startMicros, durationMicros);
    const values = room ?? allocateCounts('float32', planes.length * this.#plan.pixels);
    planes.forEach((plane, i) => {
      values.set(plane, i * this.#plan.pixels);
    });
    return { values, ...account };
  }
}

const sharedSpace = oncePerThread(() => new VoxelSpace());

/** The fastest maker for a plan. */
export function createVoxels(plan: VoxelPlan): VoxelMaker {
  const whole = placed(plan);
  const space = stretches(whole).bytes > MAX_BYTES ? null : sharedSpace();
  return space === null ? new PlainVoxels(plan) : new KernelVoxels(space, whole);
}
