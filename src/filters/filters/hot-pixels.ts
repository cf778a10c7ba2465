/** Leaves out pixels that have events all the time. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { timeReach } from '../../events/time-order.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import { KernelSelection, MAX_COMPUTED_SIDE } from '../selection/kernel-selection.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';
import { WholeSegmentFilter } from '../whole-segment-filter.ts';

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

/** Of a time segment that is over. */
class RecordedHotPixels extends WholeSegmentFilter {
  readonly #maxHz: number;
  readonly #counts: Uint32Array;

  constructor(sensor: SensorGeometry, { maxHz }: Options) {
    requirePixels('hot-pixels', sensor);
    super('hot-pixels', sensor, 'hot-pixel');
    this.#maxHz = maxHz;
    this.#counts = new Uint32Array(sensor.width * sensor.height);
  }

  protected override judge({ t, x, y, length }: EventBatch, keeps: Uint8Array): void {
    const { width } = this.sensor;
    const counts = this.#counts.fill(0);
    for (let i = 0; i < length; i++) if (keeps[i] === 1) counts[y[i]! * width + x[i]!]!++;
    const [earliest, latest] = timeReach(t, length);
    const limit = this.#maxHz * (latest - earliest) * 1e-6;
    for (let i = 0; i < length; i++)
      if (keeps[i] === 1 && counts[y[i]! * width + x[i]!]! > limit) keeps[i] = 0;
  }
}

/**
 * Leaves out the events of pixels that have more than `maxHz` events a second. `once`: events are counted for `learnMicros`
 * from the first of a time segment on, and all pass; then hot pixels are known, for the rest of it. `always`: the pixels
 * that were hot in one such period are left out in the next one that has events. `recording`: counted over the whole time
 * segment, from its earliest event to its latest, which is held in memory until it is over: not for live use. An event earlier
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
