/** What `readLines` is told, and what it counts; src/formats/csv/kernel.ts writes and reads it by this order. */
@unmanaged
export class Block {
  /** Microseconds of a whole time. */
  scale: f64;
  /** Time of the event before. */
  previous: f64;
  /** Decimal places that `scale` stands for. */
  shift: u32;
  /** Whether times must not have a point. */
  pointless: i32;
  separator: i32;
  /** Places of the columns in a line. */
  t: usize;
  x: usize;
  y: usize;
  p: usize;
  width: u32;
  height: u32;
  /** Most events. */
  capacity: usize;
  lines: i32;
  events: usize;
  on: i32;
  outside: i32;
  backwardSteps: i32;
  /** Whether a time had a point. */
  points: i32;
  /** Whether it stopped at a line that it does not read. */
  odd: i32;
  /** Where the line before ends, and the columns of this one. */
  ends: usize;
  end0: usize;
  end1: usize;
  end2: usize;
  end3: usize;
}
