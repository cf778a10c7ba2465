/**
 * Event messages of the live protocol into batches, on one core; contestants take turns. The plain loop reads each event
 * through a DataView, with the same checks, into fresh arrays. Messages lie at odd offsets, as Node hands them out.
 *
 * usage: npm run bench:live-batches
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { allocateEvents, batchOf, recycleBatch, SeededRandom } from '../dist/src/index.js';
import { CameraMessageDecoder, encodeEvents } from '../dist/src/live/client.js';
import { machine, summary } from './machine.mjs';

const SENSOR = { width: 640, height: 480 };
/** A quiet camera, a few milliseconds of a busy one, a full run, the largest message by default. */
const MESSAGE_EVENTS = [64, 1_024, 16_384, 131_069];
const EVENTS_A_ROUND = 1_000_000;
const ROUNDS = 25;
const WARMUP = 5;

function message(count) {
  const random = new SeededRandom(count);
  const arrays = allocateEvents(count);
  for (let i = 0, t = 2 ** 40; i < count; i++, t += random.integer(3)) {
    arrays.t[i] = t;
    arrays.x[i] = random.integer(SENSOR.width);
    arrays.y[i] = random.integer(SENSOR.height);
    arrays.p[i] = random.integer(2);
  }
  const bytes = encodeEvents(0, batchOf(arrays, count, SENSOR));
  const room = new Uint8Array(bytes.length + 3);
  room.set(bytes, 3);
  return room.subarray(3);
}

function plainLoop(bytes, { width, height }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(12, true);
  const t0 = view.getInt32(20, true) * 2 ** 32 + view.getUint32(16, true);
  const arrays = allocateEvents(count);
  for (let i = 0, at = 24, last = 0; i < count; i++, at += 8) {
    const dt = view.getUint32(at, true);
    const x = view.getUint16(at + 4, true);
    const word = view.getUint16(at + 6, true);
    const y = word & 0x7fff;
    if (dt < last) throw new RangeError(`Event ${i} goes back in time.`);
    if (x >= width || y >= height) throw new RangeError(`Event ${i} is outside.`);
    last = dt;
    arrays.t[i] = t0 + dt;
    arrays.x[i] = x;
    arrays.y[i] = y;
    arrays.p[i] = word >>> 15;
  }
  return [batchOf(arrays, count, SENSOR)];
}

const decoder = new CameraMessageDecoder(SENSOR);
const contestants = {
  'plain loop': (bytes) => plainLoop(bytes, SENSOR),
  'record kernels': (bytes) => decoder.push(bytes).batches,
  'record kernels, batches given back': (bytes) => {
    const { batches } = decoder.push(bytes);
    for (const batch of batches) recycleBatch(batch);
    return batches;
  },
};

const rates = {};
for (const count of MESSAGE_EVENTS) {
  const bytes = message(count);
  const turns = Math.max(1, Math.round(EVENTS_A_ROUND / count));
  const values = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const started = performance.now();
      for (let i = 0; i < turns; i++) run(bytes);
      if (round >= WARMUP) values[name].push((turns * count) / (performance.now() - started) / 1000);
    }
  }
  rates[count] = Object.fromEntries(Object.entries(values).map(([name, list]) => [name, summary(list)]));
}

const result = { machine: machine(), unit: 'million events per second, by events in a message', rates };
for (const [count, byName] of Object.entries(rates)) {
  for (const [name, { median }] of Object.entries(byName))
    console.log(
      `${count.padStart(7)} events  ${name.padEnd(36)} ${median.toFixed(0).padStart(5)} M events/s`,
    );
}
writeFileSync(
  path.join(import.meta.dirname, 'results', 'live-batches.json'),
  `${JSON.stringify(result, null, 2)}\n`,
);
