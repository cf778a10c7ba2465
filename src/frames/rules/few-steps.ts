import { FrameError } from '../errors.ts';
import { MAX_STEPS } from '../slicer.ts';

/** @throws FrameError `TOO_MANY_STEPS` */
export function requireFewSteps(steps: number, size: number, unit: 'microseconds' | 'events'): void {
  if (steps <= MAX_STEPS) return;
  throw new FrameError('TOO_MANY_STEPS', -1, `${steps} steps of ${size} ${unit}; is the unit right?`);
}
