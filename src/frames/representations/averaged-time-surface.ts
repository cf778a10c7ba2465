/** Histograms of averaged time surfaces. */
import { allocateCounts } from '../counts.ts';
import { RepresentationError } from '../errors.ts';
import type { PixelMap } from '../pixel-map.ts';
import { PlacedMaker, type PlacedEvents } from '../placed-maker.ts';
import {
  defineRepresentation,
  POLARITIES,
  type AnyRepresentation,
  type MadeFrame,
} from '../representation.ts';
import type { EventSlice, FrameArray } from '../types.ts';

interface HatsOptions {
  readonly cell: number;
  readonly surface: number;
  readonly tauMicros: number;
  readonly windowMicros: number;
  readonly decay: 'exponential' | 'linear';
  readonly negative: boolean;
}

/** Pairs of events that one step may compare: some seconds of work. More is a wrong unit, or a flood. */
const MOST_PAIRS = 1_000_000_000;

/** The events of a cell and polarity, in the order in which they came. */
interface CellEvents {
  readonly t: number[];
  readonly x: number[];
  readonly y: number[];
  /** Whether no event is earlier than the one before it. */
  sorted: boolean;
}

class AveragedSurfaceMaker extends PlacedMaker {
  readonly #options: HatsOptions;
  readonly #columns: number;
  /** Cells of a polarity. */
  readonly #count: number;
  readonly #cells = new Map<number, CellEvents>();

  constructor(map: PixelMap, options: HatsOptions) {
    super(map);
    this.#options = options;
    const { width, height } = map.output;
    this.#columns = Math.ceil(width / options.cell);
    this.#count = this.#columns * Math.ceil(height / options.cell);
  }

  protected override begin(): void {
    this.#cells.clear();
  }

  protected add({ batch: { t, p }, from, to, at, flip }: PlacedEvents): void {
    const { width } = this.map.output;
    const { cell } = this.#options;
    for (let i = from; i < to; i++) {
      const place = at[i - from]!;
      if (place < 0) continue;
      const row = Math.floor(place / width);
      const column = place - row * width;
      const inPlane = Math.floor(row / cell) * this.#columns + Math.floor(column / cell);
      const number = (p[i]! ^ flip) * this.#count + inPlane;
      let events = this.#cells.get(number);
      if (events === undefined) this.#cells.set(number, (events = { t: [], x: [], y: [], sorted: true }));
      if (t[i]! < (events.t.at(-1) ?? -Infinity)) events.sorted = false;
      events.t.push(t[i]!);
      events.x.push(column);
      events.y.push(row);
    }
  }

  protected end({ step }: EventSlice, room?: FrameArray): Omit<MadeFrame, 'outside'> {
    const { surface } = this.#options;
    const values = room ?? allocateCounts('float32', 2 * this.#count * surface ** 2);
    const sums = new Float64Array(surface ** 2);
    let pairs = 0;
    for (const [number, events] of this.#cells) {
      sums.fill(0);
      pairs += this.#addUp(events, sums, MOST_PAIRS - pairs, step);
      this.#write(number, sums, events.t.length, values);
    }
    this.#cells.clear();
    return { values, saturated: 0, unrepresented: 0 };
  }

  /** @returns how many pairs were looked at. */
  #addUp({ t, x, y, sorted }: CellEvents, sums: Float64Array, most: number, step: number): number {
    const { surface, windowMicros } = this.#options;
    const reach = surface >> 1;
    let pairs = 0;
    for (let i = 0; i < t.length; i++) {
      const oldest = t[i]! - windowMicros;
      sums[reach * surface + reach]! += 1;
      for (let j = i - 1; j >= 0; j--) {
        pairs++;
        if (t[j]! < oldest) {
          if (sorted) break;
          continue;
        }
        const across = x[j]! - x[i]! + reach;
        const down = y[j]! - y[i]! + reach;
        if (across < 0 || across >= surface || down < 0 || down >= surface) continue;
        sums[down * surface + across]! += this.#weight(t[i]! - t[j]!);
      }
      if (pairs <= most) continue;
      throw new RepresentationError(
        'CANNOT_BE_MADE',
        'averaged-time-surface',
        `Time step ${step} needs more than ${MOST_PAIRS} pairs of events: take shorter steps, smaller cells or a shorter windowMicros.`,
      );
    }
    return pairs;
  }

