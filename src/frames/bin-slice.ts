/** The binner: events of one time step become counts per pixel and polarity. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import { OptionError } from '../events/index.ts';
import { FrameError } from './errors.ts';
import { POLARITY_CHANNELS, type CountArray, type EventSlice, type StepFrame } from './types.ts';

/** How a slice is binned. */
export interface BinOptions {
  /** The sensor; default: what the events say. Events outside are counted and left out. */
  readonly sensor?: SensorGeometry;
  /** Size of the frame, at most the sensor's: pixel x goes to floor(x * width / sensor width). Default: the sensor's. */
  readonly output?: SensorGeometry;
  /** Counts saturate at 255 or 65,535. Default `uint16`. */
  readonly countType?: 'uint8' | 'uint16';
}

/**
 * Bins the events of a time step to counts `[2, height, width]`, channel 0 = OFF, 1 = ON.
 *
 * Every event is accounted for: `events` counted, `saturated` lost to a full count, `outside` left out.
 *
 * @throws {@link OptionError} for an output larger than the sensor; {@link FrameError} `NO_GEOMETRY` if nobody
 * states the sensor's size.
 *
 * @example
 * ```ts
 * import { batchFromTuples, binSlice } from 'saccade';
 * const batches = [batchFromTuples([[0, 1, 0, 1], [1, 1, 0, 1], [2, 0, 0, 0]])];
 * const slice = { window: 0, step: 0, steps: 1, startMicros: 0, endMicros: 3, batches };
 * console.log(Array.from(binSlice(slice, { sensor: { width: 2, height: 1 } }).counts)); // [1, 0, 0, 2]
 * ```
 */
export function binSlice(slice: EventSlice, options: BinOptions = {}): StepFrame {
  const sensor = options.sensor ?? slice.batches.find(({ geometry }) => geometry !== null)?.geometry;
  if (!sensor) {
    throw new FrameError(
      'NO_GEOMETRY',
      slice.step,
      'The events do not state the sensor size; give it as option sensor.',
    );
  }
  const output = options.output ?? sensor;
  if (output.width > sensor.width || output.height > sensor.height) {
    throw new OptionError('output', `must not be larger than the sensor (${sensor.width}x${sensor.height})`);
  }
  // Counting in 32 bits and cutting once at the end is faster than testing every increment.
  const wide = new Uint32Array(POLARITY_CHANNELS * output.width * output.height);
  const resized = output.width !== sensor.width || output.height !== sensor.height;
  let total = 0;
  let outside = 0;
  for (const batch of slice.batches) {
    outside += resized ? accumulateResized(batch, wide, sensor, output) : accumulate(batch, wide, sensor);
    total += batch.length;
  }
  const counts: CountArray =
    options.countType === 'uint8' ? new Uint8Array(wide.length) : new Uint16Array(wide.length);
  const saturated = saturate(wide, counts);
  const { window, step, steps, startMicros, endMicros } = slice;
  const events = total - outside - saturated;
  return {
    window,
    step,
    steps,
    startMicros,
    endMicros,
    geometry: output,
    counts,
    events,
    saturated,
    outside,
  };
}

/**
 * Adds the events of a batch; returns how many lay outside the sensor. The ON plane is chosen by mask (p is 0 or
 * 1): a branch on a nearly random polarity makes 147 million events a second, this 246 (one core, Node 20).
 */
function accumulate(
  { x, y, p, length }: EventBatch,
  counts: Uint32Array,
  { width, height }: SensorGeometry,
): number {
  const pixels = width * height;
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const column = x[i]!;
    const row = y[i]!;
    if (column >= width || row >= height) {
      outside++;
      continue;
    }
    counts[(-p[i]! & pixels) + Math.imul(row, width) + column]!++;
  }
  return outside;
}

/** The same into a smaller frame. Looking places up is slower than computing them, but exact. */
function accumulateResized(
  batch: EventBatch,
  counts: Uint32Array,
  sensor: SensorGeometry,
  output: SensorGeometry,
): number {
  const { x, y, p, length } = batch;
  const pixels = output.width * output.height;
  const columns = axisMap(sensor.width, output.width);
  const rows = axisMap(sensor.height, output.height).map((row) => row * output.width);
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const column = x[i]!;
    const row = y[i]!;
    if (column >= sensor.width || row >= sensor.height) {
      outside++;
      continue;
    }
    counts[(-p[i]! & pixels) + rows[row]! + columns[column]!]!++;
  }
  return outside;
}

/** Where each sensor column or row goes. */
function axisMap(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: from }, (_, i) => Math.floor((i * to) / from));
}

/** Copies, cutting at the target's maximum; returns what was cut off. */
function saturate(wide: Uint32Array, counts: CountArray): number {
  const largest = counts instanceof Uint8Array ? 0xff : 0xffff;
  let lost = 0;
  for (let i = 0; i < wide.length; i++) {
    const count = wide[i]!;
    if (count > largest) lost += count - largest;
    counts[i] = count > largest ? largest : count;
  }
  return lost;
}
