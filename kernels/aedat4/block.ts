/** The parameters and the account of `decodeStructs`; src/formats/aedat4/kernel.ts writes and reads it by this order. */
@unmanaged
export class Block {
  /** Time of the last event of this run, -Infinity before the first. */
  previous: f64;
  xLast: i32;
  yLast: i32;
  /** Rows are `(y ^ yFlip) + yBase`. */
  yFlip: i32;
  yBase: i32;
  events: i32;
  on: i32;
  backwardSteps: i32;
  outside: i32;
  invalid: i32;
}
