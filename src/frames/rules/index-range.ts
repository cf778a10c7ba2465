/** Events `[start, end)` of a recording, by index. */
export type IndexRange = readonly [start: number, end: number];
