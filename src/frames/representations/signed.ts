/** ON events less OFF events. */
import { allocateCounts, frameType } from '../counts.ts';
import type { PixelMap } from '../pixel-map.ts';
import { PlacedMaker, type PlacedEvents } from '../placed-maker.ts';
import {
  defineRepresentation,
  type AnyRepresentation,
  type FrameUse,
  type MadeFrame,
} from '../representation.ts';
import type { CountType, EventSlice, FrameArray } from '../types.ts';

const BITS: Readonly<Record<CountType, number>> = { uint8: 8, uint16: 16, uint32: 32 };

class SignedMaker extends PlacedMaker {
  readonly #countType: CountType;
  readonly #twoPlanes: boolean;
  readonly #sums: Int32Array;

  constructor(map: PixelMap, { countType }: FrameUse, twoPlanes: boolean) {
    super(map);
    this.#countType = countType;
    this.#twoPlanes = twoPlanes;
    this.#sums = new Int32Array(this.pixels);
  }

  protected add({ batch: { p }, from, to, at, flip }: PlacedEvents): void {
    const sums = this.#sums;
    for (let i = from; i < to; i++) {
      const place = at[i - from]!;
      if (place >= 0) sums[place]! += 2 * (p[i]! ^ flip) - 1;
    }
  }

  protected end(_: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'> {
    const made = this.#twoPlanes ? this.#inTwoPlanes(room) : this.#inOnePlane(room);
    this.#sums.fill(0);
    return { ...made, unrepresented: 0 };
  }

  #inOnePlane(room?: FrameArray): Pick<MadeFrame, 'values' | 'saturated'> {
    const values = room ?? allocateCounts(frameType('signed', this.#countType), this.pixels);
    const most = 2 ** (BITS[this.#countType] - 1) - 1;
    let saturated = 0;
    for (let i = 0; i < this.pixels; i++) {
      const sum = this.#sums[i]!;
      const value = Math.max(-most, Math.min(most, sum));
      saturated += Math.abs(sum - value);
      values[i] = value;
    }
    return { values, saturated };
  }

  #inTwoPlanes(room?: FrameArray): Pick<MadeFrame, 'values' | 'saturated'> {
    const { pixels } = this;
    const values = room ?? allocateCounts(this.#countType, 2 * pixels);
    const most = 2 ** BITS[this.#countType] - 1;
    let saturated = 0;
    for (let i = 0; i < pixels; i++) {
      const sum = this.#sums[i]!;
      const size = Math.min(most, Math.abs(sum));
      saturated += Math.abs(sum) - size;
      values[i] = sum < 0 ? size : 0;
      values[pixels + i] = sum > 0 ? size : 0;
    }
    return { values, saturated };
  }
}

/** What is left of a pixel's events when ON and OFF cancel. */
export const signed: AnyRepresentation = defineRepresentation({
  id: 'signed',
  summary: 'ON events less OFF events of each pixel',
  source: "OpenEB's diff processor; brightness increments",
  example: 'signed=planes:two',
  rule: 'Sums stop at the largest value of their type on both sides, and what is beyond it is counted as lost. Times and order of events do not matter.',
  options: {
    planes: {
      kind: 'choice',
      choices: ['one', 'two'],
      default: 'one',
      text: 'one: numbers with a sign; two: the size of negative sums in channel 0, of positive ones in channel 1, which networks take',
    },
  },
  form: ({ planes }) =>
    planes === 'one'
      ? { channels: ['ON less OFF'], elements: 'signed', largest: null, memory: 'step' }
      : {
          channels: ['OFF beyond ON', 'ON beyond OFF'],
          elements: 'unsigned',
          largest: null,
          memory: 'step',
        },
  create: (use, { planes }) => new SignedMaker(use.map, use, planes === 'two'),
});
