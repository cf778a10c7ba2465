/** Structs decoded by the kernel where it runs, else by the plain loop. */
import { startRun } from '../records/run.ts';
import { decodeStructsScalar, type EventRules, type StructRun } from './events.ts';
import { StructKernel } from './kernel.ts';

/** A run of `count` structs from byte `at` on. */
export function decodeStructs(bytes: Uint8Array, at: number, count: number, rules: EventRules): StructRun {
  const run: StructRun = { ...startRun(count), invalid: 0 };
  const fast = run.space.kernel(StructKernel);
  if (fast === null) decodeStructsScalar(bytes, at, count, rules, run);
  else fast.decode(bytes, at, count, rules, run);
  return run;
}
