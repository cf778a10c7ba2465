/** Polarities, spread over the bins of a time step that are next to their time. */
import { allocateCounts } from '../counts.ts';
import type { PixelMap } from '../pixel-map.ts';
import { PlacedMaker, type PlacedEvents } from '../placed-maker.ts';
import { defineRepresentation, type AnyRepresentation, type MadeFrame } from '../representation.ts';
import { spanOf } from '../step-span.ts';
import type { EventSlice, FrameArray } from '../types.ts';

interface VoxelOptions {
  readonly bins: number;
  readonly edge: 'keep' | 'drop';
  readonly span: 'step' | 'events';
  readonly polarity: 'signed' | 'split' | 'ignored';
}

class VoxelGridMaker extends PlacedMaker {
  readonly #options: VoxelOptions;
  /** One bin more than the frame has: what goes there is dropped. */
  readonly #sums: Float64Array;
  /** Bins of a polarity's part. */
  readonly #bins: number;
  #start = 0;
  #duration = 1;
  #unrepresented = 0;

  constructor(map: PixelMap, options: VoxelOptions) {
    super(map);
    this.#options = options;
    this.#bins = options.bins + 1;
    this.#sums = new Float64Array(this.#bins * (options.polarity === 'split' ? 2 : 1) * this.pixels);
  }

  protected override begin(step: EventSlice): void {
    const [start, end] = spanOf(step, this.#options.span);
    this.#start = start;
    // Events of one time all lie at the beginning.
    this.#duration = end > start ? end - start : 1;
    this.#unrepresented = 0;
  }

  protected add({ batch: { t, p }, from, to, at, flip }: PlacedEvents): void {
    const { bins, edge, polarity } = this.#options;
    const sums = this.#sums;
    const { pixels } = this;
    const start = this.#start;
    const duration = this.#duration;
    const most = edge === 'keep' ? bins - 1 : bins;
    const negative = polarity === 'signed' ? 1 : 0;
    const part = polarity === 'split' ? this.#bins * pixels : 0;
    let dropped = 0;
    for (let i = from; i < to; i++) {
      const place = at[i - from]!;
      if (place < 0) continue;
      const on = p[i]! ^ flip;
      // The order of operations is the peers'.
      const position = Math.max(0, Math.min(most, (most * (t[i]! - start)) / duration));
      const bin = position | 0;
      const later = position - bin;
      const sign = 1 - 2 * (negative & (on ^ 1));
      const cell = place + Math.imul(bin, pixels) + on * part;
      sums[cell]! += sign * (1 - later);
      if (later > 0) sums[cell + pixels]! += sign * later;
      dropped += bin === bins ? 1 : 0;
    }
    this.#unrepresented += dropped;
  }

  protected end(_: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'> {
    const length = this.#options.bins * this.pixels;
    const parts = this.#options.polarity === 'split' ? 2 : 1;
    const values = room ?? allocateCounts('float32', parts * length);
    for (let part = 0; part < parts; part++) {
      const from = part * this.#bins * this.pixels;
      values.set(this.#sums.subarray(from, from + length), part * length);
    }
    this.#sums.fill(0);
    return { values, saturated: 0, unrepresented: this.#unrepresented };
  }
}

const binNames = (bins: number, of = ''): string[] =>
  Array.from({ length: bins }, (_, bin) => `${of}bin ${bin}`);

/** Bilinear in time: an event is shared between the two bins that its time lies between. */
export const voxelGrid: AnyRepresentation = defineRepresentation({
  id: 'voxel-grid',
  summary: 'polarities spread over time bins, bilinear in time',
  source: "E2VID (events_to_voxel_grid), event_utils, event-vision-library; Tonic's ToVoxelGrid",
  example: 'voxel-grid=bins:5',
  rule: 'An event at time t of a span from s to e has the position τ = (bins − 1)(t − s)/(e − s), and adds 1 − f to bin ⌊τ⌋ and f = τ − ⌊τ⌋ to the next, with the sign of its polarity. Sums are float64, rounded to float32 once. Where the span is 0 all events are in bin 0; events out of order, before or behind the span, count at its border.',
  options: {
    bins: { kind: 'integer', min: 1, max: 256, unit: 'bins', default: 5, text: 'of a time step' },
    edge: {
      kind: 'choice',
      choices: ['keep', 'drop'],
      default: 'keep',
      text: "keep: E2VID's, the last event belongs to the last bin; drop: Tonic's, τ = bins (t − s)/(e − s), and what falls behind the last bin is left out: an event at e, and a share of those just before it",
    },
    span: {
      kind: 'choice',
      choices: ['step', 'events'],
      default: 'step',
      text: "step: from the step's beginning to its end; events: from its first event to its last, as the peers",
    },
    polarity: {
      kind: 'choice',
      choices: ['signed', 'split', 'ignored'],
      default: 'signed',
      text: 'signed: OFF counts as −1; split: each has its own bins, OFF first; ignored: OFF counts as +1, as in Tonic where polarities are boolean',
    },
  },
  presets: {
    e2vid: { edge: 'keep', span: 'events', polarity: 'signed' },
    tonic: { edge: 'drop', span: 'events', polarity: 'signed' },
    'tonic-bool': { edge: 'drop', span: 'events', polarity: 'ignored' },
  },
  form: ({ bins, polarity }) => ({
    channels: polarity === 'split' ? [...binNames(bins, 'OFF, '), ...binNames(bins, 'ON, ')] : binNames(bins),
    elements: 'float32',
    largest: null,
    memory: 'step',
  }),
  create: ({ map }, options) => new VoxelGridMaker(map, options),
});
