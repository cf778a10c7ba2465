/** The plain loop from events to records: the oracle of the kernel, and what runs where there is no WebAssembly. */
import type { EventBatch } from '../../events/index.ts';
import type { RecordLayout } from './layout.ts';

/** Times that records can hold as they are now, and how. Outside, encoding stops. */
export interface TimeWindow {
  /** The first time, and the one behind the last. No more than 2^31 from `offset`. */
  readonly lowest: number;
  readonly highest: number;
  /** The counter is the time minus this, plus `base` in 32 bits. */
  readonly offset: number;
  readonly base: number;
}

/**
 * Encodes events `[from, to)` to `output` from byte `at` on; stops before one outside the sensor or
 * the window, or whose time is no whole number. All
 * bytes of a record are those of its words: no others are written.
 *
 * @returns the first event that was not encoded.
 */
export type EncodeRecords = (
  layout: RecordLayout,
  window: TimeWindow,
  batch: EventBatch,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
) => number;

/** See {@link EncodeRecords}. */
export const encodeRecordsScalar: EncodeRecords = (layout, window, batch, from, to, output, at) => {
  const { t, x, y, p } = batch;
  const { recordBytes, addressBytes, timeBytes, polarity, pixel } = layout;
  const { lowest, highest, offset, base } = window;
  const invert = polarity.inverted ? 1 : 0;
  const fixedBits = pixel?.value ?? 0;
  let place = at;
  for (let i = from; i < to; i++, place += recordBytes) {
    const time = t[i]!;
    const column = x[i]!;
    const row = y[i]!;
    if (
      !(time >= lowest && time < highest && Number.isInteger(time)) ||
      column >= layout.x.size ||
      row >= layout.y.size
    )
      return i;
    const address =
      ((layout.x.flip ? layout.x.size - 1 - column : column) << layout.x.shift) |
      ((layout.y.flip ? layout.y.size - 1 - row : row) << layout.y.shift) |
      ((p[i]! ^ invert) << polarity.shift) |
      fixedBits;
    const stamp = ((time - offset) | 0) + base;
    for (let byte = 0; byte < timeBytes.length; byte++)
      output[place + timeBytes[byte]!] = stamp >>> (8 * byte);
    // A byte may be shared: the field that has none of a word's bits there left zeros.
    for (let byte = 0; byte < addressBytes.length; byte++) {
      const index = place + addressBytes[byte]!;
      const bits = (address >>> (8 * byte)) & 0xff;
      output[index] = timeBytes.includes(addressBytes[byte]!) ? output[index]! | bits : bits;
    }
  }
  return to;
};
