/** Pixels of one row, time and polarity, given as the bits of a mask. */
import type { RecordRun } from '../records/run.ts';
import type { RawSetting } from './words.ts';

/** Appends an event for each set bit, in ascending order. */
export function appendMask(
  run: RecordRun,
  { width, height }: RawSetting,
  time: number,
  base: number,
  mask: number,
  row: number,
  polarity: number,
): void {
  const { t, x, y, p } = run.arrays;
  for (let bits = mask; bits !== 0; bits &= bits - 1) {
    const column = base + 31 - Math.clz32(bits & -bits);
    if (column >= width || row >= height) {
      run.outside++;
      continue;
    }
    if (time < run.previous) run.backwardSteps++;
    run.previous = time;
    run.on += polarity;
    const n = run.length++;
    t[n] = time;
    x[n] = column;
    y[n] = row;
    p[n] = polarity;
  }
}

/** Set bits of a mask. */
export function popCount(mask: number): number {
  let count = 0;
  for (let bits = mask; bits !== 0; bits &= bits - 1) count++;
  return count;
}
