import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import {
  measureLatency,
  type LatencyOptions,
  type LatencyTarget,
  type TargetDecision,
} from '../../src/latency/index.ts';
import type { ReplayRecording } from '../../src/live/index.ts';
import { randomModel, type Model } from '../../src/network/index.ts';

const model = randomModel({ steps: 2, width: 8, height: 8, seed: 1 });
const [label, other] = model.network.classes as [string, string];
const recording = (name: string, truth: string | null): ReplayRecording => ({
  name,
  label: truth,
  open: async function* () {
    // The target has events of its own.
  },
});
const decisionOf = (own: Partial<TargetDecision>): TargetDecision => ({
  recording: '',
  truth: null,
  label,
  window: 0,
  step: 0,
  final: false,
  startMicros: 0,
  endMicros: 10_000,
  confidence: 0.5,
  computeMs: 0.25,
  ...own,
});

/** Sends, for every recording, two batches of the past and decides after each. */
function scripted(sentAgoMs: number): { target: LatencyTarget; runs: { names: string[]; rate: number }[] } {
  const runs: { names: string[]; rate: number }[] = [];
  const target: LatencyTarget = {
    path: 'direct',
    async run(recordings, rate, onSegment, onBatch, onDecision) {
      runs.push({ names: recordings.map(({ name }) => name), rate });
      for (const { name, label: truth } of recordings) {
        onSegment(name);
        const dueAt = performance.now() - sentAgoMs;
        onBatch(
          batchFromTuples([
            [0, 1, 1, 1],
            [6000, 1, 1, 1],
            [10_000, 1, 1, 1],
          ]),
          dueAt,
        );
        onDecision(decisionOf({ recording: name, truth }));
        onBatch(batchFromTuples([[15_000, 1, 1, 1]]), dueAt + 5);
        onDecision(
          decisionOf({
            recording: name,
            truth,
            step: 1,
            final: true,
            startMicros: 10_000,
            endMicros: 20_000,
          }),
        );
        onDecision(decisionOf({ recording: name, truth, window: 1, endMicros: 0 }));
      }
      return { dropped: { overload: 3 }, sequenceGaps: 2 };
    },
    close: async () => undefined,
  };
  return { target, runs };
}

function options(target: LatencyTarget, own: Partial<LatencyOptions> = {}): LatencyOptions {
  const recordings = [
    recording('a', label),
    recording('b', other),
    recording('c', 'unheard of'),
    recording('d', null),
  ];
  return { target, model, recordings, rate: 2, repeat: 2, warmup: 0, ...own };
}

describe('measureLatency', () => {
  it('measures every decision from the due time of its step’s last event', async () => {
    const { target, runs } = scripted(100);
    const { report, samples } = await measureLatency(options(target));
    expect(runs).toEqual([
      { names: ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd'].map((name, i) => `${i} ${name}`), rate: 2 },
    ]);
    expect(samples).toHaveLength(16);
    samples.forEach(({ step, delayMs, final, computeMs, atSeconds, recording: name }, i) => {
      // At rate 2 the event at 6 ms was due 2 ms before the one at 10 ms; the step of 15 ms ends with it.
      const wanted = step === 0 ? 102 : 95;
      expect(delayMs).toBeGreaterThanOrEqual(wanted);
      expect(delayMs).toBeLessThan(wanted + 2000);
      expect([step, final, computeMs]).toEqual([i % 2, i % 2 === 1, 0.25]);
      expect(name.startsWith(`${i >> 1} `)).toBe(true);
      expect(atSeconds).toBeGreaterThanOrEqual(0);
      expect(atSeconds).toBeLessThanOrEqual(report.seconds);
    });
    expect(samples[1]!.delayMs).toBeLessThan(samples[0]!.delayMs + 50);
    expect(samples.map(({ correct }) => correct)).toEqual([
      true,
      true,
      false,
      false,
      null,
      null,
      null,
      null,
      true,
      true,
      false,
      false,
      null,
      null,
      null,
      null,
    ]);
    expect(report).toMatchObject({
      model: model.network.name,
      path: 'direct',
      rate: 2,
      repeat: 2,
      recordings: 8,
      events: 32,
      dropped: { overload: 3 },
      sequenceGaps: 2,
      unmeasured: 8,
      unknownLabels: ['unheard of'],
      final: { decisions: 8 },
      everyStep: { decisions: 16 },
    });
    expect(report.eventsPerSecond).toBeCloseTo(32 / report.seconds, 6);
    expect(report.sendDelayP99).toBeGreaterThanOrEqual(95);
    expect(report.sendDelayP99).toBeLessThan(2000);
    expect(report.final.max).toBeLessThan(report.everyStep.max + 1);
    expect(report.byStep.map(({ step, decisions, accuracy }) => [step, decisions, accuracy])).toEqual([
      [0, 8, 0.5],
      [1, 8, 0.5],
    ]);
    expect(report.eventLoopDelayP99).toBeLessThan(10_000);
  });

  it('counts an event at the end of a step to it where steps are cut by count', async () => {
    const counted: Model = {
      ...model,
      input: { ...model.input, binning: { by: 'fixed-count', stepEvents: 3, steps: 2 } },
    };
    const { target } = scripted(100);
    const byTime = await measureLatency(options(target));
    const byCount = await measureLatency(options(target, { model: counted }));
    // The event at 10 ms in place of the one at 6 ms: due 2 ms later.
    const least = (samples: (typeof byTime)['samples']): number =>
      Math.min(
        ...samples.filter(({ step, window }) => step === 0 && window === 0).map(({ delayMs }) => delayMs),
      );
    expect(least(byTime.samples)).toBeGreaterThanOrEqual(102);
    expect(least(byCount.samples)).toBeGreaterThanOrEqual(100);
    expect(least(byCount.samples)).toBeLessThan(102);
    // The event at 0 is in a step that ends at 0.
    expect([byTime.report.unmeasured, byCount.report.unmeasured]).toEqual([8, 0]);
  });

  it.each([
    [0, []],
    [3, ['a', 'b', 'c']],
    [4, ['a', 'b', 'c', 'd']],
    [6, ['a', 'b', 'c', 'd', 'a', 'b']],
  ])('runs %i recordings first, that it leaves out', async (warmup, names) => {
    const { target, runs } = scripted(0);
    const { report, samples } = await measureLatency(options(target, { warmup, repeat: 1 }));
    expect(runs.slice(0, -1)).toEqual(names.length === 0 ? [] : [{ names, rate: 10 }]);
    expect([runs.at(-1)!.names.length, report.events, samples.length]).toEqual([4, 16, 8]);
  });

  it('measures nothing of nothing', async () => {
    const { target, runs } = scripted(0);
    const { report } = await measureLatency(options(target, { recordings: [], warmup: 2 }));
    expect(runs.map(({ names }) => names)).toEqual([[]]);
    expect(report).toMatchObject({ recordings: 0, events: 0, unmeasured: 0, unknownLabels: [] });
  });
});
