/** Leaves out pixels that see a lamp flicker. */
import type { SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { requirePixels } from '../pixel-limit.ts';
import { KernelSelection, MAX_COMPUTED_SIDE } from '../selection/kernel-selection.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

interface Options {
  readonly lowHz: number;
  readonly highHz: number;
  readonly periods: number;
}

/** The shortest and the longest period of the band, in microseconds. */
function bandOf({ lowHz, highHz }: Options): readonly [shortest: number, longest: number] {
  return [1e6 / highHz, 1e6 / lowHz];
}

class AntiFlicker extends PlainSelection {
  readonly #shortest: number;
  readonly #longest: number;
  readonly #periods: number;
  /** When each pixel last turned from OFF to ON. */
  readonly #turns: Float64Array;
  /** How many periods in a row were in the band, times two, and the polarity of the last event. */
  readonly #states: Uint8Array;

  constructor(sensor: SensorGeometry, options: Options) {
    super(sensor);
    [this.#shortest, this.#longest] = bandOf(options);
    this.#periods = options.periods;
    this.#turns = new Float64Array(sensor.width * sensor.height);
    this.#states = new Uint8Array(this.#turns.length);
  }

  override begin(): boolean {
    this.#turns.fill(-Infinity);
    // ON, so that the first ON event is no turn.
    this.#states.fill(1);
    return true;
  }

  protected judge({ t, p, length, places, keeps }: Judged): void {
    const turns = this.#turns;
    const states = this.#states;
    const periods = this.#periods;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const time = t[i]!;
      const sign = p[i]!;
      const at = places[i]!;
      const state = states[at]!;
      const since = time - turns[at]!;
      let count = state >> 1;
      if (sign > (state & 1)) {
        count = since >= this.#shortest && since <= this.#longest ? Math.min(count + 1, periods) : 0;
        turns[at] = time;
      } else if (since > this.#longest) {
        count = 0;
      }
      states[at] = (count << 1) | sign;
      keeps[i] = count < periods ? 1 : 0;
    }
  }
}

/** The same in WebAssembly. */
class KernelAntiFlicker extends KernelSelection {
  readonly #band: readonly [shortest: number, longest: number];

  constructor(sensor: SensorGeometry, options: Options) {
    const { width, height } = sensor;
    const pixels = width * height;
    super({
      ...{ loop: 'flicker', sensor, reads: ['t', 'p'] },
      // One more, for events outside. A time takes two cells.
      ...{ cells: 2 * (pixels + 1), flags: pixels + 1 },
      fields: { stride: width, first: 0, waste: pixels, a: options.periods },
    });
    this.#band = bandOf(options);
  }

  protected reset(): void {
    const { buffer, byteOffset, length } = this.table;
    new Float64Array(buffer, byteOffset, length / 2).fill(-Infinity);
    this.flags.fill(1);
    const [shortest, longest] = this.#band;
    this.block.setDouble('epoch', shortest);
    this.block.setDouble('end', longest);
  }
}

function create(sensor: SensorGeometry, options: Options): EventwiseFilter {
  requirePixels('anti-flicker', sensor);
  return new EventwiseFilter({
    ...{ id: 'anti-flicker', reason: 'flicker', sensor },
    plain: () => new AntiFlicker(sensor, options),
    kernel: sensor.width > MAX_COMPUTED_SIDE ? null : new KernelAntiFlicker(sensor, options),
  });
}

/**
 * A band-stop for each pixel: its period is the time between two turns from OFF to ON. When `periods` of them in a row were
 * within the band, its events are left out, that of the last turn included, until a period is outside the band or longer than
 * its longest. What comes before a lamp is recognised passes. Begins anew with a time segment; a turn that is earlier than
 * the one before has a period outside the band.
 */
export const antiFlicker: AnyFilterDefinition = defineFilter({
  id: 'anti-flicker',
  summary: 'leaves out pixels that flicker in a band of frequencies',
  source: "the anti-flicker filter of Prophesee's sensors (band-stop), in software and by a stated rule",
  example: 'anti-flicker=lowHz:90,highHz:130',
  reasons: ['flicker'],
  options: {
    lowHz: { kind: 'number', min: 0.1, max: 100_000, unit: 'Hz', default: 90, text: 'lower end of the band' },
    highHz: { kind: 'number', min: 0.1, max: 100_000, unit: 'Hz', default: 130, text: 'upper end' },
    periods: {
      kind: 'integer',
      min: 1,
      max: 100,
      unit: 'periods',
      default: 3,
      text: 'in a row that make a pixel flicker',
    },
  },
  check: ({ lowHz, highHz }) => (lowHz > highHz ? 'lowHz is above highHz' : null),
  create,
});
