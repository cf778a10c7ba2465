/** Events `[start, end)` of a recording, by index. */
export type IndexRange = readonly [start: number, end: number];

/** Where a step begins and ends, in microseconds, by its number. */
export type StepEdges = (step: number) => readonly [startMicros: number, endMicros: number];
