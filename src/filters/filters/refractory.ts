/** Leaves out what a pixel does right after an event. */
import type { SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import { MAX_SPAN_MICROS } from '../pixel-times.ts';
import { PlainTimed, timedKernel, type EventJudge } from '../timed-selection.ts';

interface Options {
  readonly periodMicros: number;
  readonly restart: 'every-event' | 'kept-event';
  readonly boundary: 'keep' | 'remove';
  readonly memory: 'never' | 'zero' | 'period-before-zero';
}

/** @param enough an event so many half microseconds behind the last one is kept. @param everyEvent -1 or 0 */
function judgeOf(enough: number, everyEvent: number): EventJudge {
  return {
    judge(cells, at, now) {
      const last = cells[at]!;
      // All ones where the event is too near.
      const near = (now - last - enough) >> 31;
      const stays = near & ~everyEvent;
      cells[at] = (last & stays) | (now & ~stays);
      return near + 1;
    },
  };
}

function create(sensor: SensorGeometry, options: Options): EventwiseFilter {
  const { periodMicros, restart, boundary, memory } = options;
  requirePixels('refractory', sensor);
  // Times are whole microseconds.
  const enough = 2 * (boundary === 'keep' ? Math.ceil(periodMicros) : Math.floor(periodMicros) + 1);
  const everyEvent = restart === 'every-event' ? -1 : 0;
  const firstMicros = { never: -Infinity, zero: 0, 'period-before-zero': -periodMicros }[memory];
  return new EventwiseFilter({
    ...{ id: 'refractory', reason: 'refractory', sensor },
    plain: () => new PlainTimed(sensor, firstMicros, judgeOf(enough, everyEvent)),
    kernel: timedKernel({ loop: 'refractory', sensor, fields: { a: enough, b: everyEvent } }, firstMicros),
  });
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
  create,
});
