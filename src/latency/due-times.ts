import type { EventBatch } from '../events/index.ts';

interface DueBatch {
  readonly t: Float64Array;
  readonly firstDueAt: number;
}

/** When each event of a time segment of a recording is due at the recording's own speed, milliseconds. */
export class DueTimes {
  readonly #batches: DueBatch[] = [];

  /** Keeps the times. @param dueAt of the batch's last event. */
  push({ t, length }: EventBatch, dueAt: number): void {
    if (length === 0) return;
    const spanMs = (t[length - 1]! - t[0]!) / 1000;
    this.#batches.push({ t: t.subarray(0, length), firstDueAt: dueAt - spanMs });
  }

  /**
   * Due time of a step's last event, `undefined` if there is none.
   *
   * @param endMicros end of the step.
   * @param inclusive whether an event at the end belongs to it: for steps cut by count, not for time steps.
   */
  lastUntil(endMicros: number, inclusive: boolean): number | undefined {
    for (let i = this.#batches.length - 1; i >= 0; i--) {
      const { t } = this.#batches[i]!;
      for (let k = t.length - 1; k >= 0; k--)
        if (t[k]! < endMicros || (inclusive && t[k] === endMicros)) return dueAt(this.#batches[i]!, k);
    }
    return undefined;
  }

  /** Due time of a window's first event, `undefined` if there is none. */
  firstFrom(startMicros: number): number | undefined {
    for (let i = this.#batches.length - 1; i >= 0; i--) {
      const before = this.#batches[i - 1]?.t.at(-1);
      if (before !== undefined && before >= startMicros) continue;
      const k = this.#batches[i]!.t.findIndex((time) => time >= startMicros);
      return k < 0 ? undefined : dueAt(this.#batches[i]!, k);
    }
    return undefined;
  }
}

function dueAt({ t, firstDueAt }: DueBatch, k: number): number {
  return firstDueAt + (t[k]! - t[0]!) / 1000;
}
