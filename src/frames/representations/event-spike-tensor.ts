/** Times of events, spread over bins by a kernel. */
import { allocateCounts } from '../counts.ts';
import type { PixelMap } from '../pixel-map.ts';
import { PlacedMaker, type PlacedEvents } from '../placed-maker.ts';
import { defineRepresentation, type AnyRepresentation, type MadeFrame } from '../representation.ts';
import { spanOf } from '../step-span.ts';
import type { EventSlice, FrameArray } from '../types.ts';

interface TensorOptions {
  readonly bins: number;
  readonly measure: 'time' | 'count';
  readonly span: 'step' | 'events';
}

class SpikeTensorMaker extends PlacedMaker {
  readonly #options: TensorOptions;
  readonly #sums: Float64Array;
  #start = 0;
  #duration = 1;

  constructor(map: PixelMap, options: TensorOptions) {
    super(map);
    this.#options = options;
    this.#sums = new Float64Array(2 * options.bins * this.pixels);
  }

  protected override begin(step: EventSlice): void {
    const [start, end] = spanOf(step, this.#options.span);
    this.#start = start;
    this.#duration = end > start ? end - start : 1;
  }

  protected add({ batch: { t, p }, from, to, at, flip }: PlacedEvents): void {
    const { bins, measure } = this.#options;
    const sums = this.#sums;
    const { pixels } = this;
    const [start, duration] = [this.#start, this.#duration];
    const byTime = measure === 'time';
    for (let i = from; i < to; i++) {
      const place = at[i - from]!;
      if (place < 0) continue;
      const time = Math.max(0, Math.min(1, (t[i]! - start) / duration));
      const position = time * (bins - 1);
      const bin = position | 0;
      const later = position - bin;
      const value = byTime ? time : 1;
      const cell = place + Math.imul((p[i]! ^ flip) * bins + bin, pixels);
      sums[cell]! += value * (1 - later);
      if (later > 0) sums[cell + pixels]! += value * later;
    }
  }

  protected end(_: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'> {
    const values = room ?? allocateCounts('float32', this.#sums.length);
    values.set(this.#sums);
    this.#sums.fill(0);
    return { values, saturated: 0, unrepresented: 0 };
  }
}

/** The event spike tensor with its kernel before training. */
export const eventSpikeTensor: AnyRepresentation = defineRepresentation({
  id: 'event-spike-tensor',
  summary: 'normalised times of events, spread over bins by a triangular kernel',
  source: 'Gehrig et al. 2019 (EST), with the trilinear kernel',
  example: 'event-spike-tensor=bins:9',
  rule: 'An event at time t of a span from s to e has the time τ = (t − s)/(e − s), and adds τ k(τ − i/(bins − 1)) to bin i of its polarity, k(x) = max(0, 1 − |x|(bins − 1)). Sums are float64, rounded to float32 once. The published code divides t by its largest value, so that its s is the time 0 of the recording, and its kernel is trained from this one. Where the span is 0 all times are 0; events before or behind the span count at its border.',
  options: {
    bins: {
      kind: 'integer',
      min: 2,
      max: 128,
      unit: 'bins',
      default: 9,
      text: 'of a time step and a polarity',
    },
    measure: {
      kind: 'choice',
      choices: ['time', 'count'],
      default: 'time',
      text: 'what an event adds: time: τ, as published; count: 1',
    },
    span: {
      kind: 'choice',
      choices: ['step', 'events'],
      default: 'step',
      text: "step: from the step's beginning to its end; events: from its first event to its last",
    },
  },
  form: ({ bins }) => ({
    channels: ['OFF', 'ON'].flatMap((polarity) =>
      Array.from({ length: bins }, (_, bin) => `${polarity}, bin ${bin}`),
    ),
    elements: 'float32',
    largest: null,
    memory: 'step',
  }),
  create: ({ map }, options) => new SpikeTensorMaker(map, options),
});
