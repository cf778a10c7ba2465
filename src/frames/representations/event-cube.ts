/** Events, shared between the two nearest of a step's micro bins. */
import { allocateCounts } from '../counts.ts';
import type { PixelMap } from '../pixel-map.ts';
import { PlacedMaker, type PlacedEvents } from '../placed-maker.ts';
import { defineRepresentation, type AnyRepresentation, type MadeFrame } from '../representation.ts';
import { spanOf } from '../step-span.ts';
import type { EventSlice, FrameArray } from '../types.ts';

interface CubeOptions {
  readonly bins: number;
  readonly edge: 'clamp' | 'drop';
  readonly polarity: 'split' | 'signed';
  readonly most: number;
  readonly clip: number;
}

class EventCubeMaker extends PlacedMaker {
  readonly #options: CubeOptions;
  readonly #sums: Float64Array;
  #start = 0;
  #duration = 1;

  constructor(map: PixelMap, options: CubeOptions) {
    super(map);
    this.#options = options;
    this.#sums = new Float64Array(options.bins * (options.polarity === 'split' ? 2 : 1) * this.pixels);
  }

  protected override begin(step: EventSlice): void {
    const [start, end] = spanOf(step, 'step');
    this.#start = start;
    this.#duration = end > start ? end - start : 1;
  }

  protected add({ batch: { t, p }, from, to, at, flip }: PlacedEvents): void {
    const { bins, edge, polarity } = this.#options;
    const sums = this.#sums;
    const { pixels } = this;
    const [start, duration] = [this.#start, this.#duration];
    const split = polarity === 'split' ? 1 : 0;
    const stride = (1 + split) * pixels;
    const clamps = edge === 'clamp';
    for (let i = from; i < to; i++) {
      const place = at[i - from]!;
      if (place < 0) continue;
      const on = p[i]! ^ flip;
      const raw = ((t[i]! - start) * bins) / duration - 0.5;
      const position = Math.max(-0.5, Math.min(bins - 0.5, raw));
      const left = Math.floor(position);
      const later = position - left;
      const value = split === 1 || on === 1 ? 1 : -1;
      const cell = place + on * split * pixels;
      if (left >= 0) sums[cell + left * stride]! += value * (1 - later);
      else if (clamps) sums[cell]! += value * (1 - later);
      if (left + 1 < bins) sums[cell + (left + 1) * stride]! += value * later;
      else if (clamps) sums[cell + left * stride]! += value * later;
    }
  }

  protected end(_: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'> {
    const { most, clip } = this.#options;
    const sums = this.#sums;
    const values = room ?? allocateCounts('float32', sums.length);
    for (let i = 0; i < sums.length; i++) {
      const value = sums[i]! / most;
      values[i] = clip > 0 ? Math.max(-clip, Math.min(clip, value)) : value;
    }
    sums.fill(0);
    return { values, saturated: 0, unrepresented: 0 };
  }
}

/** An event volume, bilinear in time between the middles of bins. */
export const eventCube: AnyRepresentation = defineRepresentation({
  id: 'event-cube',
  summary: 'events spread over micro bins, bilinear in time between the middles of bins',
  source: "OpenEB's event_cube processor",
  example: 'event-cube=bins:3',
  rule: 'An event at time t of a step from s that lasts D has the position τ = (t − s) bins/D − 0.5, and adds 1 − f to bin ⌊τ⌋ and f = τ − ⌊τ⌋ to the next; channel = polarity + 2 bin. Sums are float64, rounded to float32 once. Events out of order, before or behind the step, count at its border; where the step has no duration all are in bin 0.',
  options: {
    bins: { kind: 'integer', min: 1, max: 128, unit: 'bins', default: 3, text: 'of a time step' },
    edge: {
      kind: 'choice',
      choices: ['clamp', 'drop'],
      default: 'clamp',
      text: "a share in front of the first or behind the last bin: clamp: it stays in that bin, OpenEB's Python; drop: it is left out, OpenEB's C++",
    },
    polarity: {
      kind: 'choice',
      choices: ['split', 'signed'],
      default: 'split',
      text: 'split: a channel for each; signed: OFF counts as −1',
    },
    most: {
      kind: 'number',
      min: 1e-6,
      max: 1e9,
      default: 1,
      text: 'values are divided by it (max_incr_per_pixel)',
    },
    clip: {
      kind: 'number',
      min: 0,
      max: 1e9,
      default: 0,
      text: 'values stop there on both sides; 0: nowhere',
    },
  },
  presets: { 'openeb-python': { edge: 'clamp' }, 'openeb-cpp': { edge: 'drop' } },
  form: ({ bins, polarity, clip }) => ({
    channels: Array.from({ length: bins }, (_, bin) =>
      polarity === 'split' ? [`bin ${bin}, OFF`, `bin ${bin}, ON`] : [`bin ${bin}`],
    ).flat(),
    elements: 'float32',
    largest: clip > 0 ? clip : null,
    memory: 'step',
  }),
  create: ({ map }, options) => new EventCubeMaker(map, options),
});
