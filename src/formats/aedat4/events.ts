/** Events of a packet: structs of 16 bytes, i64 time, i16 x, i16 y, u8 polarity, 3 bytes of padding. */
import type { RecordRun } from '../records/run.ts';

/** Bytes of an event. */
export const EVENT_BYTES = 16;
/** Coordinates are signed. */
export const MAX_COORDINATE = 32_767;
/** Upper words of times up to 2^53 µs, either way. */
const MAX_HIGH = 2 ** 21;
const TWO_32 = 2 ** 32;

/** A run of events and its account. */
export interface StructRun extends RecordRun {
  /** Events whose time is beyond what numbers hold. */
  invalid: number;
}

/** Where pixels may be, and whether rows count from below. */
export interface EventRules {
  readonly width: number;
  readonly height: number;
  readonly flipY: boolean;
}

/** The plain loop: the oracle of the kernel, and what runs where there is no WebAssembly. */
export function decodeStructsScalar(
  bytes: Uint8Array,
  at: number,
  count: number,
  { width, height, flipY }: EventRules,
  run: StructRun,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, count * EVENT_BYTES);
  const { t, x, y, p } = run.arrays;
  for (let i = 0, from = 0; i < count; i++, from += EVENT_BYTES) {
    const column = view.getUint16(from + 8, true);
    const row = view.getUint16(from + 10, true);
    const high = view.getInt32(from + 4, true);
    if (column >= width || row >= height) {
      run.outside++;
      continue;
    }
    if (high >= MAX_HIGH || high < -MAX_HIGH) {
      run.invalid++;
      continue;
    }
    const time = high * TWO_32 + view.getUint32(from, true);
    if (time < run.previous) run.backwardSteps++;
    run.previous = time;
    const polarity = view.getUint8(from + 12) === 0 ? 0 : 1;
    run.on += polarity;
    const n = run.length++;
    t[n] = time;
    x[n] = column;
    y[n] = flipY ? height - 1 - row : row;
    p[n] = polarity;
  }
}
