/** The plain loop over records: the oracle of the kernel, and what runs where there is no WebAssembly. */
import type { Clock, RecordLayout } from './layout.ts';
import type { RecordRun } from './run.ts';

/**
 * Decodes up to `count` records from `offset` on into `run` and moves the clock; stops before a marker.
 *
 * @returns how many records were consumed.
 */
export function decodeRecordsScalar(
  layout: RecordLayout,
  bytes: Uint8Array,
  offset: number,
  count: number,
  clock: Clock,
  run: RecordRun,
): number {
  const { recordBytes, x, y, polarity, pixel, marker, counterRange } = layout;
  const { arrays } = run;
  const pixelMask = pixel?.mask ?? 0;
  const pixelValue = (pixel?.value ?? 0) | 0;
  const markerMask = marker?.mask ?? 0;
  const markerValue = (marker?.value ?? 1) | 0;
  for (let i = 0, at = offset; i < count; i++, at += recordBytes) {
    const address = word(bytes, at, layout.addressBytes);
    if ((address & markerMask) === markerValue) return i;
    const bits = word(bytes, at, layout.timeBytes) & layout.timeMask;
    const stamp = layout.timeSigned ? bits : bits >>> 0;
    if (clock.last - stamp > counterRange / 2) {
      clock.offset += counterRange;
      clock.wraps++;
    }
    clock.last = stamp;
    if ((address & pixelMask) !== pixelValue) {
      run.notPixel++;
      continue;
    }
    const column = (address >>> x.shift) & x.mask;
    const row = (address >>> y.shift) & y.mask;
    if (column >= x.size || row >= y.size) {
      run.outside++;
      continue;
    }
    const n = run.length++;
    const time = stamp + clock.offset;
    if (time < run.previous) run.backwardSteps++;
    run.previous = time;
    const bit = ((address >>> polarity.shift) & polarity.mask) !== 0 ? 1 : 0;
    const p = polarity.inverted ? 1 - bit : bit;
    run.on += p;
    arrays.t[n] = time;
    arrays.x[n] = x.flip ? x.size - 1 - column : column;
    arrays.y[n] = y.flip ? y.size - 1 - row : row;
    arrays.p[n] = p;
  }
  return count;
}

/** The word that these bytes of a record make, as a signed integer. */
export function word(bytes: Uint8Array, at: number, places: readonly number[]): number {
  let value = 0;
  for (let i = 0; i < places.length; i++) value |= bytes[at + places[i]!]! << (8 * i);
  return value;
}
