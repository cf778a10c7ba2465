/** Data sets: layouts, labels, splits, and their way to clips. For Node. */
export * from './clips.ts';
export * from './dataset.ts';
export * from './errors.ts';
export * from './npz.ts';
export * from './registry.ts';
export { compareNatural, type RecordingEntry, type RecordingSource } from './sources/source.ts';
export { openRecording, openSource, RecordingOpener } from './sources/open-source.ts';
export * from './splits.ts';
