/** Records of bit fields, decoded by the kernel where it runs, else by the plain loop. */
import { RecordKernel } from './kernel.ts';
import type { Clock, RecordLayout } from './layout.ts';
import type { RecordRun } from './run.ts';
import { decodeRecordsScalar } from './scalar.ts';

export type { AxisField, Clock, PolarityField, RecordLayout, WordPattern } from './layout.ts';
export { startRun, type RecordRun } from './run.ts';

let kernel: RecordKernel | null | undefined;

/** One kernel serves all decoders: a call never leaves anything behind in it. */
function sharedKernel(): RecordKernel | null {
  if (kernel !== undefined) return kernel;
  try {
    kernel = new RecordKernel();
  } catch {
    // No WebAssembly or no SIMD, or a page's content security policy forbids it.
    kernel = null;
  }
  return kernel;
}

/**
 * Decodes up to `count` records from `offset` on into `run` and moves the clock; stops before a marker.
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
  const fast = layout.recordBytes <= 8 ? sharedKernel() : null;
  if (fast === null) return decodeRecordsScalar(layout, bytes, offset, count, clock, run);
  return fast.decode(layout, bytes, offset, count, clock, run);
}
