/** Events of a packet: structs of 16 bytes, i64 time, i16 x, i16 y, u8 polarity, 3 bytes of padding. */
import { endRun, startRun, type RecordRun } from '../records/run.ts';
import type { EventArrays } from '../../events/index.ts';

/** Bytes of an event. */
export const EVENT_BYTES = 16;
/** Coordinates are signed. */
export const MAX_COORDINATE = 32_767;
/** Upper words of times up to 2^53 µs, either way. */
const MAX_HIGH = 2 ** 21;
const TWO_32 = 2 ** 32;

/** A run of events and its account. */
export interface EventRun extends Pick<RecordRun, 'length' | 'on' | 'backwardSteps' | 'outside'> {
  readonly arrays: EventArrays;
  /** Events whose time is beyond what numbers hold. */
  readonly invalid: number;
}

/** Where pixels may be, and whether rows count from below. */
export interface EventRules {
  readonly width: number;
  readonly height: number;
  readonly flipY: boolean;
}

/** Decodes `count` structs from byte `at` on. */
export function decodeStructs(bytes: Uint8Array, at: number, count: number, rules: EventRules): EventRun {
  const { width, height, flipY } = rules;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, count * EVENT_BYTES);
  const run = startRun(count);
  const { t, x, y, p } = run.arrays;
  let [n, on, backwardSteps, outside, invalid, previous] = [0, 0, 0, 0, 0, -Infinity];
  for (let i = 0, from = 0; i < count; i++, from += EVENT_BYTES) {
    const column = view.getUint16(from + 8, true);
    const row = view.getUint16(from + 10, true);
    const high = view.getInt32(from + 4, true);
    if (column >= width || row >= height) {
      outside++;
      continue;
    }
    if (high >= MAX_HIGH || high < -MAX_HIGH) {
      invalid++;
      continue;
    }
    const time = high * TWO_32 + view.getUint32(from, true);
    if (time < previous) backwardSteps++;
    previous = time;
    const polarity = view.getUint8(from + 12) === 0 ? 0 : 1;
    on += polarity;
    t[n] = time;
    x[n] = column;
    y[n] = flipY ? height - 1 - row : row;
    p[n] = polarity;
    n++;
  }
  run.length = n;
  return { arrays: endRun(run), length: n, on, backwardSteps, outside, invalid };
}
