/** Representations that are measured. */
import { createSlicer, FrameBinner, parseRepresentation } from '../../dist/src/index.js';

const STEP_MICROS = 30_000;
const STEPS = 10;
/** Behind the name of a contestant that gets the stream in steps. */
export const IN_STEPS = ', in steps';

/** By name: the representation, and the goal in M events/s of one core, `null` where none is set. */
const REPRESENTATIONS = {
  counts: { text: 'counts', goal: 250 },
  binary: { text: 'binary', goal: null },
  signed: { text: 'signed', goal: null },
  histogram: { text: 'histogram', goal: null },
  'voxel grid': { text: 'voxel-grid', goal: 100 },
  'voxel grid, E2VID': { text: 'voxel-grid=like:e2vid', goal: 100 },
  'voxel grid, Tonic': { text: 'voxel-grid=like:tonic', goal: 100 },
  'voxel grid, split': { text: 'voxel-grid=polarity:split', goal: null },
  'time surface, exponential': { text: 'time-surface', goal: 100 },
  'time surface, exponential, of the stream': { text: 'time-surface=memory:stream', goal: 100 },
  'time surface, linear': { text: 'time-surface=decay:linear', goal: 100 },
  'time surface, 16 levels': { text: 'time-surface=levels:16', goal: 100 },
  'event cube': { text: 'event-cube', goal: null },
  'event spike tensor': { text: 'event-spike-tensor', goal: null },
  'BinaRep, 8 bits': { text: 'bina-rep', goal: null },
};

function stepsOf(batches) {
  const slicer = createSlicer({ by: 'fixed-duration', stepMicros: STEP_MICROS, steps: STEPS });
  return [...batches.flatMap((batch) => slicer.push(batch)), ...slicer.finish()];
}

/** A stream as one time step, and the same stream twice, one behind the other. */
function onceAndTwice(batches) {
  const end = batches.at(-1).t.at(-1) + 1;
  const again = batches.map(({ t, ...batch }) => ({ ...batch, t: t.map((time) => time + end) }));
  const about = { window: 0, step: 0, steps: 1, segment: 0, startMicros: 0 };
  return [
    { ...about, endMicros: end, batches },
    { ...about, endMicros: 2 * end, batches: [...batches, ...again] },
  ];
}

function binOf(text, sensor) {
  const binner = new FrameBinner({ sensor, output: sensor, representation: parseRepresentation(text) });
  return {
    bin: (step) => binner.bin(step).events,
    forget: () => {
      binner.forget();
    },
  };
}

/** A voxel grid as peers write it: a position, a division and two sums for each event, in arrays of the step's own. */
function peerVoxels({ width, height }, bins = 5) {
  const bin = ({ batches, startMicros, endMicros }) => {
    let events = 0;
    const sums = new Float64Array(bins * width * height);
    for (const { t, x, y, p, length } of batches) {
      events += length;
      for (let i = 0; i < length; i++) {
        const position = ((bins - 1) * (t[i] - startMicros)) / (endMicros - startMicros);
        const bin = Math.floor(position);
        const sign = p[i] === 1 ? 1 : -1;
        const at = (bin * height + y[i]) * width + x[i];
        sums[at] += sign * (1 - (position - bin));
        if (bin + 1 < bins) sums[at + width * height] += sign * (position - bin);
      }
    }
    Float32Array.from(sums);
    return events;
  };
  return { bin, forget: () => undefined };
}

/**
 * Contestants over a stream. What an event costs is what a step with all events twice takes longer than one with them once: the dense
 * pass is the same. Beside that, the stream in steps as it would come.
 */
export function representationContestants(batches) {
  const sensor = batches[0].geometry;
  const steps = stepsOf(batches);
  const [once, twice] = onceAndTwice(batches);
  const makers = [
    ...Object.entries(REPRESENTATIONS).map(([name, { text, goal }]) => [
      name,
      goal,
      () => binOf(text, sensor),
    ]),
    ['voxel grid, peer loop', null, () => peerVoxels(sensor)],
  ];
  const contestants = makers.flatMap(([name, goal, make]) => {
    const [one, stepped] = [make(), make()];
    const whole = (step) => () => {
      one.forget();
      return one.bin(step);
    };
    const inSteps = () => {
      stepped.forget();
      return steps.reduce((events, step) => events + stepped.bin(step), 0);
    };
    return [
      { name, goal, run: whole(twice), beside: whole(once) },
      { name: `${name}${IN_STEPS}`, goal: null, run: inSteps, beside: null },
    ];
  });
  return { about: `steps of ${STEP_MICROS / 1000} ms`, contestants };
}
