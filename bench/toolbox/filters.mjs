/** Filters that are measured, each beside what a straightforward loop over its definition does. */
import { allocateEvents, FilterChain, filterSpec } from '../../dist/src/index.js';

/** By name: the filters, and the goal in M events/s of one core, `null` where none is set. */
const FILTERS = {
  polarity: { filters: [{ filter: 'polarity', keep: 'on' }], goal: 150 },
  region: { filters: [{ filter: 'region', x: 100, y: 100, width: 440, height: 280 }], goal: 150 },
  refractory: { filters: [{ filter: 'refractory', periodMicros: 1000 }], goal: 150 },
  'refractory, dead time': {
    filters: [{ filter: 'refractory', periodMicros: 1000, restart: 'kept-event' }],
    goal: 150,
  },
  'background activity': { filters: [{ filter: 'background-activity' }], goal: 150 },
  'background activity, 2 of 8 of one polarity': {
    filters: [{ filter: 'background-activity', like: 'jaer', supportMin: 2, samePolarity: true }],
    goal: 150,
  },
  'hot pixels': { filters: [{ filter: 'hot-pixels', maxHz: 300, learnMicros: 500_000 }], goal: 200 },
  undistort: {
    filters: [
      {
        ...{ filter: 'undistort', width: 640, height: 480, fx: 500, fy: 500, cx: 320, cy: 240 },
        ...{ k1: -0.3, k2: 0.1 },
      },
    ],
    goal: 150,
  },
  flip: { filters: [{ filter: 'flip' }], goal: null },
  rotate: { filters: [{ filter: 'rotate' }], goal: null },
  decimate: { filters: [{ filter: 'decimate', n: 4 }], goal: null },
  'rate limit': { filters: [{ filter: 'rate-limit', maxEvents: 500 }], goal: null },
  downsample: { filters: [{ filter: 'downsample' }], goal: null },
  'anti-flicker': { filters: [{ filter: 'anti-flicker' }], goal: null },
  'hot pixels, refractory, background activity': {
    filters: [
      { filter: 'hot-pixels', maxHz: 300, learnMicros: 500_000 },
      { filter: 'refractory' },
      { filter: 'background-activity' },
    ],
    goal: null,
  },
};

const names = ['t', 'x', 'y', 'p'];

/** Copies as a decoder would write: the filters then work in this memory, which serves every batch. */
function copyTo(room, batch) {
  const { length } = batch;
  for (const name of names) room[name].set(batch[name]);
  return length === room.t.length
    ? { ...batch, ...room }
    : { ...batch, ...Object.fromEntries(names.map((name) => [name, room[name].subarray(0, length)])) };
}

/** Every event's copy, which is a part of what all others do. */
function copyRun(batches, room) {
  let copied = 0;
  for (const batch of batches) copied += copyTo(room, batch).length;
  return copied;
}

function filterRun({ filters }) {
  // As new behind every run: what a filter needs for its tables is not measured, what it forgets is.
  const chain = new FilterChain(filters.map(filterSpec), { ownsBatches: true });
  return (batches, room) => {
    let kept = 0;
    for (const batch of batches) for (const { length } of chain.push(copyTo(room, batch))) kept += length;
    for (const { length } of chain.finish()) kept += length;
    return kept;
  };
}

/** Background activity as peers write it: a test for each neighbour, the first one that supports ends it. */
function peerRun(batches, room) {
  const { width, height } = batches[0].geometry;
  const last = new Float64Array(width * height).fill(-Infinity);
  let kept = 0;
  for (const batch of batches) {
    const { t, x, y, p, length } = copyTo(room, batch);
    let n = 0;
    for (let i = 0; i < length; i++) {
      const [column, row, time] = [x[i], y[i], t[i]];
      const supported = isSupported(last, width, height, column, row, time);
      last[row * width + column] = time;
      if (!supported) continue;
      [t[n], x[n], y[n], p[n]] = [time, column, row, p[i]];
      n++;
    }
    kept += n;
  }
  return kept;
}

function isSupported(last, width, height, column, row, time) {
  for (let v = Math.max(0, row - 1); v <= Math.min(height - 1, row + 1); v++) {
    for (let u = Math.max(0, column - 1); u <= Math.min(width - 1, column + 1); u++) {
      if ((u !== column || v !== row) && time - last[v * width + u] < 2000) return true;
    }
  }
  return false;
}

/**
 * Contestants over batches as decoders give them, into memory that serves all of them, as in a stream that recycles. Each is beside
 * a plain copy of the same events. Results are events that were kept.
 */
export function filterContestants(batches) {
  const room = allocateEvents(Math.max(...batches.map(({ length }) => length)));
  const copy = () => copyRun(batches, room);
  const runs = [
    ...Object.entries(FILTERS).map(([name, filter]) => [name, filter.goal, filterRun(filter)]),
    ['background activity, peer loop', null, peerRun],
  ];
  return [
    { name: 'copy', goal: null, run: copy, beside: null },
    ...runs.map(([name, goal, run]) => ({ name, goal, run: () => run(batches, room), beside: copy })),
  ];
}
