/** Records of fixed size in which an address word and a time word are bit fields: AEDAT 1 to 3, ATIS, DAT. */

/** One coordinate inside the address word. */
export interface AxisField {
  readonly shift: number;
  readonly mask: number;
  /** Size of the sensor along this axis; events beyond are dropped. */
  readonly size: number;
  /** Whether the coordinate counts from the other end. */
  readonly flip: boolean;
}

/** The polarity inside the address word: ON where any of its bits is set, or none where `inverted`. */
export interface PolarityField {
  readonly shift: number;
  readonly mask: number;
  readonly inverted: boolean;
}

/** Words `w` with `(w & mask) === value`. */
export interface WordPattern {
  readonly mask: number;
  readonly value: number;
}

/** Where everything is in a record. */
export interface RecordLayout {
  /** Beyond 8 only the plain loop runs. */
  readonly recordBytes: number;
  /** Which bytes of the record make the address word, least significant first; fewer than 4 leave the top 0. */
  readonly addressBytes: readonly number[];
  /** The same for the time word, whose four bytes are a two's complement number where `timeSigned`. */
  readonly timeBytes: readonly number[];
  readonly timeMask: number;
  readonly timeSigned: boolean;
  /** Ticks after which the counter starts again; it did so where it falls by more than half. Infinity: never. */
  readonly counterRange: number;
  readonly x: AxisField;
  readonly y: AxisField;
  readonly polarity: PolarityField;
  /** What pixel events look like; `null`: all records are some. */
  readonly pixel: WordPattern | null;
  /** Records at which decoding stops, for the format to look at; `null`: none. */
  readonly marker: WordPattern | null;
}

/** Unwraps the counter. Runs over all records, also those that are no pixel events. */
export interface Clock {
  /** Added to the counter. */
  offset: number;
  /** The counter of the record before. */
  last: number;
  wraps: number;
}
