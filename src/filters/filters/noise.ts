/** Adds noise, for experiments. */
import {
  batchOf,
  SeededRandom,
  type EventArrays,
  type EventBatch,
  type SensorGeometry,
} from '../../events/index.ts';
import {
  defineFilter,
  type AnyFilterDefinition,
  type EventFilter,
  type FilterReport,
} from '../event-filter.ts';
import { countedReasons, freshRoom } from '../eventwise-filter.ts';

interface Options {
  readonly rateHz: number;
  readonly onShare: number;
  readonly maxSilenceMicros: number;
  readonly seed: number;
}

/** Events of a batch that is made at once. */
const MAX_BATCH = 16_384;

class NoiseFilter implements EventFilter {
  readonly sensor: SensorGeometry;
  readonly #options: Options;
  /** Between two noise events of the whole sensor; `Infinity` for none. */
  readonly #meanMicros: number;
  #segment: number | null = null;
  #segments = 0;
  #random: SeededRandom;
  /** The latest time so far, and that of the next noise event, which is no whole number. */
  #newest = 0;
  #next = 0;
  #events = 0;
  #kept = 0;
  #added = 0;
  #outside = 0;
  #room: EventArrays = freshRoom(0);
  #filled = 0;

  constructor(sensor: SensorGeometry, options: Options) {
    this.sensor = sensor;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#meanMicros = 1e6 / (options.rateHz * sensor.width * sensor.height);
  }

  /** None waits. */
  get held(): number {
    return 0;
  }

  get report(): FilterReport {
    const removed = countedReasons({ 'outside-sensor': this.#outside });
    const counts = { events: this.#events, kept: this.#kept, added: this.#added, held: 0 };
    return { filter: 'noise', ...counts, removed };
  }

  push(batch: EventBatch): EventBatch[] {
    const { t, x, y, p, length, segment } = batch;
    if (length === 0) return [];
    if (segment !== this.#segment) this.#begin(segment, t[0]!);
    const { width, height } = this.sensor;
    const out: EventBatch[] = [];
    this.#events += length;
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      if (time > this.#newest) this.#noiseUntil(time, out);
      if (x[i]! < width && y[i]! < height) this.#put(time, x[i]!, y[i]!, p[i]!, out);
      else this.#outside++;
    }
    this.#handOut(out);
    return out;
  }

  finish(): EventBatch[] {
    this.#segment = null;
    this.#segments = 0;
    return [];
  }

  abandon(): number {
    return 0;
  }

  #begin(segment: number, micros: number): void {
    this.#segment = segment;
    this.#random = new SeededRandom(this.#options.seed, this.#segments++);
    this.#newest = micros;
    this.#next = micros + this.#wait();
  }

  #wait(): number {
    return -Math.log(1 - this.#random.uniform()) * this.#meanMicros;
  }

  /** The noise in front of an event that is later than all before it. */
  #noiseUntil(time: number, out: EventBatch[]): void {
    const silent = time - this.#options.maxSilenceMicros;
    const resumes = silent > this.#newest ? silent : null;
    const { width, height } = this.sensor;
    const { onShare } = this.#options;
    if (resumes !== null && this.#next < resumes) this.#next = resumes + this.#wait();
    while (this.#next < time) {
      const micros = Math.floor(this.#next);
      const column = this.#random.integer(width);
      const row = this.#random.integer(height);
      this.#put(micros, column, row, this.#random.uniform() < onShare ? 1 : 0, out);
      this.#added++;
      this.#next += this.#wait();
    }
    this.#newest = time;
  }

  #put(micros: number, x: number, y: number, p: number, out: EventBatch[]): void {
    if (this.#filled === this.#room.t.length) {
      this.#handOut(out);
      this.#room = freshRoom(MAX_BATCH);
    }
    const at = this.#filled++;
    this.#room.t[at] = micros;
    this.#room.x[at] = x;
    this.#room.y[at] = y;
    this.#room.p[at] = p;
  }

  #handOut(out: EventBatch[]): void {
    if (this.#filled === 0) return;
    out.push(batchOf(this.#room, this.#filled, this.sensor, this.#segment!));
    this.#kept += this.#filled;
    this.#filled = 0;
    this.#room = freshRoom(0);
  }
}

/**
 * Adds events at random pixels, so many a second for each on average (a Poisson process), between the first and the last
 * event of each time segment; each comes in front of the first event that is later. In a silence that is longer than
 * `maxSilenceMicros` there is noise only in its last part, so that a gap of hours adds nothing like as many events. Events
 * that are out of order get no noise in front of them. The same seed gives the same noise, for each time segment its own.
 */
export const noise: AnyFilterDefinition = defineFilter({
  id: 'noise',
  summary: 'adds events at random, for experiments',
  source: "jAER's NoiseTesterFilter (leak noise), Tonic's UniformNoise as a rate; seeded",
  example: 'noise=rateHz:1,seed:1',
  reasons: [],
  options: {
    rateHz: {
      kind: 'number',
      min: 0,
      max: 10_000,
      unit: 'Hz',
      default: 1,
      text: 'of each pixel, on average',
    },
    onShare: { kind: 'number', min: 0, max: 1, default: 0.5, text: 'share of ON events' },
    maxSilenceMicros: {
      kind: 'number',
      min: 1,
      max: 3_600_000_000,
      unit: 'µs',
      default: 1_000_000,
      text: 'noise of a longer silence is of its last part only',
    },
    seed: { kind: 'integer', min: 0, max: 2 ** 31 - 1, default: 0, text: 'of the random numbers' },
  },
  create: (sensor, options) => new NoiseFilter(sensor, options),
});
