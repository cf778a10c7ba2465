/** The parameters and the account of `decodeRecords`; src/formats/records/kernel.ts writes and reads it by this order. */
@unmanaged
export class Block {
  /** 16 indices: bytes of two address words, then of two time words, out of two records. */
  swizzle0: u64;
  swizzle1: u64;
  recordBytes: i32;
  xShift: i32;
  xMask: i32;
  xFlip: i32;
  xBase: i32;
  xLast: i32;
  yShift: i32;
  yMask: i32;
  yFlip: i32;
  yBase: i32;
  yLast: i32;
  polarityShift: i32;
  polarityMask: i32;
  polarityInvert: i32;
  pixelMask: i32;
  pixelValue: i32;
  markerMask: i32;
  markerValue: i32;
  timeMask: i32;
  timeXor: i32;
  /** The counter of the last record, and that of the last event of this run. */
  last: i32;
  lastEvent: i32;
  wraps: i32;
  events: i32;
  on: i32;
  backwardSteps: i32;
  notPixel: i32;
  outside: i32;
  marker: i32;
  padding: i32;
  wrapAbove: f64;
  wrapBy: f64;
  offset: f64;
  /** Time of the last event of this run, -Infinity before the first. */
  previous: f64;
}
