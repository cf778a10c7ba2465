import { beforeAll, describe, expect, it } from 'vitest';
import { compareReports, type LatencyReport } from '../../src/latency/index.ts';
import { measured, recordingOf, SETTINGS } from '../helpers/latency.ts';

let report: LatencyReport;
beforeAll(async () => {
  const conditions = [SETTINGS, { ...SETTINGS, rate: 4 }];
  ({ report } = await measured({ conditions, repeats: 3, recordings: [recordingOf('a.csv')], warmup: 0 }));
});

/** The report with other medians of final decisions in its runs. */
function withMedians(...perCondition: readonly (readonly number[])[]): LatencyReport {
  const conditions = report.conditions.map((condition, c) => {
    const medians = perCondition[c] ?? [];
    const runs = medians.map((p50, i) => {
      const run = condition.runs[i % 3]!;
      return { ...run, final: { ...run.final, summary: { ...run.final.summary, p50 } } };
    });
    const mean = medians.reduce((a, b) => a + b, 0) / Math.max(1, medians.length);
    return { ...condition, runs, final: { ...condition.final, p50: { ...condition.final.p50, mean } } };
  });
  return { ...report, conditions: conditions.filter(({ runs }) => runs.length > 0) };
}

const median = (before: LatencyReport, after: LatencyReport) =>
  compareReports(before, after).conditions[0]!.statistics.find(
    ({ of, name }) => of === 'final' && name === 'p50',
  )!;

describe('a comparison', () => {
  it('of a report with itself finds no difference', () => {
    const { disparities, conditions, onlyBefore, onlyAfter } = compareReports(report, report);
    expect([disparities, onlyBefore, onlyAfter]).toEqual([[], [], []]);
    expect(conditions).toHaveLength(2);
    for (const { statistics, disparities: own, before, after } of conditions) {
      expect(own).toEqual([]);
      expect(before).toEqual(after);
      for (const { difference, verdict, before: a, after: b } of statistics)
        expect([difference, verdict, a]).toEqual([0, 'unclear', b]);
    }
  });

  it('is clear where the interval of the difference holds no 0', () => {
    const slow = median(withMedians([1, 1.1, 0.9]), withMedians([2, 2.1, 1.9]));
    expect(slow).toMatchObject({ verdict: 'slower', before: 1, after: 2 });
    expect(slow.difference).toBeCloseTo(1, 9);
    expect(slow.low).toBeGreaterThan(0.5);
    expect(slow.high).toBeLessThan(1.5);
    expect(median(withMedians([2, 2.1, 1.9]), withMedians([1, 1.1, 0.9])).verdict).toBe('faster');
    expect(median(withMedians([1, 3, 2]), withMedians([2, 4, 3])).verdict).toBe('unclear');
  });

  it('of single runs is never clear', () => {
    expect(median(withMedians([1]), withMedians([100]))).toMatchObject({
      low: null,
      high: null,
      verdict: 'unclear',
    });
  });

  it('pairs the same settings, and names those that only one has', () => {
    const other = { ...report, conditions: [report.conditions[1]!, { ...report.conditions[0]!, settings: { ...SETTINGS, cameras: 9 } }] }; // prettier-ignore
    const { conditions, onlyBefore, onlyAfter } = compareReports(report, other);
    expect(conditions.map(({ before }) => before.rate)).toEqual([4]);
    expect(onlyBefore).toEqual([SETTINGS]);
    expect(onlyAfter).toEqual([{ ...SETTINGS, cameras: 9 }]);
  });

  it('of two single conditions compares them and names what differs', () => {
    const before = { ...report, conditions: [report.conditions[0]!] };
    const after = { ...report, conditions: [report.conditions[1]!], engine: 'wasm', machine: { ...report.machine, node: 'v99' } }; // prettier-ignore
    const { disparities, conditions } = compareReports(before, after);
    expect(conditions[0]!.disparities).toEqual([{ what: 'rate', before: '1x', after: '4x' }]);
    expect(disparities.map(({ what }) => what)).toEqual(['engine', 'node']);
  });

  it('does not leave out what was never decided', () => {
    const [condition] = report.conditions;
    const runs = condition!.runs.map((run) => ({
      ...run,
      steps: { ...run.steps, expected: 10, missing: 4 },
    }));
    const lossy = { ...report, conditions: [{ ...condition!, runs }] };
    const whole = { ...report, conditions: [condition!] };
    expect(compareReports(whole, lossy).conditions[0]!.missing).toEqual({ before: 0, after: 0.4 });
  });
});
