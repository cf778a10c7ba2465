/** The parameters and the account of `decodeDvs`; src/formats/es/kernel.ts writes and reads it by this order. */
@unmanaged
export class Block {
  time: f64;
  right: i32;
  bottom: i32;
  events: i32;
  on: i32;
  outside: i32;
  overflows: i32;
  /** Where nine sums of deltas stand for a moment; the first is 0. */
  sums: i32;
}
