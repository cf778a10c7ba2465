/** Data sets to preprocess, made in a folder: the bundled N-MNIST recordings over and over, and recordings like CIFAR10-DVS's. */
import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { allocateEvents, batchOf, findFormat, SeededRandom } from '../../dist/src/index.js';

const NMNIST = path.join(import.meta.dirname, '../../examples/recordings/nmnist');
const SIDE = 128;
/** The mean of CIFAR10-DVS: its recordings have 0.2 million events in 1.3 s. */
const EVENTS = 198_000;
const MICROS = 1_300_000;
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

/** So many recordings of N-MNIST in its own layout; there are 29 different ones. */
export function makeNmnist(folder, samples) {
  const found = readdirSync(NMNIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.bin'))
    .map((entry) => path.relative(NMNIST, path.join(entry.parentPath, entry.name)))
    .sort();
  let bytes = 0;
  for (let i = 0; i < samples; i++) {
    const source = path.join(NMNIST, found[i % found.length]);
    const label = path.basename(path.dirname(source));
    const target = path.join(folder, 'Test', label, `${String(i).padStart(5, '0')}.bin`);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(source, target);
    bytes += statSync(source).size;
  }
  return { samples, events: bytes / 5 };
}

/** So many recordings as those of CIFAR10-DVS, in its layout, no two alike. */
export function makeCifar10Dvs(folder, samples) {
  for (let i = 0; i < samples; i++) {
    const name = CLASSES[i % CLASSES.length];
    mkdirSync(path.join(folder, name), { recursive: true });
    const file = path.join(folder, name, `cifar10_${name}_${Math.floor(i / CLASSES.length)}.aedat`);
    const encoder = findFormat('aedat2').createEncoder({ geometry: { width: SIDE, height: SIDE } });
    writeFileSync(file, Buffer.concat([encoder.push(movingPicture(i)), encoder.finish()]));
  }
  return { samples, events: samples * EVENTS };
}

/** Events of a picture's edges while it is moved along a closed path, as CIFAR10-DVS was recorded, and some noise. */
function movingPicture(seed) {
  const random = new SeededRandom(seed, SIDE);
  const edges = Array.from({ length: 60 }, () => edge(random));
  const arrays = allocateEvents(EVENTS);
  for (let i = 0; i < EVENTS; i++) {
    const time = Math.floor((i / EVENTS) * MICROS);
    const { dx, dy, along } = motion(time);
    const { x, y, length, angle, contrast } = edges[random.integer(edges.length)];
    const at = random.integer(length) - length / 2;
    const isNoise = random.integer(20) === 0;
    const place = (start, step, move) => clamp(Math.round(start + at * step + move + random.integer(3) - 1));
    arrays.t[i] = time;
    arrays.x[i] = isNoise ? random.integer(SIDE) : place(x, Math.cos(angle), dx);
    arrays.y[i] = isNoise ? random.integer(SIDE) : place(y, Math.sin(angle), dy);
    const brightens = contrast * Math.sin(along - angle) > 0;
    arrays.p[i] = (isNoise ? random.integer(2) === 0 : brightens) ? 1 : 0;
  }
  return batchOf(arrays, EVENTS, { width: SIDE, height: SIDE });
}

function edge(random) {
  return {
    x: 16 + random.integer(SIDE - 32),
    y: 16 + random.integer(SIDE - 32),
    length: 10 + random.integer(40),
    angle: (random.integer(360) / 180) * Math.PI,
    contrast: random.integer(2) === 0 ? 1 : -1,
  };
}

/** A square's four sides in a turn of 200 ms, eight pixels each. */
function motion(time) {
  const part = ((time % 200_000) / 200_000) * 4;
  const [side, done] = [Math.floor(part), 8 * (part % 1)];
  const [dx, dy] = [
    [done, 0],
    [8, done],
    [8 - done, 8],
    [0, 8 - done],
  ][side];
  return { dx, dy, along: (side * Math.PI) / 2 };
}

function clamp(value) {
  return Math.min(SIDE - 1, Math.max(0, value));
}
