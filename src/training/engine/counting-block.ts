/**
 * What products on vertical counters work in: a block of addresses, and rooms that one product uses at a time. Rows of weights
 * and maps are for all threads; lists, counters and sums each thread has for itself.
 */
import { Own } from './crew.ts';
import type { OwnBlock } from './rooms.ts';
import { Layout } from './space.ts';
import type { PlanContext, RunContext } from './stage.ts';

/** Levels of lists, in kernels/training/counters.ts. */
const LEVELS = 16;
/** Carries of two words of a piece of a list. */
const CARRY_BYTES = 8192;
/** Off the powers of two, which would meet in the caches. */
const APART = 320;

/** The block in the order of kernels/training/counters.ts. */
const FIELDS = [
  'words',
  'alpha',
  'table',
  'zeros',
  'lists',
  'listBytes',
  'starts',
  'gathered',
  'counters',
  'slots',
  'carries',
  'carryBytes',
  'scratch',
  'maps',
  'mapBytes',
  'windows',
  'pixelBytes',
  'columns',
  'tile',
] as const;
type Field = (typeof FIELDS)[number];

/** Numbers of what a product needs; what it does not use is 0. */
export interface CountingSizes {
  /** Words of 128 channels that are summed. */
  readonly words: number;
  /** Of the rows of signs, which are made for each product; or where they are. */
  readonly tableBytes?: number;
  readonly table?: number;
  /** Lists, and entries of the longest one. */
  readonly lists: number;
  readonly entries: number;
  /** Pixels whose entries are listed one behind the other. */
  readonly pixels: number;
  /** Entries that are added at a time. */
  readonly gathered: number;
  /** Of rows of a map's bits, for each bit. */
  readonly mapBytes?: number;
  readonly bits?: number;
  /** Output pixels of a chunk. */
  readonly chunkPixels?: number;
  readonly tileBytes?: number;
}

/** See the file comment. */
export class CountingBlock {
  readonly #plan: PlanContext;
  readonly #block: OwnBlock;
  readonly #numbers: Readonly<Partial<Record<Field, number>>>;
  readonly #offsets: Readonly<Partial<Record<Field, number>>>;
  readonly #table: number | undefined;
  #run!: RunContext;

  constructor(sizes: CountingSizes, plan: PlanContext) {
    const { words, tableBytes = 0, table, lists, entries, pixels, gathered } = sizes;
    const { mapBytes = 0, bits = 0, chunkPixels = 0, tileBytes = 0 } = sizes;
    const listBytes = 4 * entries + APART;
    const pixelBytes = 16 * Math.ceil(chunkPixels / 16) + APART;
    const layout = new Layout();
    // Nobody ever writes to the row of zeros.
    const zeros = plan.layout.reserve(16 * words);
    this.#numbers = { words, zeros, listBytes, carryBytes: CARRY_BYTES, mapBytes, pixelBytes };
    this.#offsets = {
      lists: layout.reserve(lists * listBytes),
      starts: layout.reserve((pixels + 1) * 4 * LEVELS),
      gathered: layout.reserve(4 * gathered + 256),
      counters: layout.reserve(512 * words),
      slots: layout.reserve(4096),
      carries: layout.reserve(2 * CARRY_BYTES),
      scratch: layout.reserve(1024),
      columns: layout.reserve(9 * pixelBytes),
      tile: layout.reserve(tileBytes),
    };
    plan.rooms.needOwn('counting', layout.bytes);
    plan.rooms.need('signRows', tableBytes);
    plan.rooms.need('mapRows', bits * mapBytes);
    plan.rooms.need('windows', bits * pixelBytes);
    this.#block = plan.rooms.reserveBlock(4 * FIELDS.length);
    this.#table = table;
    this.#plan = plan;
  }

  start(run: RunContext): void {
    const { rooms } = this.#plan;
    this.#run = run;
    for (let thread = 0; thread < rooms.threads; thread++) {
      const words = run.space.words(rooms.blockAt(this.#block, thread), FIELDS.length);
      words.set(FIELDS.map((field) => this.#valueOf(field, thread)));
    }
  }

  /** The block of the thread that runs a call. */
  get own(): Own {
    return this.#plan.rooms.block(this.#block);
  }

  /** What scratch a call may use beside. */
  get scratch(): Own {
    const { address } = this.#plan.rooms.own('counting');
    return new Own(address + this.#offsets.scratch!);
  }

  #valueOf(field: Field, thread: number): number {
    const { rooms } = this.#plan;
    if (field === 'table') return this.#table ?? rooms.at('signRows');
    if (field === 'maps') return rooms.at('mapRows');
    if (field === 'windows') return rooms.at('windows');
    const offset = this.#offsets[field];
    return offset === undefined ? (this.#numbers[field] ?? 0) : rooms.ownAt('counting', thread) + offset;
  }

  /** Of the rooms that all threads share. */
  at(field: 'table' | 'maps' | 'windows' | 'mapBytes' | 'pixelBytes'): number {
    return this.#valueOf(field, 0);
  }

  /** Before a product, while no thread computes: sets the level that sums are counted in. */
  enter(alpha: number): void {
    const { rooms } = this.#plan;
    for (let thread = 0; thread < rooms.threads; thread++)
      this.#run.space.floats(rooms.blockAt(this.#block, thread) + 4, 1)[0] = alpha;
  }
}

/** Lists of all levels. */
export const ALL_LEVELS: number = LEVELS;
