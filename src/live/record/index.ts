/** Records of a live server, and their replay. */
export { findTakes, type RecordedTake } from './read-record.ts';
export type { PartFormat, Take } from './record-format.ts';
export { RECORD_LIMITS, type RecordLimitName, type RecordLimits } from './record-limits.ts';
export type { RecordAccount } from './record-store.ts';
export { Recorder, type RecorderOptions } from './recorder.ts';
export {
  replayTake,
  type DecisionDifference,
  type ReplayOutcome,
  type ReplayTakeOptions,
} from './replay-take.ts';
