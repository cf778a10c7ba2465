/** Leaves out events that no neighbour supports. */
import type { SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import { MAX_SPAN_MICROS, timeCells } from '../pixel-times.ts';
import { backOf, NeighbourSupport, type SupportOptions } from '../neighbour-support.ts';
import type { KernelSelection } from '../selection/kernel-selection.ts';
import { PlainTimed, timedKernel } from '../timed-selection.ts';

interface Options extends SupportOptions {
  readonly memoryFromZero: boolean;
}

/** Bits of eight and of four neighbours in the rows above, of and below an event, four bits to a row. */
const COUNTED = { '8': 0x757, '4': 0x252 } as const;

function create(sensor: SensorGeometry, options: Options): EventwiseFilter {
  requirePixels('background-activity', sensor);
  const firstMicros = options.memoryFromZero ? 0 : -Infinity;
  const support = new NeighbourSupport(timeCells(sensor).stride, options);
  return new EventwiseFilter({
    ...{ id: 'background-activity', reason: 'unsupported', sensor },
    plain: () => new PlainTimed(sensor, firstMicros, support),
    kernel: kernelOf(sensor, options, firstMicros),
  });
}

/** None for the second level, which is rarely asked for. */
function kernelOf(sensor: SensorGeometry, options: Options, firstMicros: number): KernelSelection | null {
  const { neighbours, supportMin, supportMax, samePolarity, twoLevels, keepFirst } = options;
  const a = backOf(options);
  if (twoLevels) return null;
  if (needsNoCount(options)) {
    const fields = { a, b: Number(neighbours === '8') };
    return timedKernel({ loop: 'anyNeighbour', sensor, fields }, firstMicros);
  }
  const fields = {
    ...{ a, b: samePolarity ? -1 : 0, c: COUNTED[neighbours] },
    ...{ d: supportMin, e: supportMax, f: keepFirst ? -1 : 0 },
  };
  return timedKernel({ loop: 'countedNeighbours', sensor, reads: ['p'], fields }, firstMicros);
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
 * begin their memory at time 0; `like:jaer` is SpatioTemporalCorrelationFilter, k of 8 of the same polarity with the first event of a
 * pixel kept (k is 2; in its first version, `like:jaer-2017`, 5 of either polarity), `like:jaer-baf` BackgroundActivityFilter;
 * `like:tonic` is Denoise: 4 neighbours, and a memory that begins at time 0, so that every event before the window passes.
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
    jaer: { windowMicros: 25_000, supportMin: 2, samePolarity: true, keepFirst: true },
    'jaer-2017': { windowMicros: 30_000, supportMin: 5, keepFirst: true },
    'jaer-baf': { windowMicros: 25_000, keepFirst: true },
    tonic: { windowMicros: 10_000, neighbours: '4', memoryFromZero: true },
  },
  check: ({ supportMin, supportMax, neighbours }) => {
    if (supportMin > supportMax) return 'supportMin is above supportMax, so that nothing would be kept';
    return supportMin > Number(neighbours) ? 'supportMin is above the number of neighbours' : null;
  },
  create,
});
