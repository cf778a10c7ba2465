/** Clips: all time steps of a window or recording in one array. */
import type { EventBatch } from '../events/index.ts';
import type { BinningSpec } from './binning-spec.ts';
import { SliceBinner, type BinOptions } from './bin-slice.ts';
import { createSlicer } from './create-slicer.ts';
import { allocateCounts, countsIn, countTypeOf } from './counts.ts';
import type { RemainderPolicy } from './slicer.ts';
import type { FrameArray, FrameClip, StepFrame } from './types.ts';

/**
 * Joins the frames of one window, in order, to counts `[steps, 2, height, width]`, or the channels of another
 * representation. They are copied, unless they
 * lie so already, in an array of nothing else: a binner of `wholeWindows` makes them so, and the clip then shares them.
 *
 * @example
 * ```ts
 * import { batchFromTuples, binSlice, clipFromFrames } from 'saccade';
 * const slice = { window: 0, step: 0, steps: 1, segment: 0, startMicros: 0, endMicros: 1, batches: [batchFromTuples([[0, 0, 0, 1]])] };
 * console.log(clipFromFrames([binSlice(slice, { sensor: { width: 1, height: 1 } })]).steps); // 1
 * ```
 */
export function clipFromFrames(frames: readonly StepFrame[]): FrameClip {
  const [first] = frames;
  if (first === undefined) throw new RangeError('A clip needs at least one frame.');
  const counts = wholeWindow(frames) ?? joined(frames);
  let [events, saturated, outside, unrepresented, repeatedEvents] = [0, 0, 0, 0, 0];
  frames.forEach((frame) => {
    events += frame.events;
    saturated += frame.saturated;
    outside += frame.outside;
    unrepresented += frame.unrepresented ?? 0;
    repeatedEvents += frame.repeatedEvents ?? 0;
  });
  const account = {
    events,
    saturated,
    outside,
    ...(unrepresented > 0 && { unrepresented }),
    ...(repeatedEvents > 0 && { repeatedEvents }),
  };
  return { steps: frames.length, geometry: first.geometry, counts, ...account };
}

/** The array in which the counts of all frames lie one behind the other, and nothing else; `null` where there is none. */
function wholeWindow(frames: readonly StepFrame[]): FrameArray | null {
  const { buffer, byteLength } = frames[0]!.counts;
  if (buffer.byteLength !== byteLength * frames.length) return null;
  const inOrder = frames.every(
    ({ counts }, step) => counts.buffer === buffer && counts.byteOffset === step * byteLength,
  );
  return inOrder ? countsIn(countTypeOf(frames[0]!.counts), buffer) : null;
}

function joined(frames: readonly StepFrame[]): FrameArray {
  const { counts: first } = frames[0]!;
  const counts = allocateCounts(countTypeOf(first), first.length * frames.length);
  frames.forEach((frame, step) => {
    counts.set(frame.counts, step * first.length);
  });
  return counts;
}

/**
 * Bins a recording that is in memory: one clip per window, in order. Built from the same slicer and binner as
 * the live path.
 *
 * @throws FrameError where the rule has no answer.
 *
 * @example
 * ```ts
 * import { batchFromTuples, binRecording } from 'saccade';
 * const events = batchFromTuples([[0, 0, 0, 1], [10, 1, 0, 0]], { width: 2, height: 1 });
 * const [clip] = binRecording(events, { by: 'number', steps: 2 });
 * console.log(Array.from(clip!.counts)); // [0, 0, 1, 0, 0, 1, 0, 0]
 * ```
 */
export function binRecording(
  events: EventBatch,
  spec: BinningSpec,
  options: BinOptions & { readonly remainder?: RemainderPolicy } = {},
): FrameClip[] {
  const slicer = createSlicer(spec, options.remainder === undefined ? {} : { remainder: options.remainder });
  const sensor = options.sensor ?? events.geometry;
  const binning = { ...options, ...(sensor && { sensor }), wholeWindows: true };
  const binner = new SliceBinner(binning);
  const clips: FrameClip[] = [];
  let frames: StepFrame[] = [];
  for (const slice of [...slicer.push(events), ...slicer.finish()]) {
    if (slice.step === 0) frames = [];
    frames.push(binner.bin(slice));
    if (slice.step === slice.steps - 1) clips.push(clipFromFrames(frames));
  }
  return clips;
}
