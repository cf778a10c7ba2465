import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { instantiateKernel } from '../../../src/training/engine/kernel.ts';
import { Layout, Space } from '../../../src/training/engine/space.ts';

const [HEIGHT, WIDTH, CHANNELS] = [3, 2, 8];
const PIXELS = HEIGHT * WIDTH * CHANNELS;

/** The recurrence over a window that is cut into stretches of so many steps, and its gradient back through them. */
function inStretches(stretches: readonly number[], decay: number): { spikes: number[]; gradient: number[] } {
  const steps = stretches.reduce((sum, own) => sum + own, 0);
  const layout = new Layout();
  const floats = (count: number): number => layout.reserve(4 * count);
  // A frame of the gradient has a row of zeros behind it.
  const gradientFrame = PIXELS + CHANNELS;
  const [x, dSpikes, dDrive] = [
    floats(steps * PIXELS),
    floats(steps * PIXELS),
    floats(steps * gradientFrame),
  ];
  const [spikes, sums, behind] = [layout.reserve(steps * PIXELS), floats(4 * CHANNELS), floats(PIXELS)];
  const membranes = stretches.map(() => floats(PIXELS));
  const [gain, bias, scratch, block] = [floats(CHANNELS), floats(CHANNELS), floats(4096), layout.reserve(64)];
  const space = new Space(layout.bytes);
  const kernel = instantiateKernel(space);
  const random = new SeededRandom(5);
  for (const [at, count] of [
    [x, steps * PIXELS],
    [dSpikes, steps * PIXELS],
  ] as const)
    space.floats(at, count).forEach((_, i, values) => (values[i] = 3 * random.uniform() - 1));
  space.floats(gain, CHANNELS).fill(0.75);
  space.floats(bias, CHANNELS).fill(0.25);
  const enter = (own: number): void => {
    space.words(block, 9).set([own, HEIGHT, WIDTH, CHANNELS, 0, 0, gain, bias, scratch]);
    space.floats(block + 16, 2).set([decay, 1]);
  };
  const whole = stretches.length === 1;
  const starts = stretches.map((_, k) => stretches.slice(0, k).reduce((sum, own) => sum + own, 0));
  const beforeOf = (k: number): number => (k === 0 ? 0 : membranes[k - 1]!);
  stretches.forEach((own, k) => {
    enter(own);
    const [from, to] = [x + 4 * PIXELS * starts[k]!, spikes + PIXELS * starts[k]!];
    kernel.fireLif(block, from, to, 0, HEIGHT * WIDTH, beforeOf(k), whole ? 0 : membranes[k]!);
  });
  for (let k = stretches.length - 1; k >= 0; k--) {
    enter(stretches[k]!);
    const at = 4 * PIXELS * starts[k]!;
    const to = dDrive + 4 * gradientFrame * starts[k]!;
    const carried = [beforeOf(k), whole ? 0 : behind] as const;
    // Rows in two bands: each has its own place in what is carried.
    kernel.lifDriveGradient(block, x + at, dSpikes + at, to, sums, 0, 1, ...carried);
    kernel.lifDriveGradient(block, x + at, dSpikes + at, to, sums, 1, HEIGHT, ...carried);
  }
  return {
    spikes: [...space.u8.subarray(spikes, spikes + steps * PIXELS)],
    gradient: [...space.floats(dDrive, steps * gradientFrame)],
  };
}

describe('the recurrence of LIF neurons', () => {
  it('has the same bits wherever a window is cut, forwards and back', () => {
    const anyStretches = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(anyStretches, fc.constantFrom(0, 0.5, 15 / 16), (stretches, decay) => {
        const steps = stretches.reduce((sum, own) => sum + own, 0);
        const whole = inStretches([steps], decay);
        expect(inStretches(stretches, decay)).toEqual(whole);
        expect(new Set(whole.spikes)).toEqual(new Set([0, 1]));
      }),
      { numRuns: 30 },
    );
  });
});
