/** When recorded events are due. */
import type { EventBatch } from '../../events/index.ts';

/** A jump of the recorded clock by more than this is not waited for. */
const MAX_GAP_MICROS = 10_000_000;
/** A step back by more than this is a restart of the recorded clock; less is disorder. */
const MAX_BACK_MICROS = 1_000_000;

/**
 * Open-loop schedule: an event is due at the start plus its recorded time over the rate, however late those before it
 * were. Where the recorded clock restarts or jumps (one wrong time would stop a replay for an hour), it goes on from
 * the last due time without a wait.
 */
export class Pacer {
  readonly #rate: number;
  #segment = 0;
  #newest: number | undefined;
  #originMicros = 0;
  #originAt = 0;
  #lastDueAt = 0;

  /** @param startAt when the first event is due, milliseconds of any clock. */
  constructor(rate: number, startAt: number) {
    this.#rate = rate;
    this.#lastDueAt = startAt;
  }

  /** When a stretch of events is due, that is the last of them; takes stretches in their order. */
  dueAt(firstMicros: number, lastMicros: number, segment: number): number {
    const newest = this.#newest;
    const goesOn =
      newest !== undefined &&
      segment === this.#segment &&
      firstMicros - newest <= MAX_GAP_MICROS &&
      newest - firstMicros <= MAX_BACK_MICROS;
    if (!goesOn) {
      this.#segment = segment;
      this.#originMicros = firstMicros;
      this.#originAt = this.#lastDueAt;
    }
    this.#newest = goesOn ? Math.max(newest, lastMicros) : lastMicros;
    const dueAt = this.#originAt + (lastMicros - this.#originMicros) / 1000 / this.#rate;
    this.#lastDueAt = Math.max(this.#lastDueAt, dueAt);
    return dueAt;
  }
}

/** Index behind the events that go into one message: a stretch of time that does not go back. */
export function stretchEnd({ t, length }: EventBatch, from: number, micros: number): number {
  const end = t[from]! + micros;
  let to = from + 1;
  while (to < length && t[to]! < end && t[to]! >= t[to - 1]!) to++;
  return to;
}

/** Waits, but not beyond an abort. Timers of Node are up to a millisecond early, this is not. @param at `performance.now()` clock. */
export async function sleepUntil(at: number, signal: AbortSignal | undefined): Promise<void> {
  for (let wait = at - performance.now(); wait > 0 && !signal?.aborted; wait = at - performance.now())
    await sleep(Math.max(1, wait), signal);
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}
