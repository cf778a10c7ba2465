/** What products on vertical counters work in: a block of addresses, and a room that one product uses at a time. */
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
  /** Of the rows of signs. */
  readonly tableBytes: number;
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
  readonly address: number;
  readonly #plan: PlanContext;
  readonly #words: number;
  readonly #numbers: Readonly<Partial<Record<Field, number>>>;
  readonly #offsets: Readonly<Partial<Record<Field, number>>>;
  #run!: RunContext;

  constructor(sizes: CountingSizes, plan: PlanContext) {
    const { words, tableBytes, lists, entries, pixels, gathered } = sizes;
    const { mapBytes = 0, bits = 0, chunkPixels = 0, tileBytes = 0 } = sizes;
    const listBytes = 4 * entries + APART;
    const pixelBytes = 16 * Math.ceil(chunkPixels / 16) + APART;
    const layout = new Layout();
    this.#numbers = { words, listBytes, carryBytes: CARRY_BYTES, mapBytes, pixelBytes };
    this.#offsets = {
      table: layout.reserve(tableBytes),
      zeros: layout.reserve(16 * words),
      lists: layout.reserve(lists * listBytes),
      starts: layout.reserve((pixels + 1) * 4 * LEVELS),
      gathered: layout.reserve(4 * gathered + 256),
      counters: layout.reserve(512 * words),
      slots: layout.reserve(4096),
      carries: layout.reserve(2 * CARRY_BYTES),
      scratch: layout.reserve(1024),
      maps: layout.reserve(bits * mapBytes),
      windows: layout.reserve(bits * pixelBytes),
      columns: layout.reserve(9 * pixelBytes),
      tile: layout.reserve(tileBytes),
    };
    plan.rooms.need('counting', layout.bytes);
    this.address = plan.layout.reserve(4 * FIELDS.length);
    this.#plan = plan;
    this.#words = words;
  }

  start(run: RunContext): void {
    this.#run = run;
    run.space.words(this.address, FIELDS.length).set(FIELDS.map((field) => this.at(field)));
  }

  /** A number of the block. */
  at(field: Field): number {
    const offset = this.#offsets[field];
    return offset === undefined ? (this.#numbers[field] ?? 0) : this.#plan.rooms.at('counting') + offset;
  }

  /** Before a product, as the room was another's: sets the level that sums are counted in. */
  enter(alpha: number): void {
    const { space } = this.#run;
    space.floats(this.address + 4, 1)[0] = alpha;
    const zeros = this.at('zeros');
    space.u8.fill(0, zeros, zeros + 16 * this.#words);
  }
}

/** Lists of all levels. */
export const ALL_LEVELS: number = LEVELS;
