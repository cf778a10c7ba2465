/** Frames: slicing a stream into windows of T steps, and binning. Imports events only. */
export * from './binning-spec.ts';
export * from './types.ts';
