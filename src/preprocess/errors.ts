import { SaccadeError } from '../events/index.ts';

/** What can keep preprocessing from starting, or a recording from becoming frames. */
export type PreprocessErrorCode =
  /** The output folder was begun with other parameters. */
  | 'OTHER_PARAMETERS'
  /** Another run is writing into the output folder. */
  | 'FOLDER_IN_USE'
  /** Two recordings would become one output. */
  | 'SAME_OUTPUT'
  /** Recordings are of several sensors, and no common size is asked for. */
  | 'SEVERAL_SENSORS'
  | 'WORKER_DIED'
  | 'TIMED_OUT'
  /** Of a queue: no worker could do a job. */
  | 'GIVEN_UP'
  /** A worker and the submitter of a job do not see the same files. */
  | 'NOT_SHARED'
  /** A worker and the submitter of a job are of different versions. */
  | 'OTHER_VERSION'
  /** What came by a queue is no job, or no outcome, of this version. */
  | 'BAD_MESSAGE'
  /** A recording has more events than are kept in memory. */
  | 'TOO_MANY_EVENTS'
  /** A file that was written has other bytes when it is packed. */
  | 'OUTPUT_CHANGED'
  /** A folder to be checked has no manifest: it was never finished, or is another. */
  | 'NO_MANIFEST'
  /** A manifest that is none of this version. */
  | 'BAD_MANIFEST';

/** Recordings cannot be turned into frames. */
export class PreprocessError extends SaccadeError<PreprocessErrorCode> {
  override readonly name = 'PreprocessError';
}

/** An error in one line, with its code where it has one. */
export function errorText(error: unknown): string {
  if (error instanceof SaccadeError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
