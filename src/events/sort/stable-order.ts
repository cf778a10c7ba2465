/** The order in which times ascend: a natural merge sort, which is fast for what recordings are, some sorted runs. */

/**
 * Indexes of `t` in ascending order of time, equal times in their order; `null` if `t` is sorted already.
 *
 * @param length how many of `t` count. Default: all.
 *
 * @example
 * ```ts
 * import { stableOrder } from 'saccade';
 * console.log(stableOrder(Float64Array.of(30, 10, 30, 20))); // Uint32Array [1, 3, 0, 2]
 * console.log(stableOrder(Float64Array.of(10, 20, 20))); // null
 * ```
 */
export function stableOrder(t: Float64Array, length: number = t.length): Uint32Array | null {
  let runs = runsOf(t, length);
  if (runs.length <= 2) return null;
  let from = new Uint32Array(length);
  for (let i = 0; i < length; i++) from[i] = i;
  let to = new Uint32Array(length);
  while (runs.length > 2) {
    runs = mergePairs(t, from, to, runs);
    [from, to] = [to, from];
  }
  return from;
}

/** Where ascending runs begin, and the end. */
function runsOf(t: Float64Array, length: number): Uint32Array {
  let count = 0;
  for (let i = 1; i < length; i++) if (t[i]! < t[i - 1]!) count++;
  const starts = new Uint32Array(count + 2);
  let run = 0;
  for (let i = 1; i < length; i++) if (t[i]! < t[i - 1]!) starts[++run] = i;
  starts[count + 1] = length;
  return starts;
}

/** Merges each run with the next one, and returns where the longer runs begin. */
function mergePairs(t: Float64Array, from: Uint32Array, to: Uint32Array, runs: Uint32Array): Uint32Array {
  const count = runs.length - 1;
  const merged = new Uint32Array(Math.ceil(count / 2) + 1);
  for (let run = 0; run < count; run += 2) {
    const start = runs[run]!;
    const middle = runs[run + 1]!;
    const end = run + 2 <= count ? runs[run + 2]! : middle;
    for (let left = start, right = middle, at = start; at < end; at++) {
      const isLeft = left < middle && (right >= end || t[from[left]!]! <= t[from[right]!]!);
      to[at] = from[isLeft ? left++ : right++]!;
    }
    merged[run / 2 + 1] = end;
  }
  return merged;
}