  #weight(age: number): number {
    const { tauMicros, decay, negative } = this.#options;
    const since = Math.max(0, age);
    if (decay === 'exponential') return Math.exp(-since / tauMicros);
    const weight = 1 - since / (3 * tauMicros);
    return negative ? weight : Math.max(0, weight);
  }

  /** A cell's surface lies where the cell lies among cells. */
  #write(number: number, sums: Float64Array, events: number, values: FrameArray): void {
    const { surface } = this.#options;
    const channel = number >= this.#count ? 1 : 0;
    const inPlane = number - channel * this.#count;
    const cellRow = Math.floor(inPlane / this.#columns);
    const cellColumn = inPlane - cellRow * this.#columns;
    const width = this.#columns * surface;
    const start = channel * this.#count * surface ** 2 + cellRow * surface * width + cellColumn * surface;
    for (let row = 0; row < surface; row++)
      for (let column = 0; column < surface; column++)
        values[start + row * width + column] = sums[row * surface + column]! / events;
  }
}

/** The mean, over the events of a cell, of the time surface that each of them sees around it. */
export const averagedTimeSurface: AnyRepresentation = defineRepresentation({
  id: 'averaged-time-surface',
  summary: 'for each cell of pixels the mean time surface around its events (HATS)',
  source: "Sironi et al. 2018 (HATS); Tonic's ToAveragedTimesurface",
  example: 'averaged-time-surface=cell:10,surface:7',
  rule: 'An event adds 1 to the middle of the surface of its cell and polarity, and at the offset of each earlier event of the same step, cell and polarity, at most windowMicros older, exp(−Δ/τ), or 1 − Δ/(3τ) and at least 0 where it is linear; the surface is divided by the number of its events. Channels are OFF and ON, each a picture of surfaces, cell beside cell; Tonic has [cells, polarities, surface, surface]. Earlier means in the order in which events came; Δ is at least 0. Work grows with the square of the events of a cell, and a step of more than 10⁹ pairs is refused.',
  options: {
    cell: { kind: 'integer', min: 1, max: 1024, unit: 'pixels', default: 10, text: 'side of a cell' },
    surface: {
      kind: 'integer',
      min: 1,
      max: 255,
      unit: 'pixels',
      default: 7,
      text: 'side of a surface: odd, at most a cell',
    },
    tauMicros: { kind: 'number', min: 1, max: 1e12, unit: 'µs', default: 5000, text: 'τ of the decay' },
    windowMicros: {
      kind: 'number',
      min: 0,
      max: 1e12,
      unit: 'µs',
      default: 10_000,
      text: 'events that are older add nothing',
    },
    decay: {
      kind: 'choice',
      choices: ['exponential', 'linear'],
      default: 'exponential',
      text: 'of the surface',
    },
    negative: {
      kind: 'flag',
      default: false,
      text: "lets linear weights fall below 0 where the window is longer than 3τ, as Tonic's do",
    },
  },
  presets: { tonic: { negative: true } },
  check: ({ cell, surface }) =>
    surface % 2 === 0 || surface > cell ? `surface must be odd and at most cell (${cell})` : null,
  form: () => ({ channels: POLARITIES, elements: 'float32', largest: null, memory: 'step' }),
  size: ({ width, height }, { cell, surface }) => ({
    width: Math.ceil(width / cell) * surface,
    height: Math.ceil(height / cell) * surface,
  }),
  create: ({ map }, options) => new AveragedSurfaceMaker(map, options),
});
