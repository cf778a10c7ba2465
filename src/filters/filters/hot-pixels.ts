/** Leaves out pixels that have events all the time. */
import { concatBatches, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import {
  defineFilter,
  type AnyFilterDefinition,
  type EventFilter,
  type FilterReport,
} from '../event-filter.ts';
import { countedReasons, EventwiseFilter, freshRoom } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import { KernelSelection, MAX_COMPUTED_SIDE } from '../selection/kernel-selection.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

interface Options {
  readonly maxHz: number;
  readonly learnMicros: number;
  readonly learn: 'once' | 'always' | 'recording';
}

/** Counts of events a pixel, and pixels that are hot. */
interface Learned {
  readonly counts: Int32Array;
  /** 1 where a pixel is hot. */
  readonly hot: Uint8Array;
}

/** When pixels are told, whatever counts them. */
class LearnPeriods {
  /** Microseconds; `Infinity` when nothing more is learnt. */
  end = 0;
  readonly #learnMicros: number;
  readonly #limit: number;
  readonly #again: boolean;

  constructor({ maxHz, learnMicros, learn }: Options) {
    this.#learnMicros = learnMicros;
    this.#limit = maxHz * learnMicros * 1e-6;
    this.#again = learn === 'always';
  }

  begin(micros: number, { counts, hot }: Learned): void {
    counts.fill(0);
    hot.fill(0);
    this.end = micros + this.#learnMicros;
  }

  /** A period is over: the first event behind it has this time. */
  next(time: number, { counts, hot }: Learned): void {
    const limit = this.#limit;
    for (let i = 0; i < counts.length; i++) hot[i] = counts[i]! > limit ? 1 : 0;
    if (!this.#again) {
      this.end = Infinity;
      return;
    }
    counts.fill(0);
    this.end += this.#learnMicros * Math.floor((time - this.end) / this.#learnMicros);
    while (this.end <= time) this.end += this.#learnMicros;
  }
}

/** Counts for a time, then leaves out what was above the limit. */
class PlainHotPixels extends PlainSelection {
  readonly #learned: Learned;
  readonly #periods: LearnPeriods;

  constructor(sensor: SensorGeometry, options: Options) {
    super(sensor);
    const pixels = sensor.width * sensor.height;
    this.#learned = { counts: new Int32Array(pixels), hot: new Uint8Array(pixels) };
    this.#periods = new LearnPeriods(options);
  }

  override begin(micros: number): boolean {
    this.#periods.begin(micros, this.#learned);
    return true;
  }

  protected judge({ t, length, places, keeps }: Judged): void {
    const { counts, hot } = this.#learned;
    let { end } = this.#periods;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      if (t[i]! >= end) {
        this.#periods.next(t[i]!, this.#learned);
        ({ end } = this.#periods);
      }
      const at = places[i]!;
      counts[at]!++;
      keeps[i] = hot[at]! ^ 1;
    }
  }
}

/** The same in WebAssembly. When nothing more is learnt, no time and no count is looked at. */
class KernelHotPixels extends KernelSelection {
  readonly #periods: LearnPeriods;

  constructor(sensor: SensorGeometry, options: Options) {
    const { width, height } = sensor;
    const pixels = width * height;
    super({
      loop: 'countedUntilEnd',
      sensor,
      reads: ['t'],
      // One more, for events outside.
      ...{ cells: pixels + 1, flags: pixels + 1 },
      fields: { stride: width, first: 0, waste: pixels },
    });
    this.#periods = new LearnPeriods(options);
  }

