/** What cameras send: events made once, as batches and as a recording's bytes. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { allocateEvents, batchOf, findFormat, SeededRandom } from '../../dist/src/index.js';

export const SENSOR = { width: 128, height: 128 };
const NMNIST = path.join(import.meta.dirname, '../../examples/recordings/nmnist');

/** Rows of neighbours, 1.9 M events/s; as `rows` in `npm run bench:formats`. */
export function denseRows(count, t0 = 0) {
  const random = new SeededRandom(count, 1);
  const arrays = allocateEvents(count);
  for (let i = 0, t = t0, x = 0, y = 0; i < count; i++) {
    if (i % 16 === 0) {
      t += random.integer(17);
      x = random.integer(SENSOR.width - 16);
      y = random.integer(SENSOR.height);
    }
    arrays.t[i] = t;
    arrays.x[i] = x + (i % 16);
    arrays.y[i] = y;
    arrays.p[i] = random.integer(2);
  }
  return batchOf(arrays, count, SENSOR);
}

/** Events one by one at random places, so many a second. */
export function scattered(count, perSecond) {
  const random = new SeededRandom(count, 2);
  const arrays = allocateEvents(count);
  for (let i = 0, t = 0; i < count; i++) {
    t += random.integer(Math.round(2e6 / perSecond) + 1);
    arrays.t[i] = t;
    arrays.x[i] = random.integer(SENSOR.width);
    arrays.y[i] = random.integer(SENSOR.height);
    arrays.p[i] = random.integer(2);
  }
  return batchOf(arrays, count, SENSOR);
}

/** An AEDAT 2 file of a batch, as jAER writes for this sensor. */
export function aedat2Of(batch) {
  const encoder = findFormat('aedat2').createEncoder({ geometry: SENSOR });
  return Buffer.concat([encoder.push(batch), encoder.finish()]);
}

/** The bundled N-MNIST recordings as the client replays them. */
export function nmnistRecordings() {
  return readdirSync(NMNIST, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bin'))
    .sort()
    .map((name) => ({
      name,
      label: path.basename(path.dirname(name)),
      open: async function* () {
        yield readFileSync(path.join(NMNIST, name));
      },
    }));
}
