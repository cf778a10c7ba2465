/** How recordings become frames, as plain data: what a model file, a manifest and a training run state. */
import type { Convention, SensorGeometry } from '../events/index.ts';
import type { FilterSpec } from '../filters/index.ts';
import { windowsOverlap, type BinningSpec } from './binning-spec.ts';
import { RepresentationError } from './errors.ts';
import { requireOverlap } from './overlap.ts';
import type { SensorFit } from './pixel-map.ts';
import { COUNTS, representationForm } from './representation-spec.ts';
import type { RepresentationSpec } from './representation.ts';
import type { RemainderPolicy } from './slicer.ts';
import type { CountType } from './types.ts';

/** The whole rule. Two streams of the same events under equal rules give equal frames, however they are cut. */
export interface FrameRule {
  /** The sensor of the recordings that frames are made for, in front of the filters; `null`: each recording's own. */
  readonly sensor: SensorGeometry | null;
  /** What happens to a recording of another sensor. */
  readonly fit: SensorFit;
  /** Coordinates and polarity of the frames. Events come canonical, whatever they were read from. */
  readonly convention: Convention;
  /** Filters in front of the slicing, in order. They see canonical coordinates. */
  readonly filters: readonly FilterSpec[];
  readonly binning: BinningSpec;
  /** What becomes of a window that is open at the end. */
  readonly remainder: RemainderPolicy;
  /** What a frame holds. */
  readonly representation: RepresentationSpec;
  /** Integers have as many bits. */
  readonly countType: CountType;
}

/** The parts of a {@link FrameRule} that have a usual value. */
export const FRAME_RULE_DEFAULTS: Omit<FrameRule, 'sensor' | 'binning'> = {
  fit: 'resize',
  convention: 'canonical',
  filters: [],
  remainder: 'pad-first',
  representation: COUNTS,
  countType: 'uint8',
};

/**
 * Whether frames can be made by a rule, before there are events.
 *
 * @throws {@link OptionError} for strides and overlaps that do not go with the steps; {@link RepresentationError} `CANNOT_BE_MADE` for windows that
 * overlap and a representation that remembers the stream: a step would know of events behind it.
 *
 * @example
 * ```ts
 * import { COUNTS, requireFrameRule } from 'saccade';
 * requireFrameRule({ binning: { by: 'mixed', stepMicros: 30_000, stepEvents: 500, steps: 4 }, representation: COUNTS });
 * ```
 */
export function requireFrameRule({
  binning,
  representation,
}: Pick<FrameRule, 'binning' | 'representation'>): void {
  requireOverlap(binning);
  if (!windowsOverlap(binning) || representationForm(representation).memory !== 'stream') return;
  throw new RepresentationError(
    'CANNOT_BE_MADE',
    representation.name,
    `${representation.name} of the stream would know events behind a step where windows overlap: take memory:window, or no stride.`,
  );
}
