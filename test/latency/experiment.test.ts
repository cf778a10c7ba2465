import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/latency/index.ts';
import {
  eventsAt,
  measured,
  model,
  recordingOf,
  regular,
  scriptedTarget,
  SETTINGS,
} from '../helpers/latency.ts';

const [first, second] = model.network.classes as [string, string];

describe('an experiment', () => {
  it('has a system for each run, in an order in which settings are mixed', async () => {
    const opened: string[] = [];
    let open = 0;
    const conditions = [1, 2, 3, 4].map((rate) => ({ ...SETTINGS, rate }));
    const { report } = await measured({
      conditions,
      repeats: 3,
      recordings: [recordingOf('a.csv')],
      warmup: 0,
      open: async ({ rate }, used) => {
        opened.push(String(rate));
        expect(++open).toBe(1);
        return scriptedTarget(used, { onClose: () => open-- });
      },
    });
    expect(open).toBe(0);
    const rounds = [0, 4, 8].map((at) => opened.slice(at, at + 4));
    for (const round of rounds) expect(round.toSorted()).toEqual(['1', '2', '3', '4']);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(1);
    expect(report.conditions.map(({ settings }) => settings)).toEqual(conditions);
    const runs = report.conditions.flatMap((condition) => condition.runs);
    expect(runs.map(({ order }) => order).sort((a, b) => a - b)).toEqual(runs.map((_, i) => i));
    for (const { runs: own } of report.conditions) expect(own.map(({ repeat }) => repeat)).toEqual([0, 1, 2]);
    for (const [i, { order }] of runs.entries())
      expect(opened[order]).toBe(String(conditions[Math.floor(i / 3)]!.rate));
  });

  it('keeps the warm-up apart', async () => {
    const { report, samples } = await measured({ warmup: 3, repeats: 1, rounds: 2 });
    const [run] = report.conditions[0]!.runs as [RunRecord];
    // 6 ms in windows of two steps of 1 ms: three, and the last event begins a fourth, which is incomplete.
    expect(run.everyStep.summary.decisions).toBe(2 * 2 * 6);
    expect(run.final.summary.decisions).toBe(2 * 2 * 3);
    expect(run.warmup.summary.decisions).toBe(3 * 6);
    expect(run.steps).toEqual({ expected: 24, measured: 24, flushed: 0, unmeasured: 0, missing: 0 });
    expect(samples.filter(({ warmup }) => warmup)).toHaveLength(18);
    expect(
      Math.max(...samples.filter(({ warmup }) => warmup).map(({ atSeconds }) => atSeconds)),
    ).toBeLessThan(Math.min(...samples.filter(({ warmup }) => !warmup).map(({ atSeconds }) => atSeconds)));
    expect(report.conditions[0]!.byStep[0]!.windows).toBe(6);
  });

  it('counts a stall against all that was due meanwhile, also in the recordings behind it', async () => {
    const recordings = ['a', 'b', 'c', 'd'].map((name) => recordingOf(`${name}.csv`, regular(20_000)));
    const stallMs = 150;
    let open = true;
    const { report, samples } = await measured({
      recordings,
      warmup: 0,
      repeats: 1,
      open: async (_, used) =>
        scriptedTarget(used, {
          beforeMessage: async () => {
            if (open) await setTimeout(stallMs);
            open = false;
          },
        }),
    });
    // The first message is due after 1 ms; the stall of 150 ms is longer than all four recordings.
    expect(samples).toHaveLength(4 * 20);
    for (const { delayMs, index, step, window } of samples) {
      const dueMs = 20 * index + 2 * window + step + 1;
      expect(delayMs).toBeGreaterThanOrEqual(stallMs - dueMs - 1);
    }
    expect(report.conditions[0]!.runs[0]!.sentLateMs.p50).toBeGreaterThan(50);
  });

  it('says what was never decided, what silence closed and what nobody expected', async () => {
    const { report } = await measured({
      warmup: 0,
      repeats: 1,
      open: async (_, used) =>
        scriptedTarget(used, {
          drops: ({ name }, window) => name.endsWith('a.csv') && window === 1,
          change: (decision) =>
            decision.window === 0
              ? { ...decision, flushed: true }
              : decision.window === 2 && decision.step === 1
                ? { ...decision, endMicros: decision.endMicros + 1 }
                : decision,
        }),
    });
    const [run] = report.conditions[0]!.runs as [RunRecord];
    expect(run.steps).toEqual({ expected: 12, measured: 4, flushed: 4, unmeasured: 2, missing: 2 });
    expect(run).toMatchObject({ dropped: { overload: 3 }, sequenceGaps: 1, sequenceRepeats: 2, unreadDecisions: 4 }); // prettier-ignore
    // A window without its last step is in no trajectory.
    expect(report.conditions[0]!.byStep[0]!.windows).toBe(1);
  });

  it('adds up stages to the delay, in one clock', async () => {
    const { report, samples } = await measured({ repeats: 1 });
    for (const { stages, delayMs } of samples) {
      expect(stages!.reduce((a, b) => a + b, 0)).toBeCloseTo(delayMs, 6);
      // Ten seconds are between the clocks; sending takes no time, but tests share a machine.
      expect(Math.abs(stages![7]!)).toBeLessThan(1000);
      expect(stages!.slice(3, 7).map((part) => Math.round(part * 1000) / 1000)).toEqual([0.1, 0.1, 0.2, 0.1]);
    }
    const { clock, examples, final } = report.conditions[0]!.runs[0]!;
    expect(clock!.offsetMs).toBeCloseTo(10_000, 0);
    expect(clock!.uncertaintyMs).toBeLessThan(0.2);
    expect(examples!.max.delayMs).toBeCloseTo(final.summary.max, 0);
    const { report: silent } = await measured({
      repeats: 1,
      open: async (_, used) => scriptedTarget(used, { trace: false }),
    });
    expect(silent.conditions[0]!.runs[0]).toMatchObject({ stages: null, examples: null });
  });

  it('cameras have names, orders and phases of their own', async () => {
    const names: string[] = [];
    const recordings = Array.from({ length: 8 }, (_, i) => recordingOf(`${i}.csv`, regular(2500)));
    const { samples, report } = await measured({
      recordings,
      conditions: [{ ...SETTINGS, cameras: 3, windowMs: 2 }],
      open: async (_, used) => scriptedTarget(used, { onConnect: (name) => names.push(name) }),
    });
    expect(new Set(names).size).toBe(6);
    const orders = [0, 1, 2].map(
      (camera) =>
      samples.filter((sample) => sample.camera === camera && sample.repeat === 0 && sample.step === 0).map(({ recording }) => recording).join(), // prettier-ignore
    );
    expect(new Set(orders).size).toBe(3);
    expect(report.conditions[0]!.runs[0]!.events).toBe(3 * 8 * 26);
  });

  it('knows right from wrong, and says which labels the model has no class of', async () => {
    const recordings = [
      recordingOf('a.csv', regular(2500), first),
      recordingOf('b.csv', regular(2500), second),
      recordingOf('c.csv', regular(2500), 'cat'),
    ];
    const { report } = await measured({ recordings });
    expect(report.unknownLabels).toEqual(['cat']);
    expect(report.conditions[0]!.byStep[0]!.accuracy).toMatchObject({ count: 1, of: 2, share: 0.5 });
    expect(report.conditions[0]!.disagreements).toBe(0);
  });

  it('a window that is decided otherwise in another run is told', async () => {
    let run = 0;
    const { report } = await measured({
      repeats: 3,
      open: async (_, used) => {
        const own = run++;
        return scriptedTarget(used, {
          scores: ({ name }, window) =>
            model.network.classes.map((_, i) => (i === (own === 2 && window === 1 && name.endsWith('a.csv') ? 1 : 0) ? 0.9 : 0.01)), // prettier-ignore
        });
      },
    });
    expect(report.conditions[0]!.disagreements).toBe(1);
  });

  it.each([
    ['steps', (steps: number) => ({ steps: steps + 1 })],
    ['classes', () => ({ scores: [...model.network.classes.map(() => 0), 1] })],
    ['names', () => ({ label: 'nobody knows it' })],
  ])('a server with another model ends it: %s', async (_, change) => {
    const open: Parameters<typeof measured>[0] = {
      open: async (__, used) =>
        scriptedTarget(used, { change: (decision) => ({ ...decision, ...change(decision.steps) }) }),
    };
    await expect(measured(open)).rejects.toThrow(expect.objectContaining({ code: 'OTHER_MODEL' }));
  });

  it('closes the system also where it fails', async () => {
    let closed = 0;
    const open: Parameters<typeof measured>[0] = {
      open: async (_, used) =>
        scriptedTarget(used, {
          beforeMessage: async () => {
            throw new Error('no more memory');
          },
          onClose: () => closed++,
        }),
    };
    await expect(measured(open)).rejects.toThrow('no more memory');
    expect(closed).toBe(1);
  });

  it('takes no more events than it may keep', async () => {
    await expect(measured({ maxEvents: 100 })).rejects.toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', option: 'recording' }),
    );
    const { report } = await measured({ maxEvents: 2 * 61, repeats: 1, warmup: 0 });
    expect(report.conditions[0]!.runs[0]!.events).toBe(122);
  });

  it('a step in front of which nothing was due is expected and not measured', async () => {
    const recordings = [recordingOf('a.csv', eventsAt(0, 3500, 4100))];
    const { report } = await measured({ recordings, warmup: 0, repeats: 1 });
    const { steps } = report.conditions[0]!.runs[0]!;
    expect(steps.expected).toBe(steps.measured + steps.unmeasured);
  });
});