  protected reset(micros: number): void {
    this.#periods.begin(micros, this.#learned);
    this.use({ loop: 'countedUntilEnd', reads: ['t'] });
    this.block.setDouble('end', this.#periods.end);
  }

  protected override stoppedAt(micros: number): void {
    this.#periods.next(micros, this.#learned);
    if (this.#periods.end === Infinity) this.use({ loop: 'flagged', reads: [] });
    this.block.setDouble('end', this.#periods.end);
  }

  get #learned(): Learned {
    return { counts: this.table, hot: this.flags };
  }
}

function createLive(sensor: SensorGeometry, options: Options): EventwiseFilter {
  requirePixels('hot-pixels', sensor);
  return new EventwiseFilter({
    ...{ id: 'hot-pixels', reason: 'hot-pixel', sensor },
    plain: () => new PlainHotPixels(sensor, options),
    kernel: sensor.width > MAX_COMPUTED_SIDE ? null : new KernelHotPixels(sensor, options),
  });
}

/** Holds a time segment until it is over, as its pixels are known only then. */
class RecordedHotPixels implements EventFilter {
  readonly sensor: SensorGeometry;
  readonly #maxHz: number;
  readonly #counts: Uint32Array;
  readonly #removed = { 'outside-sensor': 0, 'hot-pixel': 0 };
  #waiting: EventBatch[] = [];
  #held = 0;
  #events = 0;
  #kept = 0;

  constructor(sensor: SensorGeometry, { maxHz }: Options) {
    requirePixels('hot-pixels', sensor);
    this.sensor = sensor;
    this.#maxHz = maxHz;
    this.#counts = new Uint32Array(sensor.width * sensor.height);
  }

  get report(): FilterReport {
    const counts = { events: this.#events, kept: this.#kept, added: 0, held: this.#held };
    return { filter: 'hot-pixels', ...counts, removed: countedReasons(this.#removed) };
  }

  push(batch: EventBatch): EventBatch[] {
    if (batch.length === 0) return [];
    const last = this.#waiting.at(-1);
    const ended = last !== undefined && last.segment !== batch.segment ? this.finish() : [];
    this.#waiting.push(this.#copied(batch));
    this.#events += batch.length;
    this.#held += batch.length;
    return ended;
  }

  finish(): EventBatch[] {
    if (this.#waiting.length === 0) return [];
    const { t, x, y, p, length, segment } = concatBatches(this.#waiting);
    this.#waiting = [];
    this.#held = 0;
    const { width, height } = this.sensor;
    const counts = this.#counts.fill(0);
    for (let i = 0; i < length; i++) if (x[i]! < width && y[i]! < height) counts[y[i]! * width + x[i]!]!++;
    const limit = this.#maxHz * (t[length - 1]! - t[0]!) * 1e-6;
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const inside = x[i]! < width && y[i]! < height;
      if (!inside || counts[y[i]! * width + x[i]!]! > limit) {
        this.#removed[inside ? 'hot-pixel' : 'outside-sensor']++;
        continue;
      }
      t[kept] = t[i]!;
      x[kept] = x[i]!;
      y[kept] = y[i]!;
      p[kept] = p[i]!;
      kept++;
    }
    this.#kept += kept;
    const arrays = [t, x, y, p].map((array) => array.subarray(0, kept)) as [
      Float64Array,
      Uint16Array,
      Uint16Array,
      Uint8Array,
    ];
    const [times, columns, rows, signs] = arrays;
    const left = { t: times, x: columns, y: rows, p: signs };
    return kept === 0 ? [] : [{ length: kept, ...left, geometry: this.sensor, segment }];
  }

  abandon(): number {
    const held = this.#held;
    this.#waiting = [];
    this.#events -= held;
    this.#held = 0;
    return held;
  }

  /** Whoever pushes may use the batch's memory again. */
  #copied(batch: EventBatch): EventBatch {
    const copy = freshRoom(batch.length);
    for (const name of ['t', 'x', 'y', 'p'] as const) copy[name].set(batch[name].subarray(0, batch.length));
    return { ...copy, length: batch.length, geometry: this.sensor, segment: batch.segment };
  }
}

/**
 * Leaves out the events of pixels that have more than `maxHz` events a second. `once`: events are counted for `learnMicros`
 * from the first of a time segment on, and all pass; then hot pixels are known, for the rest of it. `always`: the pixels
 * that were hot in one such period are left out in the next one that has events. `recording`: counted over the whole time
 * segment, from its first event to its last, which is held in memory until it is over: not for live use. An event earlier
 * than the open period counts in it.
 */
export const hotPixels: AnyFilterDefinition = defineFilter({
  id: 'hot-pixels',
  summary: 'leaves out pixels that have events all the time',
  source: "libcaer's dvs_noise (once), Tonic's hot_pixel (recording)",
  example: 'hot-pixels=maxHz:500,learnMicros:2s',
  reasons: ['hot-pixel'],
  options: {
    maxHz: { kind: 'number', min: 0, max: 1e6, unit: 'Hz', default: 10_000, text: 'more is hot' },
    learnMicros: {
      kind: 'number',
      min: 1,
      max: 3_600_000_000,
      unit: 'µs',
      default: 1_000_000,
      text: 'time of counting (once, always)',
    },
    learn: {
      kind: 'choice',
      choices: ['once', 'always', 'recording'],
      default: 'once',
      text: 'when hot pixels are told',
    },
  },
  presets: { libcaer: {}, tonic: { learn: 'recording' } },
  create: (sensor, options) =>
    options.learn === 'recording' ? new RecordedHotPixels(sensor, options) : createLive(sensor, options),
});
