import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import { CsvEncoder } from '../../src/formats/index.ts';
import {
  directTarget,
  measureLatency,
  websocketTarget,
  type LatencyTarget,
  type TargetDecision,
} from '../../src/latency/index.ts';
import { DueTimes } from '../../src/latency/due-times.ts';
import type { ReplayRecording } from '../../src/live/index.ts';
import { randomModel } from '../../src/network/index.ts';

const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 1, 1, 1]));
const recording = (name: string, label: string | null = null, events = at(0)): ReplayRecording => ({
  name,
  label,
  open: async function* () {
    const encoder = new CsvEncoder();
    yield encoder.push(events);
    yield encoder.finish();
  },
});

describe('due times', () => {
  it('are those of the last event before the end of a step, back from when the message was due', () => {
    const due = new DueTimes(1);
    due.push(at(0, 4_000, 9_000), 109);
    due.push(at(10_000, 12_000), 112);
    expect(due.lastUntil(1, false)).toBe(100);
    expect(due.lastUntil(4_000, false)).toBe(100);
    expect(due.lastUntil(4_000, true)).toBe(104);
    expect(due.lastUntil(9_500, false)).toBe(109);
    expect(due.lastUntil(11_000, false)).toBe(110);
    expect(due.lastUntil(99_000, false)).toBe(112);
    expect(due.lastUntil(0, false)).toBeUndefined();
  });

  it('shrink with the rate, and do not change when a batch is used again', () => {
    const due = new DueTimes(4);
    const batch = at(0, 8_000);
    due.push(batch, 50);
    batch.t.fill(0);
    expect(due.lastUntil(5_000, false)).toBe(48);
    due.push(at(), 60);
    expect(due.lastUntil(9_000, false)).toBe(50);
  });
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

afterEach(() => {
  vi.restoreAllMocks();
});

/** Time stands still. */
function stopClock(): void {
  vi.spyOn(performance, 'now').mockReturnValue(5_000);
}

describe('an experiment', () => {
  it('measures from the due time of the last event of the step', async () => {
    const target = new ScriptedTarget([
      { endMicros: 1_000 },
      { endMicros: 2_500 },
      { step: 1, endMicros: 5_000, final: true },
    ]);
    stopClock();
    const { report, samples } = await measureLatency({ ...options, target, recordings: [recording('a')] });
    expect(samples.map(({ delayMs }) => delayMs)).toEqual([12, 10, 8]);
    expect(report).toMatchObject({
      events: 5,
      recordings: 1,
      unmeasured: 0,
      dropped: { late: 3 },
      sequenceGaps: 2,
      final: { decisions: 1 },
      everyStep: { decisions: 3 },
    });
    expect(report.byStep.map(({ decisions }) => decisions)).toEqual([2, 1]);
    expect(report.sendDelayP99).toBeCloseTo(10, 1);
  });

  it('an event at the end of a step belongs to it where steps are cut by count, and not where by time', async () => {
    const counted = {
      ...model,
      input: { ...model.input, binning: { by: 'fixed-count', stepEvents: 2, steps: 2 } },
    } as const;
    const target = new ScriptedTarget([{ endMicros: 2_000 }]);
    const recordings = [recording('a')];
    stopClock();
    const byTime = await measureLatency({ ...options, target, recordings });
    const byCount = await measureLatency({ ...options, model: counted, target, recordings });
    expect(byTime.samples[0]!.delayMs).toBe(11);
    expect(byCount.samples[0]!.delayMs).toBe(10);
  });

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

describe('targets', () => {
  it('the WebSocket one has a name of its own for every run', async () => {
    const main = path.resolve(import.meta.dirname, 'names-stay-taken.mjs');
    const target = await websocketTarget({ main, modelFile: 'none' });
    try {
      const run = (): Promise<unknown> =>
        target.run(
          [recording('a.csv')],
          100,
          () => undefined,
          () => undefined,
          () => undefined,
        );
      for (let i = 0; i < 3; i++) expect(await run()).toMatchObject({ type: 'end' });
    } finally {
      await target.close();
      await target.close();
    }
  });

  it('a server that does not start is an error', async () => {
    await expect(websocketTarget({ main: 'no-such-file.js', modelFile: 'none' })).rejects.toThrow('code 1');
  });

  it('the direct one decides every step of every recording', async () => {
    const engine = createOracleEngine(randomModel({ steps: 2 }));
    const events = batchFromTuples(Array.from({ length: 50 }, (_, i) => [i * 100, i % 8, i % 5, i % 2]));
    const { report, samples } = await measureLatency({
      ...options,
      target: directTarget(engine),
      recordings: [recording('a.csv', '0', events)],
    });
    expect(report.events).toBe(50);
    // 4.9 ms in windows of two steps of a millisecond: two whole ones, and what is left is no window.
    expect(samples.filter(({ final }) => final)).toHaveLength(2);
    expect(samples.every(({ delayMs }) => delayMs > 0)).toBe(true);
    engine.dispose();
  });
});
