/** Keeps one polarity, or turns it. */
import type { EventArrays, EventBatch, SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';

class PolarityFilter extends EventwiseFilter {
  /** Bit p says whether polarity p is kept. */
  readonly #kept: number;
  readonly #flip: number;

  constructor(sensor: SensorGeometry, keep: 'on' | 'off' | 'both', invert: boolean) {
    super('polarity', sensor);
    this.#kept = { off: 1, on: 2, both: 3 }[keep];
    this.#flip = invert ? 1 : 0;
  }

  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, x: toX, y: toY, p: toP } = room;
    const { width, height } = this.sensor;
    const keeps = this.#kept;
    const flip = this.#flip;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      const sign = p[i]!;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      toT[kept] = t[i]!;
      toX[kept] = column;
      toY[kept] = row;
      toP[kept] = sign ^ flip;
      kept += (keeps >>> sign) & 1;
    }
    this.remove('outside-sensor', outside);
    this.remove('polarity', length - outside - kept);
    return kept;
  }
}

/** Keeps events of one polarity; `invert` then makes ON of OFF and OFF of ON. Times and order do not matter. */
export const polarity: AnyFilterDefinition = defineFilter({
  id: 'polarity',
  summary: 'keeps one polarity, or turns it',
  source: "OpenEB's PolarityFilterAlgorithm and PolarityInverterAlgorithm, dv's EventPolarityFilter",
  example: 'polarity=keep:on',
  reasons: ['polarity'],
  options: {
    keep: {
      kind: 'choice',
      choices: ['on', 'off', 'both'],
      default: 'both',
      text: 'which events, as they come',
    },
    invert: { kind: 'flag', default: false, text: 'makes ON of OFF and OFF of ON' },
  },
  create: (sensor, { keep, invert }) => new PolarityFilter(sensor, keep, invert),
});
