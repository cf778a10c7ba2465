import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseStoppingRule, stopStep } from '../../src/latency/early-decision.ts';
import type { LatencySample } from '../../src/latency/index.ts';
import { accuracyBySteps } from '../../src/latency/step-accuracy.ts';
import { scoreFeatures, trajectoriesOf, type Trajectory } from '../../src/latency/trajectories.ts';

const OPTIONS = { seed: 1, choiceShare: 0.5, tolerance: 0 };
const STEP_MS = 30;

/** A window by its margins and whether each step is right. */
function trajectory(
  recording: string,
  steps: readonly (readonly [margin: number, right: boolean])[],
  truth: string | null = 'a',
  window = 0,
): Trajectory {
  return {
    recording,
    window,
    truth,
    steps: steps.map(([margin, right], i) => ({
      label: right ? (truth ?? 'a') : 'z',
      right: truth === null ? null : right,
      confidence: (1 + margin) / 2,
      margin,
      entropy: 1 - margin,
      sinceOnsetMs: STEP_MS * (i + 1),
    })),
  };
}

const steps = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 100 }).map((p) => p / 100),
    fc.boolean(),
  ),
  {
    minLength: 4,
    maxLength: 4,
  },
);
const many = fc
  .array(fc.record({ steps, truth: fc.constantFrom('a', 'b', 'c') }), { minLength: 2, maxLength: 30 })
  .map((all) => all.map((own, i) => trajectory(`r${i}`, own.steps, own.truth)));

describe('a stopping rule', () => {
  it('stops at the first step whose margin is large enough, else at the last', () => {
    const own = trajectory('r', [[0.1, false], [0.5, true], [0.3, true], [0.9, true]]); // prettier-ignore
    expect([0, 0.1, 0.11, 0.5, 0.51, 0.91].map((threshold) => stopStep(own, threshold))).toEqual([
      0, 0, 1, 1, 3, 3,
    ]);
  });

  it('is the smallest threshold that costs nothing on the choice part, and is reported on the other', () => {
    // Below a margin of 0.4 decisions are wrong.
    const all = Array.from(
      { length: 20 },
      (_, i) =>
      trajectory(`r${i}`, [[0.3, false], [0.45, true], [0.8, true], [0.95, true]], i % 2 === 0 ? 'a' : 'b'), // prettier-ignore
    );
    const rule = chooseStoppingRule(all, OPTIONS);
    expect(rule).toMatchObject({ threshold: 0.31, problem: null, onlyEarlyRight: 0, onlyLastRight: 0 });
    expect(rule.choiceRecordings).toHaveLength(10);
    expect(rule.reportRecordings).toHaveLength(10);
    // Half of each class.
    expect(rule.choiceRecordings.filter((name) => Number(name.slice(1)) % 2 === 0)).toHaveLength(5);
    expect(rule.chosen!.report).toMatchObject({
      meanSteps: 2,
      accuracy: { count: 10, of: 10, share: 1 },
      sinceOnsetMs: { mean: 2 * STEP_MS },
    });
    expect(rule.last!.report).toMatchObject({ meanSteps: 4, sinceOnsetMs: { mean: 4 * STEP_MS } });
    expect(rule.curve[0]).toMatchObject({ threshold: 0, report: { meanSteps: 1, accuracy: { count: 0 } } });
    const lenient = chooseStoppingRule(all, { ...OPTIONS, tolerance: 1 });
    expect(lenient).toMatchObject({ threshold: 0, onlyLastRight: 10 });
  });

  it('the report part has no say in it', () => {
    fc.assert(
      fc.property(many, fc.integer({ min: 0, max: 9 }), (all, seed) => {
        const options = { ...OPTIONS, seed };
        const rule = chooseStoppingRule(all, options);
        const reported = new Set(rule.reportRecordings);
        expect(rule.choiceRecordings.every((name) => !reported.has(name))).toBe(true);
        const turned = all.map((own) =>
          reported.has(own.recording)
            ? {
                ...own,
                steps: own.steps.map((step) => ({ ...step, right: !step.right, margin: 1 - step.margin })),
              }
            : own,
        );
        const other = chooseStoppingRule(turned, options);
        expect(other.threshold).toBe(rule.threshold);
        expect(other.choiceRecordings).toEqual(rule.choiceRecordings);
        expect(other.chosen?.choice).toEqual(rule.chosen?.choice);
      }),
    );
  });

  it('never costs more than the tolerance where it was chosen, nor do larger ones', () => {
    fc.assert(
      fc.property(many, fc.constantFrom(0, 0.1, 0.3), (all, tolerance) => {
        const { threshold, last, choiceRecordings } = chooseStoppingRule(all, { ...OPTIONS, tolerance });
        if (threshold === null || last === null) return;
        const choice = all.filter(({ recording }) => choiceRecordings.includes(recording));
        const rightAt = (limit: number): number =>
          choice.filter((own) => own.steps[stopStep(own, limit)]!.right).length / choice.length;
        for (let limit = Math.round(100 * threshold); limit <= 100; limit++)
          expect(rightAt(limit / 100)).toBeGreaterThanOrEqual(last.choice.accuracy!.share - tolerance - 1e-9);
        if (threshold > 0)
          expect(rightAt((Math.round(100 * threshold) - 1) / 100)).toBeLessThan(
            last.choice.accuracy!.share - tolerance,
          );
      }),
    );
  });

  it('counts windows that only one of the two gets right', () => {
    const all = Array.from({ length: 8 }, (_, i) => trajectory(`r${i}`, [[0.9, i % 2 === 0], [0.9, i % 2 === 1]])); // prettier-ignore
    const rule = chooseStoppingRule(all, { ...OPTIONS, tolerance: 1 });
    expect(rule.threshold).toBe(0);
    expect(rule.onlyEarlyRight + rule.onlyLastRight).toBe(4);
    const early = rule.reportRecordings.filter((name) => Number(name.slice(1)) % 2 === 0);
    expect(rule.onlyEarlyRight).toBe(early.length);
  });

  it('says why there is none', () => {
    const right = [[0.5, true]] as const;
    expect(chooseStoppingRule([], OPTIONS)).toMatchObject({ threshold: null, problem: 'no truth is known', curve: [] }); // prettier-ignore
    expect(chooseStoppingRule([trajectory('r', right, null)], OPTIONS).problem).toBe('no truth is known');
    expect(chooseStoppingRule([trajectory('r', right)], OPTIONS).problem).toMatch(/too few/);
    // Sure and wrong first, right in the end.
    const wrong = Array.from({ length: 4 }, (_, i) => trajectory(`r${i}`, [[1, false], [1, true]])); // prettier-ignore
    expect(chooseStoppingRule(wrong, OPTIONS)).toMatchObject({
      threshold: null,
      chosen: null,
      problem: expect.stringMatching(/tolerance/),
    });
  });

  it('windows of one recording stay together, and are one trial', () => {
    const all = [0, 1, 2, 3].flatMap((r) =>
      [0, 1, 2].map((window) => trajectory(`r${r}`, [[0.5, window > 0]], 'a', window)),
    );
    const { choiceRecordings, reportRecordings, last } = chooseStoppingRule(all, OPTIONS);
    expect([choiceRecordings.length, reportRecordings.length]).toEqual([2, 2]);
    expect(last!.report.accuracy).toMatchObject({ count: 4, of: 6 });
    const [{ accuracy }] = accuracyBySteps(all, 1) as [ReturnType<typeof accuracyBySteps>[number]];
    // Of four, not of twelve.
    expect(accuracy!.low).toBeLessThan(0.25);
  });
});

