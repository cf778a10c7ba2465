/** Which decision is of which time step, and when two are the same. */
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

/** Whether all is the same but when and how long. */
export function isSame(a: DecisionMessage, b: DecisionMessage): boolean {
  return isDeepStrictEqual(timeless(a), timeless(b));
}

function timeless(decision: DecisionMessage): object {
  const message = JSON.parse(JSON.stringify(decision)) as DecisionMessage;
  const { latencyMs: _, computeMs: __, trace: ___, ...rest } = message;
  return rest;
}
