/** How far windows, or steps of one, may overlap. */
import { OptionError } from '../events/index.ts';
import type { BinningSpec } from './binning-spec.ts';

/** An event in more windows than this is a wrong unit, not a wish. */
const MAX_OVERLAP = 1000;

/** From the beginning of a window to that of the next. @throws OptionError for more than a window, or too small a part of one. */
export function strideOption(name: string, stride: number, window: number): number {
  if (stride <= window && window <= MAX_OVERLAP * stride) return stride;
  throw new OptionError(
    name,
    `must be at most a window (${window}) and at least a ${MAX_OVERLAP}th of one, got ${stride}`,
  );
}

/** What steps share. @throws OptionError for what is not in [0, below). */
export function overlapOption(name: string, overlap: number, below: number, other?: string): number {
  if (overlap >= 0 && overlap < below) return overlap;
  const most = other === undefined ? String(below) : `${other} (${below})`;
  throw new OptionError(name, `must be at least 0 and below ${most}, got ${overlap}`);
}

/** @throws OptionError for a rule whose strides or overlaps do not go with its steps. */
export function requireOverlap(spec: BinningSpec): void {
  switch (spec.by) {
    case 'fixed-duration': {
      const window = spec.stepMicros * spec.steps;
      strideOption('strideMicros', spec.strideMicros ?? window, window);
      return;
    }
    case 'fixed-count': {
      const window = spec.stepEvents * spec.steps;
      strideOption('strideEvents', spec.strideEvents ?? window, window);
      return;
    }
    case 'tonic-time-window':
      overlapOption('overlapMicros', spec.overlapMicros ?? 0, spec.durationMicros, 'durationMicros');
      return;
    case 'tonic-event-count':
      overlapOption('overlapEvents', spec.overlapEvents ?? 0, spec.stepEvents, 'stepEvents');
      return;
    case 'tonic-time-bins':
    case 'tonic-event-bins':
      overlapOption('overlap', spec.overlap ?? 0, 1);
      return;
    default:
  }
}
