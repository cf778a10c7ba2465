/** Representations for tests, and ways through them. */
import type { EventBatch } from '../../../src/events/index.ts';
import {
  FRAME_RULE_DEFAULTS,
  representationForm,
  representations,
  representationSpec,
  type BinningSpec,
  type FrameRule,
  type RepresentationRequest,
  type RepresentationSpec,
  type StepFrame,
} from '../../../src/frames/index.ts';
import { FrameStream, type FrameStreamOptions } from '../../../src/pipeline/index.ts';
import { SENSOR } from '../../filters/streams.ts';

/** One or more of every representation. */
export const SAMPLES: readonly RepresentationSpec[] = (
  [
    { name: 'counts' },
    { name: 'binary' },
    { name: 'signed' },
    { name: 'signed', planes: 'two' },
    { name: 'voxel-grid' },
    { name: 'voxel-grid', like: 'e2vid', bins: 3 },
    { name: 'voxel-grid', like: 'tonic', bins: 4 },
    { name: 'voxel-grid', like: 'tonic-bool', bins: 1 },
    { name: 'voxel-grid', bins: 2, polarity: 'split', edge: 'drop' },
    { name: 'voxel-grid', bins: 1 },
    { name: 'time-surface', tauMicros: 70 },
    { name: 'time-surface', tauMicros: 200, decay: 'linear', memory: 'step' },
    { name: 'time-surface', tauMicros: 100, levels: 16 },
    { name: 'time-surface', tauMicros: 200, decay: 'linear', levels: 5, memory: 'stream' },
    { name: 'time-surface', like: 'tonic', tauMicros: 90 },
    { name: 'histogram', most: 3 },
    { name: 'histogram', most: 2, values: 'levels' },
    { name: 'event-cube' },
    { name: 'event-cube', like: 'openeb-cpp', bins: 2, polarity: 'signed', most: 4, clip: 0.5 },
    { name: 'event-spike-tensor', bins: 3 },
    { name: 'event-spike-tensor', bins: 2, measure: 'count', span: 'events' },
    { name: 'averaged-time-surface', cell: 4, surface: 3, tauMicros: 50, windowMicros: 90 },
    { name: 'averaged-time-surface', like: 'tonic', cell: 3, surface: 3, tauMicros: 20, decay: 'linear' },
    { name: 'bina-rep', bits: 3 },
    { name: 'bina-rep', bits: 4, values: 'levels', parts: 'events' },
  ] satisfies RepresentationRequest[]
).map(representationSpec);

/** Names of representations without a sample. */
export const WITHOUT_SAMPLE: readonly string[] = representations
  .map(({ id }) => id)
  .filter((id) => SAMPLES.every(({ name }) => name !== id));

const BINNINGS: readonly BinningSpec[] = [
  { by: 'fixed-duration', stepMicros: 100, steps: 3 },
  { by: 'fixed-count', stepEvents: 7, steps: 2 },
  { by: 'number', steps: 4 },
  { by: 'mixed', stepMicros: 150, stepEvents: 6, steps: 2 },
];
const OVERLAPPING: readonly BinningSpec[] = [
  { by: 'fixed-duration', stepMicros: 100, steps: 2, strideMicros: 70 },
  { by: 'fixed-count', stepEvents: 7, steps: 2, strideEvents: 3 },
];

/** The binnings that a representation can be made with. */
export function binningsOf(spec: RepresentationSpec): readonly BinningSpec[] {
  return representationForm(spec).memory === 'stream' ? BINNINGS : [...BINNINGS, ...OVERLAPPING];
}

export function ruleOf(representation: RepresentationSpec, rule: Partial<FrameRule> = {}): FrameRule {
  return { ...FRAME_RULE_DEFAULTS, sensor: SENSOR, binning: BINNINGS[0]!, representation, ...rule };
}

/** All frames of a stream, and its account. */
export function run(
  rule: FrameRule,
  batches: readonly EventBatch[],
  options: Partial<FrameStreamOptions> = {},
): { frames: StepFrame[]; report: FrameStream['report'] } {
  const stream = new FrameStream({ rule, allowOutside: true, ...options });
  const frames = [...batches.flatMap((batch) => stream.push(batch)), ...stream.finish()];
  return { frames, report: stream.report };
}
