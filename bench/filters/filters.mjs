/** Filters against noise, each with the value that is swept. */
import { filterSpec } from '../../dist/src/index.js';

/** Steps from one value to another, even on a logarithmic scale. */
function sweep(from, to, steps) {
  return Array.from({ length: steps }, (_, i) => Math.round(from * (to / from) ** (i / (steps - 1))));
}

const WINDOWS = sweep(50, 200_000, 13);
const support = (options) => (windowMicros) =>
  filterSpec({ filter: 'background-activity', windowMicros, ...options });

/** By name: what is swept, and the filter with a value of it. */
export const FILTERS = {
  'any of 8': { swept: 'windowMicros', values: WINDOWS, filter: support({}) },
  'any of 4 (Tonic)': {
    swept: 'windowMicros',
    values: WINDOWS,
    filter: support({ like: 'tonic', memoryFromZero: false }),
  },
  '2 of 8 (STCF)': { swept: 'windowMicros', values: WINDOWS, filter: support({ supportMin: 2 }) },
  '3 of 8 (STCF)': { swept: 'windowMicros', values: WINDOWS, filter: support({ supportMin: 3 }) },
  '2 of 8, one polarity': {
    swept: 'windowMicros',
    values: WINDOWS,
    filter: support({ supportMin: 2, samePolarity: true }),
  },
  'two levels (libcaer)': {
    swept: 'windowMicros',
    values: WINDOWS,
    filter: support({ twoLevels: true }),
  },
  refractory: {
    swept: 'periodMicros',
    values: sweep(50, 1_000_000, 13),
    filter: (periodMicros) => filterSpec({ filter: 'refractory', periodMicros }),
  },
  'hot pixels': {
    swept: 'maxHz',
    values: sweep(1, 10_000, 13),
    filter: (maxHz) => filterSpec({ filter: 'hot-pixels', like: 'tonic', maxHz }),
  },
};
