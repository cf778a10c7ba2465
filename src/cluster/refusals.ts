/** Workers that refuse a job: the rule of all queues. */

/** How often a job was refused, and by whom. */
export interface Refusals {
  readonly count: number;
  /** Each once. */
  readonly workers: readonly string[];
}

export const NO_REFUSALS: Refusals = { count: 0, workers: [] };

/** A job that a worker refuses for the first time is soon there for others. */
const FIRST_PAUSE_MS = 100;

export function withRefusal({ count, workers }: Refusals, worker: string): Refusals {
  return { count: count + 1, workers: workers.includes(worker) ? workers : [...workers, worker] };
}

/** How long a job waits that a worker refuses. @param before that */
export function refusalPauseMs(before: Refusals, worker: string, retryMs: number): number {
  return before.workers.includes(worker) ? retryMs : Math.min(FIRST_PAUSE_MS, retryMs);
}

/** Whether it was refused again as often as it may fail: a worker that was too early may do better then. */
export function isPatienceOver({ count, workers }: Refusals, maxDeliveries: number): boolean {
  return count - workers.length >= maxDeliveries - 1;
}

/** Whether nobody is left who may take it. @param present workers that are at the queue. */
export function isRefusedByAll({ workers }: Refusals, present: readonly string[]): boolean {
  return present.every((worker) => workers.includes(worker));
}

/** What is said of such a job. @param present how many workers are at the queue. */
export function refusedByAll(present: number, reason: string): string {
  const who =
    present === 1 ? 'the only worker at the queue refuses' : `all ${present} workers at the queue refuse`;
  return `${who} it: ${reason}`;
}
