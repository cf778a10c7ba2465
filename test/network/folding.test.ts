import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firesFloat32, foldNorm, foldThreshold, NORM_EPSILON } from '../../src/network/index.ts';

const f = Math.fround;

describe('foldThreshold', () => {
  it.each([
    [0.1, 0, 0.3, 3, false],
    [0.2, 0, 0.6, 3, false],
    [0.1, 0.7, 1, 3, false],
    [-0.7, 0, -2.1, 3, true],
    [0.25, 0, 1, 4, false],
    [-0.25, 0, 1, -4, true],
  ])('gain %f, offset %f, voltage %f', (gain, offset, voltage, threshold, flip) => {
    expect(foldThreshold(f(gain), f(offset), f(voltage), 4608)).toEqual({ threshold, flip });
  });

  it('never and always lie outside what can occur', () => {
    expect(foldThreshold(f(1e-6), 0, 1, 4608).threshold).toBe(4609);
    expect(foldThreshold(0, 2, 1, 100)).toEqual({ threshold: -100, flip: false });
    expect(foldThreshold(0, 0, 1, 100)).toEqual({ threshold: 101, flip: false });
    expect(foldThreshold(-1, 1000, 1, 100)).toEqual({ threshold: 100, flip: true });
  });

  it('decides like the float32 rule for every integer in the bound', () => {
    const number = fc.oneof(
      fc.float({ min: -2, max: 2, noNaN: true }),
      fc.integer({ min: -200, max: 200 }).map((n) => f(n / 100)),
      fc.constantFrom(0, f(1e-6), f(-1e-6)),
    );
    fc.assert(
      fc.property(
        number,
        number,
        number,
        fc.integer({ min: 0, max: 300 }),
        (gain, offset, voltage, bound) => {
          const { threshold, flip } = foldThreshold(gain, offset, voltage, bound);
          for (let a = -bound; a <= bound; a++) {
            expect(flip ? a <= threshold : a >= threshold).toBe(firesFloat32(a, gain, offset, voltage));
          }
        },
      ),
    );
  });
});

describe('foldNorm', () => {
  it('gives the batch norm of the scaled current, for any numbers', () => {
    // Not `fc.double`, whose numbers are nearly all next to 0.
    const number = (min: number, max: number): fc.Arbitrary<number> =>
      fc.integer({ min: 0, max: 9999 }).map((n) => min + ((max - min) * n) / 9999);
    const channel = fc.record({
      gamma: number(-3, 3),
      beta: number(-3, 3),
      mean: number(-500, 500),
      variance: number(0, 1e4),
      scale: number(1e-3, 4),
    });
    fc.assert(
      fc.property(
        fc.array(channel, { maxLength: 5 }),
        fc.integer({ min: -2000, max: 2000 }),
        (channels, x) => {
          const column = (name: keyof (typeof channels)[number]): number[] =>
            channels.map((one) => one[name]);
          const { gain, bias } = foldNorm({
            gamma: column('gamma'),
            beta: column('beta'),
            mean: column('mean'),
            variance: column('variance'),
            scale: column('scale'),
          });
          expect([gain.length, bias.length]).toEqual([channels.length, channels.length]);
          channels.forEach(({ gamma, beta, mean, variance, scale }, c) => {
            // In real units: the current and its statistics times the scale.
            const deviation = Math.sqrt(scale ** 2 * variance + NORM_EPSILON);
            const normed = (gamma * (scale * x - scale * mean)) / deviation + beta;
            const size = Math.abs(gain[c]! * x) + Math.abs(gain[c]! * mean) + Math.abs(beta) + 1;
            expect(Math.abs(gain[c]! * x + bias[c]! - normed)).toBeLessThan(1e-12 * size);
          });
        },
      ),
    );
  });
});
