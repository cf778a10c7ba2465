/** The row of EVT3's X words that are not pixel events. */
export const NO_ROW: i32 = 0x1_0000;

/** The parameters and the account of the kernels; src/formats/prophesee/kernel.ts writes and reads it by this order. */
@unmanaged
export class Block {
  /** Clock in microseconds: that of TIME_HIGH, wraps included, and all of it. */
  highMicros: f64;
  micros: f64;
  /** Time of the last event of this run, -Infinity before the first. */
  previous: f64;
  high: i32;
  loops: i32;
  row: i32;
  base: i32;
  polarity: i32;
  /** Bits to rotate an EVT2.1 word by, so that the EVT2 half is on top. */
  rotation: i32;
  width: i32;
  height: i32;
  events: i32;
  on: i32;
  backwardSteps: i32;
  outside: i32;
  notPixel: i32;
  /** A bit for each type of word at which decoding stops. */
  stopTypes: u32;
}
