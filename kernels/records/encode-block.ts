/** The parameters of `encodeRecords`; src/formats/records/encode-kernel.ts writes them by this order. */
@unmanaged
export class EncodeBlock {
  /** 16 indices: bytes of two records, out of two address words and two time words; and those of a shared byte. */
  swizzle0: u64;
  swizzle1: u64;
  shared0: u64;
  shared1: u64;
  offset: f64;
  lowest: f64;
  highest: f64;
  base: i32;
  recordBytes: i32;
  xShift: i32;
  xFlip: i32;
  xBase: i32;
  xLast: i32;
  yShift: i32;
  yFlip: i32;
  yBase: i32;
  yLast: i32;
  polarityShift: i32;
  polarityInvert: i32;
  fixedBits: i32;
}
