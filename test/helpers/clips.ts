/** Clips and frames for tests of engines. */
import { SeededRandom } from '../../src/events/index.ts';
import type { FrameClip, StepFrame } from '../../src/frames/index.ts';
import type { NetworkDescription } from '../../src/network/index.ts';

/** Counts from 0 to 17, more than half of them 0. */
export function randomClip(steps: number, width: number, height: number, seed: number): FrameClip {
  const random = new SeededRandom(seed, 99);
  return clipOf(steps, width, height, () => Math.max(0, random.integer(30) - 12));
}

/** A clip with these counts, in the order `[steps, channels, height, width]`. */
export function clipOf(
  steps: number,
  width: number,
  height: number,
  count: (index: number) => number,
  channels = 2,
): FrameClip {
  const counts = Uint16Array.from({ length: steps * channels * width * height }, (_, i) => count(i));
  const wide = counts.some((value) => value > 0xff);
  return {
    steps,
    geometry: { width, height },
    counts: wide ? counts : Uint8Array.from(counts),
    events: counts.reduce((a, b) => a + b, 0),
    saturated: 0,
    outside: 0,
  };
}

/** A clip for a network, in which a share of the pixels is active with counts up to a little beyond the largest. */
export function clipFor({ steps, input }: NetworkDescription, density: number, seed: number): FrameClip {
  const random = new SeededRandom(seed, 98);
  const count = (): number => (random.uniform() < density ? 1 + random.integer(input.maxCount + 2) : 0);
  return clipOf(steps, input.width, input.height, count, input.channels);
}

/** The same clip step by step. */
export function framesOf(clip: FrameClip): StepFrame[] {
  const size = clip.counts.length / clip.steps;
  return Array.from({ length: clip.steps }, (_, step) => ({
    window: 0,
    step,
    steps: clip.steps,
    segment: 0,
    startMicros: step,
    endMicros: step + 1,
    geometry: clip.geometry,
    counts: clip.counts.subarray(step * size, (step + 1) * size),
    events: 0,
    saturated: 0,
    outside: 0,
  }));
}
