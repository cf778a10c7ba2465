/** Augmentation of clips: one draw for all T frames, replayable from (seed, epoch, sample). */
import type { CountArray, FrameClip } from '../frames/index.ts';
import { integerOption, type SeededRandom } from '../events/index.ts';

/**
 * Shifts all frames of a clip by the same whole number of pixels, at most `maxShift` in x and y. What
 * leaves the frame is lost and what enters is empty, as when the camera moves (no wrap-around).
 *
 * @throws OptionError for a shift that is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { SeededRandom } from 'saccade';
 * import { shiftClip } from 'saccade/training';
 * const clip = { steps: 1, geometry: { width: 2, height: 1 }, counts: new Uint8Array([1, 0, 0, 0]), events: 1, saturated: 0, outside: 0 };
 * console.log(shiftClip(clip, 0, new SeededRandom(1)) === clip); // true
 * ```
 */
export function shiftClip(clip: FrameClip, maxShift: number, random: SeededRandom): FrameClip {
  integerOption('maxShift', maxShift, 0);
  const dx = random.integer(2 * maxShift + 1) - maxShift;
  const dy = random.integer(2 * maxShift + 1) - maxShift;
  if (dx === 0 && dy === 0) return clip;
  const { width, height } = clip.geometry;
  const counts: CountArray = clip.counts.slice().fill(0);
  const planes = counts.length / (width * height);
  const fromX = Math.max(0, -dx);
  const toX = Math.min(width, width - dx);
  if (fromX >= toX) return { ...clip, counts };
  for (let plane = 0; plane < planes; plane++) {
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
      const from = (plane * height + y) * width;
      const to = (plane * height + y + dy) * width + dx;
      counts.set(clip.counts.subarray(from + fromX, from + toX), to + fromX);
    }
  }
  return { ...clip, counts };
}
