/** Clips of one frame at every time step: direct encoding of images. */
import type { SensorGeometry } from '../events/index.ts';
import { allocateCounts, countTypeOf } from './counts.ts';
import type { CountArray, FrameClip } from './types.ts';

/** The frame of each. */
const frames = new WeakMap<FrameClip, CountArray>();

/**
 * A clip that shows a frame at every time step. It holds the frame once: `counts`, `[steps, channels, height, width]`, are made
 * at each look at them, so take them once.
 *
 * @param frame shape `[channels, height, width]`; it is kept.
 *
 * @example
 * ```ts
 * import { repeatedClip } from 'saccade';
 * const clip = repeatedClip(Uint8Array.of(7, 8, 9), { width: 1, height: 1 }, 2);
 * console.log(Array.from(clip.counts)); // [7, 8, 9, 7, 8, 9]
 * ```
 */
export function repeatedClip(frame: CountArray, geometry: SensorGeometry, steps: number): FrameClip {
  const clip: FrameClip = {
    ...{ steps, geometry, events: 0, saturated: 0, outside: 0 },
    get counts() {
      const counts = allocateCounts(countTypeOf(frame), steps * frame.length);
      for (let step = 0; step < steps; step++) counts.set(frame, step * frame.length);
      return counts;
    },
  };
  frames.set(clip, frame);
  return clip;
}

/** What a clip holds: its counts, or the frame that it repeats. */
export function heldCounts(clip: FrameClip): FrameClip['counts'] {
  return frames.get(clip) ?? clip.counts;
}

/** Bytes that a clip holds. */
export function heldBytes(clip: FrameClip): number {
  return heldCounts(clip).byteLength;
}
