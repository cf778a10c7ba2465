/** Streams of events as sensors make them, from dense to sparse; seeded, so that every run has the same. */
import { allocateEvents, batchOf, SeededRandom } from '../../dist/src/index.js';

const SMALL = { width: 128, height: 128 };
const VGA = { width: 640, height: 480 };
const HD = { width: 1280, height: 720 };

/** Rows of neighbours with one time and polarity, as sensors that are read row by row give them. */
function rows({ geometry, ticks, longest }) {
  const { width, height } = geometry;
  return (events) => {
    const random = new SeededRandom(1);
    const { t, x, y, p } = allocateEvents(events);
    let time = 0;
    for (let i = 0; i < events;) {
      time += random.integer(ticks);
      const row = random.integer(height);
      const polarity = random.integer(2);
      let column = random.integer(width - 28);
      for (let left = 1 + random.integer(longest); left > 0 && i < events && column < width; left--, i++) {
        [t[i], x[i], y[i], p[i]] = [time, column, row, polarity];
        column += 1 + random.integer(2);
      }
    }
    return batchOf({ t, x, y, p }, events, geometry);
  };
}

/** Events of a moving cluster one by one, in any order of place; times between them are uniform below `ticks`. */
function scattered({ geometry, ticks }) {
  const { width, height } = geometry;
  return (events) => {
    const random = new SeededRandom(2);
    const { t, x, y, p } = allocateEvents(events);
    let [time, cx, cy] = [0, width >> 1, height >> 1];
    for (let i = 0; i < events; i++) {
      if (i % 100 === 0) [cx, cy] = [20 + random.integer(width - 40), 20 + random.integer(height - 40)];
      time += random.integer(ticks);
      [t[i], x[i], y[i], p[i]] = [
        time,
        cx + random.integer(20) - 10,
        cy + random.integer(20) - 10,
        random.integer(2),
      ];
    }
    return batchOf({ t, x, y, p }, events, geometry);
  };
}

/** By name: what it is like, its sensor, and a function that makes so many events of it. */
export const STREAMS = {
  rows: {
    about: 'rows of neighbours, 1.9 M events/s, 128x128',
    geometry: SMALL,
    make: rows({ geometry: SMALL, ticks: 8, longest: 12 }),
  },
  scattered: {
    about: 'one by one, 1 M events/s, 128x128',
    geometry: SMALL,
    make: scattered({ geometry: SMALL, ticks: 3 }),
  },
  M1: {
    about: 'one by one, 1 M events/s, 640x480',
    geometry: VGA,
    make: scattered({ geometry: VGA, ticks: 3 }),
  },
  M02: {
    about: 'one by one, 0.2 M events/s, 640x480',
    geometry: VGA,
    make: scattered({ geometry: VGA, ticks: 11 }),
  },
  C: {
    about: 'one by one, 11 k events/s, 128x128',
    geometry: SMALL,
    make: scattered({ geometry: SMALL, ticks: 183 }),
  },
  B: {
    about: 'rows of neighbours, 25 M events/s, 1280x720',
    geometry: HD,
    make: rows({ geometry: HD, ticks: 2, longest: 24 }),
  },
};
