/** What a run gave, without the memory that it was made in. */
import { endRun, type RecordRun } from '../../src/formats/records/run.ts';

/** Ends the run; to be compared with that of another loop. */
export function runOutcome(run: RecordRun): unknown {
  return { ...run, space: null, arrays: endRun(run) };
}
