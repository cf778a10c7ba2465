/** Several cameras are worked for on one thread. */

/** Runs the work of several cameras. */
export interface WorkTurns {
  /** Runs `work` when it is its turn. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}
