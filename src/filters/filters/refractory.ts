/** Leaves out what a pixel does right after an event. */
import type { EventArrays, EventBatch, SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { MAX_SPAN_MICROS, PixelTimes, TIME_REACH } from '../pixel-times.ts';

interface Options {
  readonly periodMicros: number;
  readonly restart: 'every-event' | 'kept-event';
  readonly boundary: 'keep' | 'remove';
  readonly memory: 'never' | 'zero' | 'period-before-zero';
}

class RefractoryFilter extends EventwiseFilter {
  readonly #times: PixelTimes;
  /** An event this much behind the last one is kept. */
  readonly #enough: number;
  readonly #everyEvent: boolean;
  readonly #firstMicros: number;

  constructor(sensor: SensorGeometry, { periodMicros, restart, boundary, memory }: Options) {
    super('refractory', sensor);
    this.#times = new PixelTimes('refractory', sensor);
    // Times are whole microseconds.
    this.#enough = boundary === 'keep' ? Math.ceil(periodMicros) : Math.floor(periodMicros) + 1;
    this.#everyEvent = restart === 'every-event';
    this.#firstMicros = { never: -Infinity, zero: 0, 'period-before-zero': -periodMicros }[memory];
  }

  protected override begin(micros: number): void {
    this.#times.begin(micros, this.#firstMicros);
  }

  protected select({ t, x, y, p, length }: EventBatch, room: EventArrays): number {
    const { t: toT, x: toX, y: toY, p: toP } = room;
    const { width, height } = this.sensor;
    const times = this.#times;
    const { cells, stride } = times;
    // Integers to the compiler too, which else tests every difference.
    const enough = (2 * this.#enough) | 0;
    const everyEvent = this.#everyEvent ? -1 : 0;
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
      const at = Math.imul(row + 1, stride) + column + 1;
      const last = cells[at]!;
      // All ones where the event is too near.
      const near = (now - last - enough) >> 31;
      const stays = near & ~everyEvent;
      cells[at] = (last & stays) | (now & ~stays);
      toT[kept] = time;
      toX[kept] = column;
      toY[kept] = row;
      toP[kept] = p[i]!;
      kept += near + 1;
    }
    this.remove('outside-sensor', outside);
    this.remove('refractory', length - outside - kept);
    return kept;
  }
}

/**
 * Leaves an event out that comes less than the period behind the last event of its pixel, of either polarity. The last one
 * is any event (`every-event`, so that a pixel which never rests is never heard again), or the last that was kept
 * (`kept-event`, so that a pixel has at most one event a period). The first event of a pixel is kept. An event earlier than
 * the last one is less than the period behind it.
 *
 * The peers restart with every event. jAER and Tonic leave out what comes exactly the period behind as well; Tonic's memory
 * begins one period before time 0, so that every event at 0 is left out, and libcaer's at 0, so that all before the period are.
 */
export const refractory: AnyFilterDefinition = defineFilter({
  id: 'refractory',
  summary: 'leaves out what a pixel does too soon behind its last event',
  source:
    "libcaer's dvs_noise, Tonic's RefractoryPeriod, jAER's RefractoryFilter (every-event); the dead time of pixels (kept-event)",
  example: 'refractory=periodMicros:1ms',
  reasons: ['refractory'],
  options: {
    periodMicros: {
      kind: 'number',
      min: 0,
      max: MAX_SPAN_MICROS,
      unit: 'µs',
      default: 100,
      text: 'of rest behind an event',
    },
    restart: {
      kind: 'choice',
      choices: ['every-event', 'kept-event'],
      default: 'every-event',
      text: 'what begins the period: every event, or those that are kept',
    },
    boundary: {
      kind: 'choice',
      choices: ['keep', 'remove'],
      default: 'keep',
      text: 'an event exactly the period behind',
    },
    memory: {
      kind: 'choice',
      choices: ['never', 'zero', 'period-before-zero'],
      default: 'never',
      text: 'when a pixel without events is taken to have had one',
    },
  },
  presets: {
    tonic: { periodMicros: 10_000, boundary: 'remove', memory: 'period-before-zero' },
    libcaer: { memory: 'zero' },
    jaer: { periodMicros: 1000, boundary: 'remove' },
  },
  create: (sensor, options) => new RefractoryFilter(sensor, options),
});
