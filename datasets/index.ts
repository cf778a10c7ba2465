/** Data sets: layouts, labels, splits, and their way to clips. For Node. */
export type * from './about.ts';
export * from './choose-split.ts';
export * from './clips.ts';
export * from './dataset.ts';
export * from './errors.ts';
export * from './hold-out.ts';
export { readImage, type Image, type ImageReading } from './images/index.ts';
export * from './labelled-clips.ts';
export * from './labels.ts';
export { listed, otherFilesHint, sampleNoun, type SampleNoun } from './labelled-source.ts';
export type { ClassFolder } from './layout.ts';
export * from './npz.ts';
export * from './parts.ts';
export * from './reading-account.ts';
export * from './registry.ts';
export * from './sample-name.ts';
export * from './sensor-sizes.ts';
export { fileSource } from './sources/file-source.ts';
export {
  compareNatural,
  type ClosableSource,
  type RecordingEntry,
  type RecordingSource,
} from './sources/source.ts';
export {
  DEFAULT_MAX_MEMBER_BYTES,
  MAX_INFLATION_RATIO,
  type ArchiveOptions,
  type UnpackedArchive,
} from './sources/archive.ts';
export { memberOf, openEntry, openSource, RecordingOpener } from './sources/open-source.ts';
export * from './splits.ts';
