/** What a filter's events and state are; src/filters/kernel/filter-block.ts writes and reads it by this order. */
@unmanaged
export class Block {
  /** Microseconds: what times of pixels count from, and where a period of counting ends, where a loop does not say otherwise. */
  epoch: f64;
  end: f64;
  /** Addresses of the events, and of a bit for each that says whether it is kept, the first the lowest. */
  t: usize;
  x: usize;
  y: usize;
  p: usize;
  marks: usize;
  /** Room for the places and times of GROUP events. */
  places: usize;
  times: usize;
  /** Which lanes come first, for every eight bits of marks: of columns and rows, then of polarities. */
  lanes: usize;
  /** Room for two vectors. */
  masks: usize;
  /** The sensor's size. */
  width: i32;
  height: i32;
  /** What is kept of pixel (x, y) is entry y * stride + x + first of the table, that of events outside entry waste. */
  stride: i32;
  first: i32;
  waste: i32;
  table: usize;
  /** Address of a byte for each of these entries. */
  flags: usize;
  /** Options of the filter; each loop says what they are. */
  a: i32;
  b: i32;
  c: i32;
  d: i32;
  e: i32;
  f: i32;
  /** Events of the last loop that were outside the sensor, and those that are kept. */
  outside: i32;
  kept: i32;
}
