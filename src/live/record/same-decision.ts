/** Which decision is of which time step, and in what two differ. */
import { isDeepStrictEqual } from 'node:util';
import type { DecisionMessage } from '../protocol/index.ts';

/** Names a window of a take. */
export function windowKey(segmentIndex: number, window: number): string {
  return `${segmentIndex} ${window}`;
}

/** Names a time step of a take. */
export function keyOf(segmentIndex: number, { window, step }: DecisionMessage): string {
  return `${windowKey(segmentIndex, window)} ${step}`;
}

/** The fields in which two decisions differ, but for when and how long. */
export function differingFields(a: DecisionMessage, b: DecisionMessage): string[] {
  const [one, other] = [timeless(a), timeless(b)];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !isDeepStrictEqual(one[name], other[name]));
}

function timeless(decision: DecisionMessage): Readonly<Record<string, unknown>> {
  const message = JSON.parse(JSON.stringify(decision)) as DecisionMessage;
  const { latencyMs: _, computeMs: __, trace: ___, ...rest } = message;
  return rest;
}
