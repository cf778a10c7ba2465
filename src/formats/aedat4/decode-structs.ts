/** Structs decoded by the kernel where it runs, else by the plain loop. */
import { decodeStructsScalar, type EventRules, type StructRun } from './events.ts';
import { StructKernel } from './kernel.ts';

/** Appends `count` structs from byte `at` on to a run, which has room for them. */
export function decodeStructs(
  bytes: Uint8Array,
  at: number,
  count: number,
  rules: EventRules,
  run: StructRun,
): void {
  const fast = run.space.kernel(StructKernel);
  if (fast === null) decodeStructsScalar(bytes, at, count, rules, run);
  else fast.decode(bytes, at, count, rules, run);
}
