/** How long ago each pixel had its last event. */
import type { EventBatch } from '../../events/index.ts';
import { firstStepBack } from '../../events/time-order.ts';
import { allocateCounts } from '../counts.ts';
import type { PixelMap } from '../pixel-map.ts';
import {
  defineRepresentation,
  POLARITIES,
  type AnyRepresentation,
  type FrameMaker,
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

class TimeSurfaceMaker implements FrameMaker {
  readonly #map: PixelMap;
  readonly #options: SurfaceOptions;
  readonly #countType: CountType;
  /** Time of the last event of each polarity and pixel; −∞: none. */
  readonly #last: Float64Array;
  readonly #limits: Float64Array;
  #newest = -Infinity;
  #segment: number | null = null;

  constructor({ map, countType }: FrameUse, options: SurfaceOptions) {
    this.#map = map;
    this.#options = options;
    this.#countType = countType;
    this.#last = new Float64Array(2 * map.output.width * map.output.height).fill(-Infinity);
    this.#limits = levelLimits(options);
  }

  forget(): void {
    this.#last.fill(-Infinity);
    this.#newest = -Infinity;
  }

  make({ step, segment, batches, endMicros }: EventSlice, room?: FrameArray): MadeFrame {
    const { memory, levels, decay } = this.#options;
    const anew = memory === 'step' || segment !== this.#segment || (memory === 'window' && step === 0);
    if (anew) this.forget();
    this.#segment = segment;
    let outside = 0;
    for (const batch of batches) outside += this.#note(batch);
    const type = levels === 0 ? 'float32' : this.#countType;
    const values = room ?? allocateCounts(type, this.#last.length);
    if (levels > 0) this.#writeLevels(endMicros, values);
    else if (decay === 'linear') this.#writeLinear(endMicros, values);
    else this.#writeExponential(endMicros, values);
    return { values, saturated: 0, outside, unrepresented: 0 };
  }

  #note(batch: EventBatch): number {
    const { t, length } = batch;
    if (length === 0) return 0;
    const sorted = firstStepBack(t, 0, length) === length;
    const note = sorted && t[0]! >= this.#newest && this.#map.identity ? noteInOrder : noteLatest;
    for (let i = sorted ? length - 1 : 0; i < length; i++) if (t[i]! > this.#newest) this.#newest = t[i]!;
    return note(batch, this.#last, this.#map);
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
    const oldest = limits[0]!;
    for (let i = 0; i < last.length; i++) {
      const age = end - last[i]!;
      // Most pixels, where few have events.
      if (age > oldest) {
        values[i] = 0;
        continue;
      }
      let low = 1;
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

/**
 * Notes times that come in order, none earlier than any that is known: what is noted is not looked at. That makes 180 million events a
 * second of 90 (one core, Node 20). Returns how many events lay outside the sensor.
 */
function noteInOrder(
  { t, x, y, p, length }: EventBatch,
  last: Float64Array,
  { sensor: { width, height } }: PixelMap,
): number {
  const pixels = width * height;
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const column = x[i]!;
    const row = y[i]!;
    if (column >= width || row >= height) outside++;
    else last[(-p[i]! & pixels) + Math.imul(row, width) + column] = t[i]!;
  }
  return outside;
}

/** Notes the latest times, whatever their order, in a frame of any size and orientation. */
function noteLatest({ t, x, y, p, length }: EventBatch, last: Float64Array, map: PixelMap): number {
  const { columns, rows, sensor, output } = map;
  const pixels = output.width * output.height;
  const flip = map.flipPolarity ? 1 : 0;
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const column = x[i]!;
    const row = y[i]!;
    const at = column < sensor.width && row < sensor.height ? columns[column]! + rows[row]! : -1;
    if (at < 0) {
      outside++;
      continue;
    }
    const cell = (-(p[i]! ^ flip) & pixels) + at;
    const time = t[i]!;
    if (time > last[cell]!) last[cell] = time;
  }
  return outside;
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
  create: (use, options) => new TimeSurfaceMaker(use, options),
});
