/** Kinds of numbers: bytes of a whole one, or these. */
export const F4: i32 = 14;
export const F8: i32 = 18;

/** What `readRows` is told, and what it counts; src/formats/npy/kernel.ts writes and reads it by this order. */
@unmanaged
export class Block {
  /** From the times' unit to microseconds. */
  factor: f64;
  /** Time of the event before. */
  previous: f64;
  tAt: usize;
  tStride: usize;
  tKind: i32;
  xAt: usize;
  xStride: usize;
  xKind: i32;
  yAt: usize;
  yStride: usize;
  yKind: i32;
  pAt: usize;
  pStride: usize;
  pKind: i32;
  /** Whether whole times have a sign. */
  tSigned: i32;
  /** Whether times must be whole before they are rounded. */
  whole: i32;
  /** Greatest places. */
  right: i32;
  bottom: i32;
  /** The least polarity: -1 or 0. */
  least: i32;
  on: i32;
  backwardSteps: i32;
}