describe('accuracy by step', () => {
  it('is right where the truth is known, sure in the mean, and beside the last step', () => {
    const all = [
      trajectory('a', [[0.2, false], [0.6, true]]), // prettier-ignore
      trajectory('b', [[0.4, true], [0.8, true]]), // prettier-ignore
      trajectory('c', [[0.6, true], [1, true]], null), // prettier-ignore
    ];
    const [first, last] = accuracyBySteps(all, 2);
    expect(first).toMatchObject({ step: 0, windows: 3, accuracy: { count: 1, of: 2 }, asLast: 2 / 3 });
    expect(first!.margin).toBeCloseTo(0.4, 9);
    expect(first!.confidence).toBeCloseTo(0.7, 9);
    expect(first!.entropy).toBeCloseTo(0.6, 9);
    expect(last).toMatchObject({ step: 1, accuracy: { count: 2, of: 2 }, asLast: 1 });
    expect(accuracyBySteps([], 1)).toEqual([
      { step: 0, windows: 0, accuracy: null, asLast: 0, confidence: 0, margin: 0, entropy: 0 },
    ]);
  });
});

describe('trajectories', () => {
  const sample = (own: Partial<LatencySample>): LatencySample => ({
    camera: 0,
    index: 0,
    recording: 'r',
    truth: 'a',
    label: 'a',
    window: 0,
    step: 0,
    final: false,
    warmup: false,
    delayMs: 1,
    sinceOnsetMs: 10,
    atSeconds: 0,
    scores: [0.7, 0.2, 0.1],
    stages: null,
    ...own,
  });

  it('each window once, whole ones only, with the mean of its times', () => {
    const run = (sinceOnsetMs: number): LatencySample[] => [
      sample({ sinceOnsetMs }),
      sample({ step: 1, sinceOnsetMs: sinceOnsetMs + 5, label: 'b' }),
      sample({ window: 1 }),
      sample({ index: 1, warmup: true, window: 2 }),
      sample({ index: 1, warmup: true, window: 2, step: 1 }),
    ];
    const { trajectories, disagreements } = trajectoriesOf([run(10), run(20)], 2, ['a', 'b']);
    expect(disagreements).toBe(0);
    expect(trajectories).toHaveLength(1);
    expect(trajectories[0]!.steps.map(({ sinceOnsetMs, right }) => [sinceOnsetMs, right])).toEqual([
      [15, true],
      [20, false],
    ]);
    expect(trajectoriesOf([run(10)], 2, ['b']).trajectories[0]).toMatchObject({ truth: null });
  });

  it('scores are as sure as the first is ahead of the second', () => {
    expect(scoreFeatures([0.25, 0.5, 0.25])).toEqual({ confidence: 0.5, margin: 0.25, entropy: 1.5 });
    expect(scoreFeatures([0, 1])).toEqual({ confidence: 1, margin: 1, entropy: 0 });
  });
});
