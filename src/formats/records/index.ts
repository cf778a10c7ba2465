/** Records of bit fields, decoded by the kernel where it runs, else by the plain loop. */
import { RecordKernel } from './kernel.ts';
import type { Clock, RecordLayout } from './layout.ts';
import type { RecordRun } from './run.ts';
import { decodeRecordsScalar } from './scalar.ts';

export type { AxisField, Clock, PolarityField, RecordLayout, WordPattern } from './layout.ts';
export { endRun, startRun, type RecordRun } from './run.ts';

/**
 * Decodes up to `count` records, for which the run has room, from `offset` on into it and moves the clock; stops
 * before a marker.
 *
 * @returns how many records were consumed.
 */
export function decodeRecords(
  layout: RecordLayout,
  bytes: Uint8Array,
  offset: number,
  count: number,
  clock: Clock,
  run: RecordRun,
): number {
  const fast = layout.recordBytes <= 8 ? run.space.kernel(RecordKernel) : null;
  if (fast === null) return decodeRecordsScalar(layout, bytes, offset, count, clock, run);
  return fast.decode(layout, bytes, offset, count, clock, run);
}
