/** Frames: slicing a stream into windows of T steps, and binning. Imports events only. */
export * from './bin-slice.ts';
export { isCausal, windowsOverlap, type BinningSpec, type CausalBinningSpec } from './binning-spec.ts';
export * from './clip.ts';
export * from './count-slicer.ts';
export { allocateCounts, areCounts, countTypeOf, widestType, type FrameType } from './counts.ts';
export * from './create-slicer.ts';
export * from './duration-slicer.ts';
export * from './errors.ts';
export * from './frame-binner.ts';
export * from './frame-rule.ts';
export {
  pixelMap,
  SENSOR_FITS,
  turnedSize,
  type PixelMap,
  type PixelMapOptions,
  type SensorFit,
} from './pixel-map.ts';
export * from './recording-slicer.ts';
export * from './representation-spec.ts';
export { heldBytes, heldCounts, repeatedClip } from './repeated-clip.ts';
export {
  type AnyRepresentation,
  type FrameForm,
  type RepresentationDefinition,
  type RepresentationSpec,
} from './representation.ts';
export * from './representations.ts';
export * from './rules/index.ts';
export { durationRanges } from './rules/duration.ts';
export { numberRanges } from './rules/number.ts';
export { RecordedEvents } from './rules/recorded-events.ts';
export { timeRanges } from './rules/time.ts';
export { REMAINDER_POLICIES, type EventSlicer, type RemainderPolicy, type SliceReport } from './slicer.ts';
export * from './sliding-slicer.ts';
export * from './types.ts';
