/** Leaves out events that no neighbour supports. */
import type { EventArrays, EventBatch, SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { MAX_SPAN_MICROS, PixelTimes, TIME_REACH } from '../pixel-times.ts';
import { NeighbourSupport, type SupportOptions } from '../neighbour-support.ts';

interface Options extends SupportOptions {
  readonly memoryFromZero: boolean;
}

/** The usual case: any one of eight or four neighbours, of any polarity. */
class AnyNeighbourFilter extends EventwiseFilter {
  readonly #times: PixelTimes;
  readonly #window: number;
  readonly #diagonal: number;
  readonly #firstMicros: number;

  constructor(sensor: SensorGeometry, { windowMicros, neighbours, memoryFromZero }: Options) {
    super('background-activity', sensor);
    this.#times = new PixelTimes('background-activity', sensor);
    // Times are whole microseconds: less than the window is less than the next whole number.
    this.#window = Math.ceil(windowMicros);
    this.#diagonal = neighbours === '8' ? -1 : 0;
    this.#firstMicros = memoryFromZero ? 0 : -Infinity;
  }

  protected override begin(micros: number): void {
    this.#times.begin(micros, this.#firstMicros);
  }

  /** The sign of `late - cell` is set where a neighbour is near enough; a loop over neighbours would take twice as long. */
  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, x: toX, y: toY, p: toP } = room;
    const { width, height } = this.sensor;
    const times = this.#times;
    const { cells, stride } = times;
    // An integer to the compiler too, which else tests every difference.
    const back = (2 * this.#window - 1) | 0;
    const diagonal = this.#diagonal;
    let { epoch } = times;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      const time = t[i]!;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      let since = time - epoch;
      if (!(since < TIME_REACH && since > -TIME_REACH)) {
        epoch = times.moveTo(time);
        since = 0;
      }
      const now = (since | 0) << 1;
      const late = now - back;
      const at = Math.imul(row + 1, stride) + column + 1;
      const above = at - stride;
      const below = at + stride;
      const corners =
        (late - cells[above - 1]!) |
        (late - cells[above + 1]!) |
        (late - cells[below - 1]!) |
        (late - cells[below + 1]!);
      const sides =
        (late - cells[above]!) | (late - cells[at - 1]!) | (late - cells[at + 1]!) | (late - cells[below]!);
      cells[at] = now;
      toT[kept] = time;
      toX[kept] = column;
      toY[kept] = row;
      toP[kept] = p[i]!;
      kept += (sides | (corners & diagonal)) >>> 31;
    }
    this.remove('outside-sensor', outside);
    this.remove('unsupported', length - outside - kept);
    return kept;
  }
}

/** With counts, polarities or a second level. */
class CountedNeighboursFilter extends EventwiseFilter {
  readonly #times: PixelTimes;
  readonly #support: NeighbourSupport;
  readonly #firstMicros: number;

  constructor(sensor: SensorGeometry, options: Options) {
    super('background-activity', sensor);
    this.#times = new PixelTimes('background-activity', sensor);
    this.#support = new NeighbourSupport(this.#times, options);
    this.#firstMicros = options.memoryFromZero ? 0 : -Infinity;
  }

  protected override begin(micros: number): void {
    this.#times.begin(micros, this.#firstMicros);
  }

  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, x: toX, y: toY, p: toP } = room;
    const { width, height } = this.sensor;
    const times = this.#times;
    const support = this.#support;
    const { cells, stride } = times;
    let { epoch } = times;
    let kept = 0;
    let outside = 0;
    for (let i = 0; i < length; i++) {
      const column = x[i]!;
      const row = y[i]!;
      const time = t[i]!;
      const sign = p[i]!;
      if (column >= width || row >= height) {
        outside++;
        continue;
      }
      let since = time - epoch;
      if (!(since < TIME_REACH && since > -TIME_REACH)) {
        epoch = times.moveTo(time);
        since = 0;
      }
      const now = (since | 0) << 1;
      const at = Math.imul(row + 1, stride) + column + 1;
      const keeps = support.keeps(at, now, sign);
      cells[at] = now | sign;
      toT[kept] = time;
      toX[kept] = column;
      toY[kept] = row;
      toP[kept] = sign;
      kept += keeps;
    }
    this.remove('outside-sensor', outside);
    this.remove('unsupported', length - outside - kept);
    return kept;
  }
}

/** Whether the loop that only asks for any neighbour is enough. */
function needsNoCount({ supportMin, supportMax, samePolarity, twoLevels, keepFirst }: Options): boolean {
  return supportMin === 1 && supportMax === 8 && !samePolarity && !twoLevels && !keepFirst;
}

/**
 * Keeps an event if enough neighbouring pixels had their last event less than the window ago. The pixel itself is no
 * neighbour; events that are left out support others too. Before the first event of a pixel it never had one. A neighbour's
 * event that is later than this one, where events are out of order, supports it.
 *
 * Peers: `like:dv` (BackgroundActivityNoiseFilter) and `like:libcaer` (which has the counts, polarities and two levels too)
 * begin their memory at time 0; `like:jaer` is SpatioTemporalCorrelationFilter, k of 8 with the first event of a pixel kept,
 * `like:jaer-baf` BackgroundActivityFilter; `like:tonic` is Denoise: 4 neighbours, and a memory that begins at time 0, so
 * that every event before the window passes.
 */
export const backgroundActivity: AnyFilterDefinition = defineFilter({
  id: 'background-activity',
  summary: 'leaves out events that no neighbour supports (noise)',
  source:
    "Delbruck 2008; dv's BackgroundActivityNoiseFilter, libcaer's dvs_noise, jAER's SpatioTemporalCorrelationFilter, Tonic's Denoise",
  example: 'background-activity=windowMicros:5ms',
  reasons: ['unsupported'],
  options: {
    windowMicros: {
      kind: 'number',
      min: 1,
      max: MAX_SPAN_MICROS,
      unit: 'µs',
      default: 2000,
      text: 'a supporting event is less than this long ago',
    },
    neighbours: { kind: 'choice', choices: ['8', '4'], default: '8', text: 'which pixels support' },
    supportMin: {
      kind: 'integer',
      min: 1,
      max: 8,
      unit: 'pixels',
      default: 1,
      text: 'at least so many neighbours support an event',
    },
    supportMax: {
      kind: 'integer',
      min: 1,
      max: 8,
      unit: 'pixels',
      default: 8,
      text: 'at most so many',
    },
    samePolarity: { kind: 'flag', default: false, text: 'only events of the same polarity support' },
    twoLevels: {
      kind: 'flag',
      default: false,
      text: 'a supporting neighbour must itself be supported',
    },
    keepFirst: { kind: 'flag', default: false, text: 'keeps the first event of every pixel' },
    memoryFromZero: { kind: 'flag', default: false, text: 'every pixel had an event at time 0; else never' },
  },
  presets: {
    dv: { memoryFromZero: true },
    libcaer: { memoryFromZero: true },
    jaer: { windowMicros: 30_000, supportMin: 5, keepFirst: true },
    'jaer-baf': { windowMicros: 30_000, keepFirst: true },
    tonic: { windowMicros: 10_000, neighbours: '4', memoryFromZero: true },
  },
  check: ({ supportMin, supportMax, neighbours }) => {
    if (supportMin > supportMax) return 'supportMin is above supportMax, so that nothing would be kept';
    return supportMin > Number(neighbours) ? 'supportMin is above the number of neighbours' : null;
  },
  create: (sensor, options) =>
    needsNoCount(options)
      ? new AnyNeighbourFilter(sensor, options)
      : new CountedNeighboursFilter(sensor, options),
});
