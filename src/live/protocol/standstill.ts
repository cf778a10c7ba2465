/** That nothing is decided for a camera, in a cluster. */

/** Why a camera's windows wait, in a cluster. */
export type StandstillReason =
  /** The gateway has no broker, or no lease. */
  | 'cut-off'
  /** No worker of the model has room. */
  | 'no-worker'
  /** The worker that had the camera is gone or says nothing, and its successor has not answered yet. */
  | 'no-answer';

/** Nothing is decided for a camera, since when and why. */
export interface Standstill {
  readonly reason: StandstillReason;
  readonly forMs: number;
}
