import type { EventBatch } from '../events/index.ts';

/** When each event of a recording was due. */
export class DueTimes {
  readonly #batches: { readonly t: Float64Array; readonly firstDueAt: number }[] = [];
  readonly #rate: number;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** Keeps a copy of the times. @param dueAt of the batch's last event. */
  push({ t, length }: EventBatch, dueAt: number): void {
    if (length === 0) return;
    const spanMs = (t[length - 1]! - t[0]!) / 1000 / this.#rate;
    this.#batches.push({ t: t.slice(0, length), firstDueAt: dueAt - spanMs });
  }

  /**
   * Due time of a step's last event, `undefined` if there is none.
   *
   * @param endMicros end of the step.
   * @param inclusive whether an event at the end belongs to it: for steps cut by count, not for time steps.
   */
  lastUntil(endMicros: number, inclusive: boolean): number | undefined {
    for (let i = this.#batches.length - 1; i >= 0; i--) {
      const { t, firstDueAt } = this.#batches[i]!;
      for (let k = t.length - 1; k >= 0; k--) {
        if (t[k]! < endMicros || (inclusive && t[k] === endMicros))
          return firstDueAt + (t[k]! - t[0]!) / 1000 / this.#rate;
      }
    }
    return undefined;
  }
}
