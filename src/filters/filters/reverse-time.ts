/** Plays a recording backwards. */
import type { EventArrays, SensorGeometry } from '../../events/index.ts';
import { timeReach } from '../../events/time-order.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { WholeSegmentFilter } from '../whole-segment-filter.ts';

class ReverseTimeFilter extends WholeSegmentFilter {
  readonly #flip: number;

  constructor(sensor: SensorGeometry, invert: boolean) {
    super('reverse-time', sensor, 'reverse-time');
    this.#flip = Number(invert);
  }

  protected override change({ t, x, y, p }: EventArrays, length: number): void {
    const [earliest, latest] = timeReach(t, length);
    for (const column of [t, x, y, p]) column.subarray(0, length).reverse();
    for (let i = 0; i < length; i++) {
      // The sum of two large times may not be exact, their difference is.
      t[i] = earliest + (latest - t[i]!);
      p[i] = p[i]! ^ this.#flip;
    }
  }
}

/**
 * The last event of a time segment comes first: time t becomes the earliest time plus what is from t to the latest one, so
 * that a segment keeps its place. What became brighter becomes darker, unless `invert` is false. A segment is held in memory
 * until it is over: not for live use. Equal times come in reversed order too.
 */
export const reverseTime: AnyFilterDefinition = defineFilter({
  id: 'reverse-time',
  summary: 'plays recordings backwards, ON and OFF changed over',
  source: "Tonic's RandomTimeReversal without chance, which moves time to 0",
  example: 'reverse-time',
  reasons: [],
  options: {
    invert: { kind: 'flag', default: true, text: 'makes ON of OFF and OFF of ON' },
  },
  create: (sensor, { invert }) => new ReverseTimeFilter(sensor, invert),
});
