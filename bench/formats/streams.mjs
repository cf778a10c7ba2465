/** Streams that every format can hold: 128x128 pixels, less than 8.3 s. */
import { allocateEvents, batchOf, SeededRandom } from '../../dist/src/index.js';

export const GEOMETRY = { width: 128, height: 128 };

/** Rows of neighbours with one time and polarity, as sensors that are read row by row give them. */
export function rows(events) {
  const random = new SeededRandom(1);
  const { t, x, y, p } = allocateEvents(events);
  let time = 0;
  for (let i = 0; i < events;) {
    time += random.integer(8);
    const row = random.integer(128);
    const polarity = random.integer(2);
    let column = random.integer(100);
    for (let left = 1 + random.integer(12); left > 0 && i < events && column < 128; left--, i++) {
      [t[i], x[i], y[i], p[i]] = [time, column, row, polarity];
      column += 1 + random.integer(2);
    }
  }
  return batchOf({ t, x, y, p }, events, GEOMETRY);
}

/** Events of a moving cluster one by one, in any order of place. */
export function scattered(events) {
  const random = new SeededRandom(2);
  const { t, x, y, p } = allocateEvents(events);
  let [time, cx, cy] = [0, 64, 64];
  for (let i = 0; i < events; i++) {
    if (i % 100 === 0) [cx, cy] = [20 + random.integer(88), 20 + random.integer(88)];
    time += random.integer(3);
    [t[i], x[i], y[i], p[i]] = [
      time,
      cx + random.integer(20) - 10,
      cy + random.integer(20) - 10,
      random.integer(2),
    ];
  }
  return batchOf({ t, x, y, p }, events, GEOMETRY);
}
