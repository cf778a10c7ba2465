/** Bounds how many events come in a time. */
import type { SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { KernelSelection, MAX_COMPUTED_SIDE, MOST_PLACES } from '../selection/kernel-selection.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

interface Options {
  readonly maxEvents: number;
  readonly windowMicros: number;
  readonly by: 'drop' | 'decimate';
}

class RateLimit extends PlainSelection {
  readonly #max: number;
  readonly #windowMicros: number;
  readonly #decimates: boolean;
  /** Where the open window begins. */
  #startMicros = 0;
  /** Events of the open window so far, and those of them that were kept. */
  #came = 0;
  #stayed = 0;
  /** Of so many events of the open window, one is kept. */
  #share = 1;

  constructor(sensor: SensorGeometry, { maxEvents, windowMicros, by }: Options) {
    super(sensor);
    this.#max = maxEvents;
    this.#windowMicros = windowMicros;
    this.#decimates = by === 'decimate';
  }

  override begin(micros: number): boolean {
    this.#open(micros, 1);
    return true;
  }

  #open(micros: number, share: number): void {
    this.#startMicros = micros;
    this.#came = 0;
    this.#stayed = 0;
    this.#share = share;
  }

  /** Opens the window that this time falls into. */
  #advance(time: number): void {
    const windows = Math.floor((time - this.#startMicros) / this.#windowMicros);
    const share = this.#decimates && windows === 1 ? Math.max(1, Math.ceil(this.#came / this.#max)) : 1;
    this.#open(this.#startMicros + windows * this.#windowMicros, share);
  }

  protected judge({ t, length, keeps }: Judged): void {
    const windowMicros = this.#windowMicros;
    const max = this.#max;
    let end = this.#startMicros + windowMicros;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const time = t[i]!;
      if (time >= end) {
        this.#advance(time);
        end = this.#startMicros + windowMicros;
      }
      const stays = this.#came++ % this.#share === 0 && this.#stayed < max;
      if (stays) this.#stayed++;
      else keeps[i] = 0;
    }
  }
}

/** The same in WebAssembly. */
class KernelRateLimit extends KernelSelection {
  readonly #windowMicros: number;

  constructor(sensor: SensorGeometry, { maxEvents, windowMicros, by }: Options) {
    const { width, height } = sensor;
    super({
      ...{ loop: 'rateLimited', sensor, reads: ['t'] },
      fields: {
        ...{ stride: width, first: 0, waste: width * Math.min(height, MOST_PLACES) },
        ...{ a: maxEvents, b: by === 'decimate' ? 1 : 0 },
      },
    });
    this.#windowMicros = windowMicros;
  }

  protected reset(micros: number): void {
    this.block.setDouble('epoch', micros);
    this.block.setDouble('end', this.#windowMicros);
    this.block.set({ c: 0, d: 0, e: 1 });
  }
}

/**
 * At most so many events in each window of time; windows lie one behind the other from the first event of a time segment
 * on. `drop` keeps the first of a window. `decimate` keeps every nth, with n such that the window before would have been
 * within the limit, and never more than the limit: what is left then covers the whole window. An event earlier than the
 * open window counts in it.
 */
export const rateLimit: AnyFilterDefinition = defineFilter({
  id: 'rate-limit',
  summary: 'bounds the events of a time',
  source: "the sensors' event rate controllers (Prophesee ERC), in software and by stated windows",
  example: 'rate-limit=maxEvents:10000,windowMicros:1ms',
  reasons: ['over-rate'],
  options: {
    maxEvents: { kind: 'integer', min: 1, max: 2 ** 31 - 1, unit: 'events', text: 'in a window, at most' },
    windowMicros: {
      kind: 'number',
      min: 1,
      max: 3_600_000_000,
      unit: 'µs',
      default: 1000,
      text: 'length of a window',
    },
    by: {
      kind: 'choice',
      choices: ['drop', 'decimate'],
      default: 'drop',
      text: 'what is left out: the end of a window, or a share all along it',
    },
  },
  create: (sensor, options) =>
    new EventwiseFilter({
      ...{ id: 'rate-limit', reason: 'over-rate', sensor },
      plain: () => new RateLimit(sensor, options),
      kernel: sensor.width > MAX_COMPUTED_SIDE ? null : new KernelRateLimit(sensor, options),
    }),
});
