/** Records of a live server, and their replay. */
export { findTakes, type RecordedTake } from './read-record.ts';
export type { PartFormat, Take } from './record-format.ts';
export { RECORD_LIMITS, type RecordLimitName, type RecordLimits } from './record-limits.ts';
export type { RecordAccount } from './record-store.ts';
export { Recorder, type RecorderOptions } from './recorder.ts';
export type * from './replay-outcome.ts';
export { replayTake, type ReplayTakeOptions } from './replay-take.ts';
