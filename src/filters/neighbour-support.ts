/** How many neighbours of a pixel support an event, and whether that is enough. */
import { NEVER } from './pixel-times.ts';
import type { EventJudge } from './timed-selection.ts';

/** See the filter `background-activity`. */
export interface SupportOptions {
  readonly windowMicros: number;
  readonly neighbours: '8' | '4';
  readonly supportMin: number;
  readonly supportMax: number;
  readonly samePolarity: boolean;
  readonly twoLevels: boolean;
  readonly keepFirst: boolean;
}

/** Looks at cells of times whose marks are polarities. */
export class NeighbourSupport implements EventJudge {
  readonly #stride: number;
  readonly #diagonal: number;
  /** A neighbour's cell is above the event's time less this if its event is near enough. */
  readonly #back: number;
  /** 1 where polarities are compared. */
  readonly #mark: number;
  readonly #min: number;
  readonly #max: number;
  readonly #twoLevels: boolean;
  readonly #keepFirst: boolean;
  readonly #offsets: readonly number[];

  /** @param stride cells from one row of pixels to the next. */
  constructor(stride: number, options: SupportOptions) {
    this.#stride = stride;
    this.#diagonal = options.neighbours === '8' ? 1 : 0;
    this.#back = backOf(options);
    this.#mark = options.samePolarity ? 1 : 0;
    this.#min = options.supportMin;
    this.#max = options.supportMax;
    this.#twoLevels = options.twoLevels;
    this.#keepFirst = options.keepFirst;
    const sides = [-stride, -1, 1, stride];
    const corners = [-stride - 1, -stride + 1, stride - 1, stride + 1];
    this.#offsets = this.#diagonal === 1 ? [...sides, ...corners] : sides;
  }

  judge(cells: Int32Array, at: number, now: number, polarity: number): number {
    const keeps = this.#keeps(cells, at, now, polarity);
    cells[at] = now | polarity;
    return keeps;
  }

  #keeps(cells: Int32Array, at: number, now: number, polarity: number): number {
    if (this.#keepFirst && cells[at] === NEVER) return 1;
    const late = (now - this.#back) | 0;
    const count = this.#count(cells, at, late, polarity);
    const enough = ((this.#min - 1 - count) & (count - this.#max - 1)) >>> 31;
    return this.#twoLevels && enough === 1 ? this.#supportedAgain(cells, at, late, polarity) : enough;
  }

  #count(cells: Int32Array, at: number, late: number, polarity: number): number {
    const mark = this.#mark;
    const above = at - this.#stride;
    const below = at + this.#stride;
    const b = cells[above]!;
    const d = cells[at - 1]!;
    const e = cells[at + 1]!;
    const g = cells[below]!;
    const sides =
      (((late - b) >>> 31) & ~((b ^ polarity) & mark)) +
      (((late - d) >>> 31) & ~((d ^ polarity) & mark)) +
      (((late - e) >>> 31) & ~((e ^ polarity) & mark)) +
      (((late - g) >>> 31) & ~((g ^ polarity) & mark));
    const a = cells[above - 1]!;
    const c = cells[above + 1]!;
    const f = cells[below - 1]!;
    const h = cells[below + 1]!;
    const corners =
      (((late - a) >>> 31) & ~((a ^ polarity) & mark)) +
      (((late - c) >>> 31) & ~((c ^ polarity) & mark)) +
      (((late - f) >>> 31) & ~((f ^ polarity) & mark)) +
      (((late - h) >>> 31) & ~((h ^ polarity) & mark));
    return sides + Math.imul(corners, this.#diagonal);
  }

  /** libcaer's second level: one of the supporting neighbours has a supporting neighbour, at the event's time. */
  #supportedAgain(cells: Int32Array, at: number, late: number, polarity: number): number {
    for (const offset of this.#offsets) {
      const cell = cells[at + offset]!;
      if (late - cell >= 0 || ((cell ^ polarity) & this.#mark) !== 0) continue;
      if (this.#count(cells, at + offset, late, polarity) > 0) return 1;
    }
    return 0;
  }
}

/** Times are whole microseconds: less than the window is less than the next whole number. */
export function backOf({ windowMicros }: Pick<SupportOptions, 'windowMicros'>): number {
  return 2 * Math.ceil(windowMicros) - 1;
}
