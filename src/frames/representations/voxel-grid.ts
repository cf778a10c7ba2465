/** Polarities, spread over the bins of a time step that are next to their time. */
import type { PixelMap } from '../pixel-map.ts';
import { defineRepresentation, type AnyRepresentation, type FrameMaker } from '../representation.ts';
import { spanOf } from '../step-span.ts';
import { createVoxels } from '../voxel-kernel.ts';

interface VoxelOptions {
  readonly bins: number;
  readonly edge: 'keep' | 'drop';
  readonly span: 'step' | 'events';
  readonly polarity: 'signed' | 'split' | 'ignored';
}

function createMaker(map: PixelMap, { bins, edge, span, polarity }: VoxelOptions): FrameMaker {
  const keeps = edge === 'keep';
  const voxels = createVoxels({
    map,
    bins,
    most: keeps ? bins - 1 : bins,
    dropAt: keeps ? Infinity : bins,
    signed: polarity === 'signed',
    split: polarity === 'split',
  });
  return {
    make: (step, room) => {
      const [start, end] = spanOf(step, span);
      // Events of one time all lie at the beginning.
      const made = voxels.make(step.batches, start, end > start ? end - start : 1, room);
      return { ...made, saturated: 0 };
    },
    forget: () => undefined,
  };
}

const binNames = (bins: number, of = ''): string[] =>
  Array.from({ length: bins }, (_, bin) => `${of}bin ${bin}`);

/** Bilinear in time: an event is shared between the two bins that its time lies between. */
export const voxelGrid: AnyRepresentation = defineRepresentation({
  id: 'voxel-grid',
  summary: 'polarities spread over time bins, bilinear in time',
  source: "E2VID (events_to_voxel_grid), event_utils, event-vision-library; Tonic's ToVoxelGrid",
  example: 'voxel-grid=bins:5',
  rule: 'An event at time t of a span from s to e has the position τ = (bins − 1)(t − s)/(e − s), and adds 1 − f to bin ⌊τ⌋ and f = τ − ⌊τ⌋ to the next, with the sign of its polarity. Sums are float64, those of events in front of a bin and behind it apart, and rounded to float32 once. Where the span is 0 all events are in bin 0; events out of order, before or behind the span, count at its border.',
  options: {
    bins: { kind: 'integer', min: 1, max: 256, unit: 'bins', default: 5, text: 'of a time step' },
    edge: {
      kind: 'choice',
      choices: ['keep', 'drop'],
      default: 'keep',
      text: "keep: E2VID's, the last event belongs to the last bin; drop: Tonic's, τ = bins (t − s)/(e − s), and what falls behind the last bin is left out: an event at e, and a share of those just before it",
    },
    span: {
      kind: 'choice',
      choices: ['step', 'events'],
      default: 'step',
      text: "step: from the step's beginning to its end; events: from its first event to its last, as the peers",
    },
    polarity: {
      kind: 'choice',
      choices: ['signed', 'split', 'ignored'],
      default: 'signed',
      text: 'signed: OFF counts as −1; split: each has its own bins, OFF first; ignored: OFF counts as +1, as in Tonic where polarities are boolean',
    },
  },
  presets: {
    e2vid: { edge: 'keep', span: 'events', polarity: 'signed' },
    tonic: { edge: 'drop', span: 'events', polarity: 'signed' },
    'tonic-bool': { edge: 'drop', span: 'events', polarity: 'ignored' },
  },
  form: ({ bins, polarity }) => ({
    channels: polarity === 'split' ? [...binNames(bins, 'OFF, '), ...binNames(bins, 'ON, ')] : binNames(bins),
    elements: 'float32',
    largest: null,
    memory: 'step',
  }),
  create: ({ map }, options) => createMaker(map, options),
});
