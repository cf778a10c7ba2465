/** Recordings of any size: an index, and what is read with its help. */
export * from './errors.ts';
export type { Fingerprint } from './fingerprint.ts';
export type { IndexSizes } from './index-builder.ts';
export * from './http-source.ts';
export * from './index-file.ts';
export * from './open-recording.ts';
export {
  Recording,
  type BuildIndexOptions,
  type ReadEventsOptions,
  type ReadRecordingOptions,
  type RecordedEvent,
  type RecordingDecoding,
} from './recording.ts';
export type { IndexStretch, RecordingIndex, RecordingSummary } from './recording-index.ts';
