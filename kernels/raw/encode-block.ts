/** The state of the encoding kernels; src/formats/prophesee/encode-kernel.ts writes and reads it by this order. */
@unmanaged
export class EncodeBlock {
  /** Time of the last event, 0 before the first. */
  last: f64;
  /** The clock as EVT3 words left it, -1 before the first. */
  micros: f64;
  /** TIME_HIGH, with its wraps in EVT3, -1 before the first. */
  high: i32;
  row: i32;
  /** Bytes written. */
  bytes: i32;
  /** Whether more events follow in the batch, so that a group at the end may go on. */
  goesOn: i32;
  /** Events at or beyond these are refused. */
  width: i32;
  height: i32;
}
