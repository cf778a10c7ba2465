import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeMachine,
  summariseDelays,
  summariseSteps,
  type LatencySample,
} from '../../src/latency/index.ts';

const sample = (own: Partial<LatencySample>): LatencySample => ({
  recording: 'a',
  window: 0,
  step: 0,
  final: false,
  delayMs: 1,
  computeMs: 1,
  atSeconds: 0,
  confidence: 0.5,
  correct: null,
  ...own,
});

describe('summariseDelays', () => {
  it('gives percentiles to three digits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 50_000, noNaN: true }), { minLength: 1 }),
        (delays) => {
          const sorted = [...delays].sort((a, b) => a - b);
          const { decisions, p50, p90, p99, p999, max, mean } = summariseDelays(delays);
          expect(decisions).toBe(delays.length);
          const close = (got: number, low: number, high = low): void => {
            expect(got).toBeGreaterThanOrEqual(0.998 * low - 0.0011);
            expect(got).toBeLessThanOrEqual(1.002 * high + 0.0011);
          };
          // Which of two neighbours a percentile between them is, is a matter of taste.
          const between = (got: number, percentile: number): void => {
            const rank = (percentile / 100) * sorted.length;
            const at = (place: number): number =>
              sorted[Math.min(sorted.length - 1, Math.max(0, place - 1))]!;
            close(got, at(Math.floor(rank)), at(Math.ceil(rank)));
          };
          between(p50, 50);
          between(p90, 90);
          between(p99, 99);
          between(p999, 99.9);
          close(max, sorted.at(-1)!);
          close(mean, delays.reduce((a, b) => a + b, 0) / delays.length);
        },
      ),
    );
  });

  it('tells each percentile from its neighbours', () => {
    const delays = Array.from({ length: 1000 }, (_, i) => 1000 - i);
    expect(summariseDelays(delays)).toEqual({
      decisions: 1000,
      p50: expect.closeTo(500, 0),
      p90: expect.closeTo(900, 0),
      p99: expect.closeTo(990, 0),
      p999: expect.closeTo(999, 0),
      max: expect.closeTo(1000, 0),
      mean: expect.closeTo(500.5, 0),
    });
    expect(summariseDelays([...delays, ...delays.map((delay) => delay + 10_000)]).p999).toBeGreaterThan(
      10_980,
    );
  });

  it('is of nothing when nothing was decided', () => {
    expect(summariseDelays([])).toEqual({ decisions: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 });
  });

  it('takes what is faster than its unit for one unit', () => {
    expect(summariseDelays([-1, 0, 0.0001])).toMatchObject({ p50: 0.001, max: 0.001 });
  });

  it('refuses delays of more than a minute, and not one of a minute', () => {
    expect(summariseDelays([59_999]).max).toBeGreaterThan(59_900);
    expect(() => summariseDelays([1, 70_000, 80_000])).toThrow(
      expect.objectContaining({ code: 'DELAY_OUT_OF_RANGE', message: expect.stringMatching(/^2 delays/) }),
    );
  });
});

describe('summariseSteps', () => {
  it('takes accuracy from decisions whose truth is known, confidence from all', () => {
    const samples = [
      sample({ step: 0, confidence: 0.2 }),
      sample({ step: 1, confidence: 0.4, correct: true }),
      sample({ step: 1, confidence: 0.6, correct: false }),
      sample({ step: 1, confidence: 0.5, correct: true }),
      sample({ step: 1, confidence: 0.9 }),
    ];
    const [first, second, third] = summariseSteps(samples, 3);
    expect(first).toEqual({ step: 0, decisions: 1, accuracy: null, confidence: 0.2 });
    expect(second).toMatchObject({ step: 1, decisions: 4, accuracy: 2 / 3 });
    expect(second!.confidence).toBeCloseTo(0.6, 12);
    expect(third).toEqual({ step: 2, decisions: 0, accuracy: null, confidence: 0 });
  });
});

it('says what it ran on', () => {
  const { cpu, cores, node, platform } = describeMachine();
  expect(cpu.length).toBeGreaterThan(0);
  expect(cores).toBeGreaterThanOrEqual(1);
  expect([node, platform]).toEqual([process.version, `${process.platform} ${process.arch}`]);
});
