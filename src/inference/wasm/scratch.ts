/** Memory of one thread that kernels write to and nobody reads later. */
import type { ConvSpec, PackedLayer, Shape } from '../../network/index.ts';
import { blockBytes, SCRATCH_FIELDS, writeBlock, type BlockValues, type WINDOW_FIELDS } from './blocks.ts';
import { wordsFor } from './channel-order.ts';
import type { EngineMemory } from './memory.ts';
import type { CurrentsPlan, IntegerSourcePlan, SourcePlan } from './plan.ts';

/** What a stage asks for: bytes, and words of an output pixel. */
export interface ScratchNeeds {
  readonly lists: number;
  readonly gathered: number;
  readonly active: number;
  readonly sums: number;
  readonly words: number;
}

const NOTHING: ScratchNeeds = { lists: 0, gathered: 0, active: 0, sums: 0, words: 0 };

/** Lists of a stage stay below this where a band of one row allows it. */
const LIST_BUDGET_BYTES = 4 * 2 ** 20;
/** Writers of lists go past their end by less than this. */
const LIST_SLACK_BYTES = 128;
const COUNTER_BYTES = 512;
const NUMBERS_BYTES = 512;
const PAIR_BYTES = 64;
/** Entries of a round of the adders. */
const ROUND_ENTRIES = 256;

/** Where the lists of a stage's sources are, for a band of output rows and some time steps. */
export class ListLayout {
  readonly bandRows: number;
  readonly bytes: number;
  /** Fields of the blocks of the sources, and of the integer sources. */
  readonly sources: readonly ListFields[];
  readonly integerSources: readonly ListFields[];

  constructor({ sources, integerSources }: CurrentsPlan, outHeight: number, steps: number) {
    const lists = [...sources.map(listOf), ...integerSources.map(integerListOf)];
    this.bandRows = bandRowsFor(lists, outHeight, steps);
    let end = 0;
    const reserve = (bytes: number): number => {
      const at = end;
      end += Math.ceil(bytes / 64) * 64;
      return at;
    };
    const fields = lists.map((list) => {
      const rows = inputRows(list, this.bandRows);
      const startsStepBytes = list.startBytes * (rows * list.shape[1] + 1);
      const entriesStepBytes = list.rowBytes * rows + LIST_SLACK_BYTES;
      return {
        starts: reserve(steps * startsStepBytes),
        startBytes: list.startBytes,
        startsStepBytes,
        entries: reserve(steps * entriesStepBytes),
        entriesStepBytes,
      };
    });
    this.sources = fields.slice(0, sources.length);
    this.integerSources = fields.slice(sources.length);
    this.bytes = end;
  }
}

/** Fields of a `Window` of kernels/engine/blocks.ts. */
export type ListFields = BlockValues<typeof WINDOW_FIELDS>;

/** The lists of one source. */
interface List {
  /** The shape that the convolution sees. */
  readonly shape: Shape;
  readonly conv: PackedLayer<ConvSpec> | null;
  readonly startBytes: number;
  /** Bytes of the entries of an input row when all inputs are active. */
  readonly rowBytes: number;
}

function listOf({ kind, shape, conv }: SourcePlan): List {
  // A four counts twice in the list of twos.
  const entries = shape[1] * shape[2] * (kind === 'poolTwos' ? 2 : 1);
  return { shape, conv, startBytes: 4, rowBytes: 4 * entries };
}

function integerListOf({ conv }: IntegerSourcePlan): List {
  const { shape } = conv.input;
  return { shape, conv, startBytes: 8, rowBytes: 8 * shape[1] * Math.ceil(shape[2] / 2) };
}

/** Input rows that some output rows see. */
function inputRows({ conv, shape }: List, rows: number): number {
  if (conv === null) return 0;
  return Math.min(shape[0], (rows - 1) * conv.spec.stride + conv.spec.kernel);
}

function bandRowsFor(lists: readonly List[], outHeight: number, steps: number): number {
  const bytes = (rows: number): number =>
    lists.reduce((sum, list) => sum + steps * inputRows(list, rows) * list.rowBytes, 0);
  let rows = outHeight;
  while (rows > 1 && bytes(rows) > LIST_BUDGET_BYTES) rows = Math.ceil(rows / 2);
  return rows;
}

