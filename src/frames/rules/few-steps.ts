import { FrameError } from '../errors.ts';

/** More steps than this are a wrong unit, not a wish. */
const MAX_STEPS = 1_000_000;

/** @throws FrameError `TOO_MANY_STEPS` */
export function requireFewSteps(steps: number, size: number): void {
  if (steps <= MAX_STEPS) return;
  throw new FrameError('TOO_MANY_STEPS', -1, `${steps} steps of ${size} microseconds; is the unit right?`);
}
