import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import { createOracleEngine } from '../../src/inference/index.ts';
import { directTarget, type TargetDecision } from '../../src/latency/index.ts';
import {
  planRecordings,
  stepKey,
  type PlanOptions,
  type RecordingPlan,
} from '../../src/latency/recording-plan.ts';
import type { Model } from '../../src/network/index.ts';
import { eventsAt, model, recordingOf, regular } from '../helpers/latency.ts';

const options = (own: Partial<PlanOptions> = {}): PlanOptions => ({
  model,
  decoding: {},
  batchMicros: 1000,
  maxEvents: 1e6,
  ...own,
});
async function plan(
  events: Parameters<typeof recordingOf>[1],
  own: Partial<PlanOptions> = {},
): Promise<RecordingPlan> {
  return (await planRecordings([recordingOf('a.csv', events, 'x')], options(own)))[0]!;
}

describe('the plan of a recording', () => {
  it('has messages of a stretch of time, due with their last event', async () => {
    const { messages, durationMs, events, label } = await plan(eventsAt(500, 1400, 1500, 5000), {
      batchMicros: 1000,
    });
    expect(messages.map(({ batch }) => [...batch.t])).toEqual([[500, 1400], [1500], [5000]]);
    expect(messages.map(({ dueMs }) => dueMs)).toEqual([0.9, 1, 4.5]);
    expect([durationMs, events, label]).toEqual([4.5, 4, 'x']);
  });

  it('says of each step when its last event is due, and which message closes it', async () => {
    // Windows of two steps of a millisecond, from the first event on; the last one is incomplete.
    const { steps, messages } = await plan(eventsAt(0, 900, 1100, 1950, 2300, 3999, 4100, 5000));
    const rows = [...steps.values()].map(({ window, step, lastDueMs, onsetDueMs, lastMessage, closedBy, final }) => [
      stepKey({ window, step }), Math.round(1e6 * lastDueMs!) / 1e6, onsetDueMs, lastMessage, closedBy, final,
    ]); // prettier-ignore
    const message = (t: number): number => messages.findIndex(({ batch }) => batch.t.includes(t));
    expect(rows).toEqual([
      ['0.0', 0.9, 0, message(900), message(1100), false],
      ['0.1', 1.95, 0, message(1950), message(2300), true],
      ['1.0', 2.3, 2.3, message(2300), message(3999), false],
      ['1.1', 3.999, 2.3, message(3999), message(4100), true],
      ['2.0', 4.1, 4.1, message(4100), message(5000), false],
    ]);
  });

  it('a step that only the end of the recording closes has no message', async () => {
    const counted: Model = { ...model, input: { ...model.input, remainder: 'pad', binning: { by: 'fixed-count', stepEvents: 3, steps: 2 } } }; // prettier-ignore
    const { steps, messages } = await plan(eventsAt(0, 100, 2000, 4000, 4100), { model: counted });
    expect(steps.get('0.0')).toMatchObject({ lastDueMs: 2, closedBy: 1 });
    // The last two events are no whole step.
    expect(steps.get('0.1')).toMatchObject({ lastDueMs: 4.1, closedBy: messages.length });
  });

  it('a step that its time ended does not have the event at its end; one that events ended has', async () => {
    const binning = { by: 'mixed', stepMicros: 1000, stepEvents: 3, steps: 1 } as const;
    const mixed: Model = { ...model, input: { ...model.input, binning } };
    // Three events end the first step, at 400; the second lasts until 1400, and another event lies there.
    const { steps } = await plan(eventsAt(0, 100, 400, 900, 1400, 5000), { model: mixed });
    expect([...steps.values()].map(({ endMicros, lastDueMs }) => [endMicros, lastDueMs])).toEqual([
      [400, 0.4],
      [1400, 0.9],
      [2400, 1.4],
    ]);
  });

  it('times before and behind a restart of the clock are not mixed up', async () => {
    const before = Array.from({ length: 60 }, (_, i) => 1_000_000 + i * 100);
    const after = Array.from({ length: 60 }, (_, i) => i * 100);
    const { steps } = await plan(eventsAt(...before, ...after));
    const segments = new Set([...steps.values()].map(({ clockSegment }) => clockSegment));
    expect(segments).toEqual(new Set([0, 1]));
    for (const { lastDueMs, onsetDueMs, clockSegment, endMicros } of steps.values()) {
      const start = clockSegment === 0 ? 1_000_000 : 0;
      const from = clockSegment === 0 ? 0 : 5.9;
      expect(lastDueMs! - from).toBeCloseTo((endMicros - start) / 1000 - 0.1, 6);
      expect(lastDueMs! - onsetDueMs!).toBeLessThan(2);
    }
  });

  it('expects what the pipeline decides, step by step', async () => {
    const engine = createOracleEngine(model);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(300, 1000, 5000),
        async (gaps, batchMicros) => {
          let t = 0;
          const events = batchFromTuples(gaps.map((gap, i) => [(t += gap), i % 8, 1, 1]));
          const { steps, messages, sensor } = await plan(events, { batchMicros });
          const decisions: TargetDecision[] = [];
          const camera = await directTarget(engine).connect({
            name: 'a',
            policy: 'pause',
            onDecision: (decision) => decisions.push(decision),
          });
          await camera.startSegment({ name: 'a', label: null, ...(sensor && { sensor }) });
          for (const { batch } of messages) await camera.sendEvents(batch);
          await camera.end();
          expect(decisions.map(stepKey)).toEqual([...steps.keys()]);
          for (const decision of decisions)
            expect(steps.get(stepKey(decision))).toMatchObject({
              endMicros: decision.endMicros,
              clockSegment: decision.clockSegment,
              final: decision.final,
            });
        },
      ),
      { numRuns: 40 },
    );
    engine.dispose();
  });

  it('names a recording that cannot be read', async () => {
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('Once upon a time');
    };
    await expect(planRecordings([{ name: 'bad.bin', label: null, open }], options())).rejects.toThrow(
      'bad.bin',
    );
  });

  it('counts all recordings to the limit', async () => {
    const all = ['a.csv', 'b.csv'].map((name) => recordingOf(name, regular(5000)));
    expect(await planRecordings(all, options({ maxEvents: 102 }))).toHaveLength(2);
    await expect(planRecordings(all, options({ maxEvents: 101 }))).rejects.toThrow('recording');
  });
});