/** Bytes for what reaches one output pixel. */
export function gatheredBytes({
  sources,
  integerSources,
}: CurrentsPlan): Pick<ScratchNeeds, 'gathered' | 'active' | 'sums'> {
  const gathered = sources.reduce((sum, { conv, kind, shape }) => {
    const taps = conv === null ? 1 : conv.spec.kernel ** 2 * shape[2];
    return sum + 4 * taps * (kind === 'poolTwos' ? 2 : 1) + LIST_SLACK_BYTES;
  }, 0);
  const active = integerSources.reduce(
    (most, { conv }) => Math.max(most, 8 * (conv.spec.kernel ** 2 * Math.ceil(conv.input.shape[2] / 2) + 4)),
    0,
  );
  const sums = integerSources.reduce((most, { conv }) => {
    const [, width, channels] = conv.output.shape;
    // Sums, and the accumulators of neurons with one.
    return Math.max(most, 2 * NUMBERS_BYTES * width * wordsFor(channels));
  }, 0);
  return { gathered, active, sums };
}

/** The scratch memory of a thread; grows with what stages ask for. */
export class Scratch {
  /** Address of the block. */
  readonly block: number;
  /** Address of the counters of synaptic operations, `[slot][counter]`, f64. */
  readonly operations: number;
  readonly #memory: EngineMemory;
  readonly #counterCount: number;
  #size = NOTHING;
  #allocations: number[] = [];

  constructor(memory: EngineMemory, slots: number, counterCount: number) {
    this.#memory = memory;
    this.#counterCount = counterCount;
    this.block = memory.allocate(blockBytes(SCRATCH_FIELDS), 'scratch');
    this.operations = memory.allocate(8 * slots * counterCount, 'scratch');
    this.#write({});
  }

  /** Makes room for stages. @throws InferenceError `OUT_OF_MEMORY`. */
  require(needs: readonly ScratchNeeds[]): void {
    const most = (key: keyof ScratchNeeds): number =>
      needs.reduce((value, need) => Math.max(value, need[key]), this.#size[key]);
    const size = {
      lists: most('lists'),
      gathered: most('gathered'),
      active: most('active'),
      sums: most('sums'),
      words: most('words'),
    };
    if (Object.entries(size).every(([key, value]) => value === this.#size[key as keyof ScratchNeeds])) return;
    // Should the memory not do, the next run asks anew.
    this.#release();
    const entries = size.gathered / 4;
    const reserve = (bytes: number): number => {
      const address = this.#memory.allocate(bytes, 'scratch');
      this.#allocations.push(address);
      return address;
    };
    const carryBytes = PAIR_BYTES * (Math.ceil(entries / 32) + Math.ceil(entries / ROUND_ENTRIES) + 8);
    const places = {
      lists: reserve(size.lists),
      gathered: reserve(size.gathered),
      active: reserve(size.active),
      sums: reserve(size.sums),
      // Two words of counters are written at once.
      counters: reserve(COUNTER_BYTES * (size.words + 1)),
      currents: reserve(NUMBERS_BYTES * size.words),
      slots: reserve(PAIR_BYTES * (ROUND_ENTRIES / 8 + 4)),
      carries: reserve(2 * carryBytes),
      carryBytes,
    };
    this.#size = size;
    this.#write(places);
  }

  /** Operations of a counter in a slot since they were last cleared. */
  operationsOf(slot: number, counter: number): number {
    return this.#memory.views.f64[this.operations / 8 + slot * this.#counterCount + counter]!;
  }

  /** Clears the counters of some slots. */
  clearOperations(slot: number, slots: number): void {
    const from = this.operations / 8 + slot * this.#counterCount;
    this.#memory.views.f64.fill(0, from, from + slots * this.#counterCount);
  }

  free(): void {
    this.#release();
    this.#memory.free(this.block);
    this.#memory.free(this.operations);
  }

  #write(places: BlockValues<typeof SCRATCH_FIELDS>): void {
    writeBlock(this.#memory.views, this.block, SCRATCH_FIELDS, {
      ...places,
      operations: this.operations,
      counterCount: this.#counterCount,
    });
  }

  #release(): void {
    for (const address of this.#allocations) this.#memory.free(address);
    this.#allocations = [];
    this.#size = NOTHING;
  }
}
