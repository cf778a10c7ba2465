/** Binary frames, read as the bits of a number. */
import { allocateCounts, frameType } from '../counts.ts';
import type { PixelMap } from '../pixel-map.ts';
import { PlacedMaker, type PlacedEvents } from '../placed-maker.ts';
import {
  defineRepresentation,
  POLARITIES,
  type AnyRepresentation,
  type FrameUse,
  type MadeFrame,
} from '../representation.ts';
import { spanOf } from '../step-span.ts';
import type { CountType, EventSlice, FrameArray } from '../types.ts';

interface BinaRepOptions {
  readonly bits: number;
  readonly parts: 'time' | 'events';
  readonly values: 'fraction' | 'levels';
}

class BinaRepMaker extends PlacedMaker {
  readonly #options: BinaRepOptions;
  readonly #countType: CountType;
  readonly #numbers: Uint16Array;
  #start = 0;
  #duration = 1;
  /** Events of the step, and of them those that came. */
  #events = 0;
  #seen = 0;

  constructor(map: PixelMap, { countType }: FrameUse, options: BinaRepOptions) {
    super(map);
    this.#options = options;
    this.#countType = countType;
    this.#numbers = new Uint16Array(2 * this.pixels);
  }

  protected override begin(step: EventSlice): void {
    const [start, end] = spanOf(step, 'step');
    this.#start = start;
    this.#duration = end > start ? end - start : 1;
    this.#events = step.batches.reduce((sum, { length }) => sum + length, 0);
    this.#seen = 0;
  }

  protected add({ batch: { t, p }, from, to, at, flip }: PlacedEvents): void {
    const { bits, parts } = this.#options;
    const numbers = this.#numbers;
    const { pixels } = this;
    const byTime = parts === 'time';
    const share = Math.max(1, Math.floor(this.#events / bits));
    for (let i = from; i < to; i++) {
      const place = at[i - from]!;
      if (place < 0) continue;
      const part = byTime
        ? Math.floor(((t[i]! - this.#start) * bits) / this.#duration)
        : Math.floor((this.#seen + i - from) / share);
      const bit = bits - 1 - Math.max(0, Math.min(bits - 1, part));
      numbers[place + (-(p[i]! ^ flip) & pixels)]! |= 1 << bit;
    }
    this.#seen += to - from;
  }

  protected end(_: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'> {
    const { bits, values: form } = this.#options;
    const numbers = this.#numbers;
    const type = frameType(form === 'fraction' ? 'float32' : 'unsigned', this.#countType);
    const values = room ?? allocateCounts(type, numbers.length);
    const divisor = form === 'fraction' ? 2 ** bits - 1 : 1;
    for (let i = 0; i < numbers.length; i++) values[i] = numbers[i]! / divisor;
    numbers.fill(0);
    return { values, saturated: 0, unrepresented: 0 };
  }
}

/** N binary frames of a step as the N bits of a number, the first one the highest. */
export const binaRep: AnyRepresentation = defineRepresentation({
  id: 'bina-rep',
  summary: 'binary frames of equal parts of a step, as the bits of a number, the first one the highest',
  source: "Barchid et al. 2022 (Bina-Rep); Tonic's ToBinaRep",
  example: 'bina-rep=bits:4,values:levels',
  rule: 'Bit N − 1 − j of a pixel is 1 where it has any event in part j of its step. Parts are [s + jD/N, s + (j + 1)D/N) of a step from s that lasts D, or ⌊n/N⌋ of its n events in the order in which they came, the last part with the rest. Events before or behind the step count in the first or last part. Tonic makes the parts with its ToFrame: steps of N of its windows are the same.',
  options: {
    bits: { kind: 'integer', min: 1, max: 8, unit: 'bits', default: 8, text: 'N: parts of a step' },
    parts: {
      kind: 'choice',
      choices: ['time', 'events'],
      default: 'time',
      text: 'equal in time, or in events',
    },
    values: {
      kind: 'choice',
      choices: ['fraction', 'levels'],
      default: 'fraction',
      text: 'fraction: the number divided by 2^N − 1; levels: the number, which networks take',
    },
  },
  form: ({ bits, values }) => ({
    channels: POLARITIES,
    elements: values === 'fraction' ? 'float32' : 'unsigned',
    largest: values === 'fraction' ? 1 : 2 ** bits - 1,
    memory: 'step',
  }),
  create: (use, options) => new BinaRepMaker(use.map, use, options),
});
