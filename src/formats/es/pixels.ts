/** The loops over dvs and atis events. */
import type { SensorGeometry } from '../../events/index.ts';
import type { RecordRun } from '../records/run.ts';
import { PIXEL_EVENT_BYTES } from './layout.ts';

/** A stream's time, which goes on across chunks. */
export interface EsClock {
  time: number;
  /** Overflow bytes so far. */
  overflows: number;
}

/** Takes a threshold crossing of an ATIS exposure measurement. */
export type ThresholdCrossing = (time: number, x: number, y: number, second: boolean) => void;

/** Decodes whole events (and what lies between) from `start` up to `end` into `run`; returns where it stopped. */
export type PixelLoop = (
  bytes: Uint8Array,
  start: number,
  end: number,
  size: SensorGeometry,
  clock: EsClock,
  run: RecordRun,
  crossing: ThresholdCrossing,
) => number;

/**
 * Deltas of 7 bits: `delta << 1 | on`, x, y. The oracle of the kernel, and what runs where there is no WebAssembly.
 * The place is read as one word; an event outside the sensor is overwritten by the next one, as a branch on it would
 * cost a fifth of the speed.
 */
export const decodeDvsScalar: PixelLoop = (bytes, start, end, { width, height }, clock, run) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { t, x: columns, y: rows, p } = run.arrays;
  const last = end - PIXEL_EVENT_BYTES;
  const right = width - 1;
  const bottom = height - 1;
  let { time } = clock;
  let { length, on } = run;
  let idle = 0;
  let overflows = 0;
  let at = start;
  for (;;) {
    while (at <= last) {
      const first = bytes[at]!;
      if (first < 0xfe) {
        time += first >> 1;
        const place = view.getInt32(at + 1, true);
        const x = place & 0xffff;
        const y = (bottom - (place >>> 16)) | 0;
        const bit = first & 1;
        t[length] = time;
        columns[length] = x;
        rows[length] = y;
        p[length] = bit;
        // 1 if neither is negative, else 0.
        const inside = 1 + (((right - x) | y) >> 31);
        on += bit & inside;
        length += inside;
        at += PIXEL_EVENT_BYTES;
      } else {
        if (first === 0xff) {
          time += 127;
          overflows++;
        }
        idle++;
        at++;
      }
    }
    // Too few bytes for an event, but time may pass in them.
    if (at >= end || bytes[at]! < 0xfe) break;
    if (bytes[at] === 0xff) {
      time += 127;
      overflows++;
    }
    idle++;
    at++;
  }
  run.outside += (at - start - idle) / PIXEL_EVENT_BYTES - (length - run.length);
  clock.time = time;
  clock.overflows += overflows;
  run.length = length;
  run.on = on;
  return at;
};

/** Deltas of 6 bits: `delta << 2 | polarity << 1 | is threshold crossing`, x, y. */
export const decodeAtis: PixelLoop = (bytes, start, end, { width, height }, clock, run, crossing) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { t, x: columns, y: rows, p } = run.arrays;
  let { time } = clock;
  let at = start;
  while (at < end) {
    const first = bytes[at]!;
    if (first >= 0xfc) {
      time += 63 * (first & 3);
      if (first > 0xfc) clock.overflows++;
      at++;
      continue;
    }
    if (end - at < PIXEL_EVENT_BYTES) break;
    time += first >> 2;
    const x = view.getUint16(at + 1, true);
    const y = view.getUint16(at + 3, true);
    at += PIXEL_EVENT_BYTES;
    const bit = (first >> 1) & 1;
    if (x >= width || y >= height) {
      run.outside++;
    } else if ((first & 1) === 1) {
      crossing(time, x, height - 1 - y, bit === 1);
    } else {
      t[run.length] = time;
      columns[run.length] = x;
      rows[run.length] = height - 1 - y;
      p[run.length] = bit;
      run.on += bit;
      run.length++;
    }
  }
  clock.time = time;
  return at;
};
