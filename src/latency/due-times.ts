import type { EventBatch } from '../events/index.ts';

/** An event's message, and when the event was due. */
export interface DueEvent {
  readonly dueAt: number;
  /** Number of the message that it was sent with. */
  readonly message: number;
}

interface DueBatch {
  readonly t: Float64Array;
  readonly firstDueAt: number;
  readonly message: number;
}

/** When each event of a time segment of a recording is due at the recording's own speed, milliseconds. */
export class DueTimes {
  readonly #batches: DueBatch[] = [];

  /** Keeps the times. @param dueAt of the batch's last event. */
  push({ t, length }: EventBatch, dueAt: number, message: number): void {
    if (length === 0) return;
    const spanMs = (t[length - 1]! - t[0]!) / 1000;
    this.#batches.push({ t: t.subarray(0, length), firstDueAt: dueAt - spanMs, message });
  }

  /**
   * A step's last event, `undefined` if there is none.
   *
   * @param endMicros end of the step.
   * @param inclusive whether an event at the end belongs to it: for steps cut by count, not for time steps.
   */
  lastUntil(endMicros: number, inclusive: boolean): DueEvent | undefined {
    for (let i = this.#batches.length - 1; i >= 0; i--) {
      const { t } = this.#batches[i]!;
      for (let k = t.length - 1; k >= 0; k--)
        if (t[k]! < endMicros || (inclusive && t[k] === endMicros)) return dueEvent(this.#batches[i]!, k);
    }
    return undefined;
  }

  /** A window's first event, `undefined` if there is none. */
  firstFrom(startMicros: number): DueEvent | undefined {
    for (let i = this.#batches.length - 1; i >= 0; i--) {
      const before = this.#batches[i - 1]?.t.at(-1);
      if (before !== undefined && before >= startMicros) continue;
      const batch = this.#batches[i]!;
      const k = batch.t.findIndex((time) => time >= startMicros);
      return k < 0 ? undefined : dueEvent(batch, k);
    }
    return undefined;
  }
}

function dueEvent({ t, firstDueAt, message }: DueBatch, k: number): DueEvent {
  return { dueAt: firstDueAt + (t[k]! - t[0]!) / 1000, message };
}
