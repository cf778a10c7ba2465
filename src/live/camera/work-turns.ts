/** Several cameras are worked for on one thread. */

/** Runs the work of several cameras. */
export interface WorkTurns {
  /** Runs `work` when it is its turn. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** One camera, whose turn it always is. */
export const AT_ONCE: WorkTurns = { run: (work) => work() };

/** One turn of the event loop, in which what waits can still come. */
const ARRIVAL_GRACE_MS = 5;

/** Takes it for silence when nothing came meanwhile. */
export function afterGrace(): Promise<boolean> {
  return new Promise((resolve) => setTimeout(resolve, ARRIVAL_GRACE_MS, true));
}
