/** Clips and frames for tests of engines. */
import { SeededRandom } from '../../src/events/index.ts';
import type { FrameClip, StepFrame } from '../../src/frames/index.ts';

/** Counts from 0 to 17, more than half of them 0. */
export function randomClip(steps: number, width: number, height: number, seed: number): FrameClip {
  const random = new SeededRandom(seed, 99);
  const counts = Uint8Array.from({ length: steps * 2 * width * height }, () =>
    Math.max(0, random.integer(30) - 12),
  );
  return {
    steps,
    geometry: { width, height },
    counts,
    events: counts.reduce((a, b) => a + b, 0),
    saturated: 0,
    outside: 0,
  };
}

/** The same clip step by step. */
export function framesOf(clip: FrameClip): StepFrame[] {
  const size = clip.counts.length / clip.steps;
  return Array.from({ length: clip.steps }, (_, step) => ({
    window: 0,
    step,
    steps: clip.steps,
    startMicros: step,
    endMicros: step + 1,
    geometry: clip.geometry,
    counts: clip.counts.subarray(step * size, (step + 1) * size),
    events: 0,
    saturated: 0,
    outside: 0,
  }));
}
