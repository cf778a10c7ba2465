/** How long ago each pixel had its last event. */
import { allocateCounts } from '../counts.ts';
import type { PixelMap } from '../pixel-map.ts';
import { PlacedMaker, type PlacedEvents } from '../placed-maker.ts';
import {
  defineRepresentation,
  POLARITIES,
  type AnyRepresentation,
  type FrameUse,
  type MadeFrame,
} from '../representation.ts';
import type { CountType, EventSlice, FrameArray } from '../types.ts';

interface SurfaceOptions {
  readonly tauMicros: number;
  readonly decay: 'exponential' | 'linear';
  readonly levels: number;
  readonly memory: 'step' | 'window' | 'stream';
}

/** Of a microsecond, in which ages are compared: far above what the logarithms of two machines differ by. */
const AGE_STEPS = 1024;

class TimeSurfaceMaker extends PlacedMaker {
  readonly #options: SurfaceOptions;
  readonly #countType: CountType;
  /** Time of the last event of each polarity and pixel; −∞: none. */
  readonly #last: Float64Array;
  readonly #limits: Float64Array;
  #segment: number | null = null;

  constructor(map: PixelMap, { countType }: FrameUse, options: SurfaceOptions) {
    super(map);
    this.#options = options;
    this.#countType = countType;
    this.#last = new Float64Array(2 * this.pixels).fill(-Infinity);
    this.#limits = levelLimits(options);
  }

  override forget(): void {
    this.#last.fill(-Infinity);
  }

  protected override begin({ step, segment }: EventSlice): void {
    const { memory } = this.#options;
    const anew = memory === 'step' || segment !== this.#segment || (memory === 'window' && step === 0);
    if (anew) this.forget();
    this.#segment = segment;
  }

  protected add({ batch: { t, p }, from, to, at, flip }: PlacedEvents): void {
    const last = this.#last;
    const { pixels } = this;
    for (let i = from; i < to; i++) {
      const place = at[i - from]!;
      if (place < 0) continue;
      const cell = place + (-(p[i]! ^ flip) & pixels);
      const time = t[i]!;
      if (time > last[cell]!) last[cell] = time;
    }
  }

  protected end({ endMicros }: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'> {
    const { levels } = this.#options;
    const type = levels === 0 ? 'float32' : this.#countType;
    const values = room ?? allocateCounts(type, 2 * this.pixels);
    if (levels > 0) this.#writeLevels(endMicros, values);
    else if (this.#options.decay === 'linear') this.#writeLinear(endMicros, values);
    else this.#writeExponential(endMicros, values);
    return { values, saturated: 0, unrepresented: 0 };
  }

  #writeExponential(end: number, values: FrameArray): void {
    const { tauMicros } = this.#options;
    const last = this.#last;
    for (let i = 0; i < last.length; i++) {
      const time = last[i]!;
      values[i] = time === -Infinity ? 0 : Math.exp(-Math.max(0, end - time) / tauMicros);
    }
  }

  #writeLinear(end: number, values: FrameArray): void {
    const { tauMicros } = this.#options;
    const last = this.#last;
    for (let i = 0; i < last.length; i++)
      values[i] = Math.max(0, 1 - Math.max(0, end - last[i]!) / tauMicros);
  }

  /** As many limits as an age does not pass. */
  #writeLevels(end: number, values: FrameArray): void {
    const last = this.#last;
    const limits = this.#limits;
    for (let i = 0; i < last.length; i++) {
      const age = end - last[i]!;
      let low = 0;
      let high = limits.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (age <= limits[middle]!) low = middle + 1;
        else high = middle;
      }
      values[i] = low;
    }
  }
}

/** Entry k − 1: the largest age of level k, at which the surface times the highest level rounds to k. */
function levelLimits({ tauMicros, decay, levels }: SurfaceOptions): Float64Array {
  const limits = new Float64Array(Math.max(0, levels - 1));
  for (let level = 1; level < levels; level++) {
    const surface = (level - 0.5) / (levels - 1);
    const age = decay === 'linear' ? tauMicros * (1 - surface) : -tauMicros * Math.log(surface);
    limits[level - 1] = Math.round(age * AGE_STEPS) / AGE_STEPS;
  }
  return limits;
}

/** 1 where a pixel has just had an event, less the longer ago it was. */
export const timeSurface: AnyRepresentation = defineRepresentation({
  id: 'time-surface',
  summary: 'how long ago each pixel had its last event of a polarity, decaying from 1 to 0',
  source: "Lagorce et al. 2017 (HOTS); Tonic's ToTimesurface",
  example: 'time-surface=tauMicros:50ms,levels:16',
  rule: "A pixel whose last event is Δ before the end of the step has exp(−Δ/τ), or 1 − Δ/τ and at least 0 where it is linear; one without any has 0. With levels the value is the nearest whole number to that times the highest level. The latest event counts, whatever their order; one behind the step's end counts as at its end. A reset of the camera's clock and a gap of the stream forget everything.",
  options: {
    tauMicros: {
      kind: 'number',
      min: 1,
      max: 1e12,
      unit: 'µs',
      default: 50_000,
      text: 'τ: after so long e⁻¹ is left, or nothing where it is linear',
    },
    decay: {
      kind: 'choice',
      choices: ['exponential', 'linear'],
      default: 'exponential',
      text: 'of the surface',
    },
    levels: {
      kind: 'integer',
      min: 0,
      max: 256,
      unit: 'levels',
      default: 0,
      text: 'values are the whole numbers from 0 to levels − 1, which networks take; 0: fractions',
    },
    memory: {
      kind: 'choice',
      choices: ['window', 'stream', 'step'],
      default: 'window',
      text: 'events that a surface knows: those of its window up to its step, those of the stream, or those of its step only',
    },
  },
  presets: { tonic: { decay: 'exponential', levels: 0, memory: 'stream' } },
  check: ({ levels }) => (levels === 1 ? 'levels must be 0 or at least 2' : null),
  form: ({ levels, memory }) => ({
    channels: POLARITIES,
    elements: levels === 0 ? 'float32' : 'unsigned',
    largest: levels === 0 ? 1 : levels - 1,
    memory,
  }),
  create: (use, options) => new TimeSurfaceMaker(use.map, use, options),
});
