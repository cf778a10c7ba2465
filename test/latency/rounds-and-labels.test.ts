import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { measureLatency, type LatencyTarget, type TargetDecision } from '../../src/latency/index.ts';
import type { ReplayRecording } from '../../src/live/index.ts';
import { randomModel } from '../../src/network/index.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 1, 1, 1]));
const recording = (name: string, label: string | null = null): ReplayRecording => ({
  name,
  label,
  open: async function* () {
    // The target has events of its own.
  },
});

/** A target that makes decisions as told, and notes its runs. */
class ScriptedTarget implements LatencyTarget {
  readonly path = 'direct';
  readonly runs: { names: string[]; rate: number }[] = [];
  readonly #decisions: Partial<TargetDecision>[];
  readonly #truth: string | null;

  constructor(decisions: Partial<TargetDecision>[], truth: string | null = null) {
    this.#decisions = decisions;
    this.#truth = truth;
  }

  async run(
    ...[recordings, rate, onSegment, onBatch, onDecision]: Parameters<LatencyTarget['run']>
  ): ReturnType<LatencyTarget['run']> {
    this.runs.push({ names: recordings.map(({ name }) => name), rate });
    for (const { name } of recordings) {
      onSegment(name);
      const now = performance.now();
      onBatch(at(0, 1_000, 2_000), now - 10);
      onBatch(at(3_000, 4_000), now - 8);
      for (const decision of this.#decisions) {
        onDecision({
          recording: name,
          truth: this.#truth,
          label: '1',
          window: 0,
          step: 0,
          final: false,
          startMicros: 0,
          endMicros: 1_000,
          confidence: 0.5,
          computeMs: 1,
          ...decision,
        });
      }
    }
    return { dropped: { late: 3 }, sequenceGaps: 2 };
  }

  async close(): Promise<void> {}
}

const model = randomModel({ steps: 2 });
const options = { model, rate: 1, repeat: 1, warmup: 0 };

describe('an experiment', () => {
  it('warms up first and leaves that out; rounds of one recording are told apart', async () => {
    const target = new ScriptedTarget([{}]);
    const recordings = ['a', 'b', 'c'].map((name) => recording(name));
    const { report, samples } = await measureLatency({
      ...options,
      target,
      recordings,
      repeat: 2,
      warmup: 4,
      rate: 2,
    });
    expect(target.runs.map(({ names }) => names.length)).toEqual([4, 6]);
    expect(target.runs.map(({ rate }) => rate)).toEqual([10, 2]);
    expect(new Set(target.runs[1]!.names).size).toBe(6);
    expect(samples).toHaveLength(6);
    expect(report).toMatchObject({ recordings: 6, repeat: 2, events: 30 });
    const cold = new ScriptedTarget([]);
    await measureLatency({ ...options, target: cold, recordings });
    expect(cold.runs).toHaveLength(1);
  });

  it('compares labels by name; a class that the model lacks is said, and is no wrong answer', async () => {
    const own = await measureLatency({
      ...options,
      target: new ScriptedTarget([{ label: '1' }, { label: '2' }], '1'),
      recordings: [recording('a', '1')],
    });
    expect(own.samples.map(({ correct }) => correct)).toEqual([true, false]);
    expect(own.report.byStep[0]!.accuracy).toBe(0.5);
    expect(own.report.unknownLabels).toEqual([]);
    const foreign = await measureLatency({
      ...options,
      target: new ScriptedTarget([{}], 'cat'),
      recordings: [recording('a', 'cat'), recording('b', 'cat')],
    });
    expect(foreign.samples.map(({ correct }) => correct)).toEqual([null, null]);
    expect(foreign.report.byStep[0]!.accuracy).toBeNull();
    expect(foreign.report.unknownLabels).toEqual(['cat']);
  });

  it('counts decisions that nothing was due for', async () => {
    const target = new ScriptedTarget([{ endMicros: 0 }, {}]);
    const { report, samples } = await measureLatency({ ...options, target, recordings: [recording('a')] });
    expect(report.unmeasured).toBe(1);
    expect(samples).toHaveLength(1);
  });
});
