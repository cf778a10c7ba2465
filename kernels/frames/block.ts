/** What events are counted into, and the account; src/frames/count-kernel.ts writes and reads it by this order. */
@unmanaged
export class Block {
  /** Addresses of the events' columns, rows and polarities, and of the counts. */
  x: usize;
  y: usize;
  p: usize;
  counts: usize;
  /** Addresses of the tables of a map; 0 where every pixel stays where it is. */
  columns: usize;
  rows: usize;
  /** Room for the places of GROUP events. */
  places: usize;
  /** The sensor's size. */
  width: i32;
  height: i32;
  /** Counts between the OFF and the ON plane. */
  plane: i32;
  /** 1 where the polarity changes. */
  flip: i32;
  /** Place of the count that takes what lies outside, behind all others. */
  waste: i32;
  outside: i32;
  saturated: i32;
}
