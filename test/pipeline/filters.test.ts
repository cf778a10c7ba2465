/** Filters on the way from events to frames. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch, type SensorGeometry } from '../../src/events/index.ts';
import { FilterChain, filterSpec, sensorBehind, type FilterRequest } from '../../src/filters/index.ts';
import { createDecoder } from '../../src/formats/index.ts';
import {
  FRAME_RULE_DEFAULTS,
  type BinningSpec,
  type FrameRule,
  type StepFrame,
} from '../../src/frames/index.ts';
import { createEngine } from '../../src/inference/index.ts';
import { randomModel, readModel, writeModel, type Model } from '../../src/network/index.ts';
import { CameraFeed } from '../../src/live/index.ts';
import {
  DecisionSession,
  FrameStream,
  fitSensor,
  lossesOf,
  streamNotes,
  type StreamReport,
} from '../../src/pipeline/index.ts';
import { cutBatches, copied, removedOf, SAMPLES, SENSOR, streams } from '../filters/streams.ts';

const ruleOf = (rule: Partial<FrameRule>): FrameRule => ({
  ...FRAME_RULE_DEFAULTS,
  sensor: null,
  binning: { by: 'fixed-duration', stepMicros: 100, steps: 2 },
  ...rule,
});

function framesOf(
  batches: readonly EventBatch[],
  rule: FrameRule,
  recycle = false,
): { readonly frames: StepFrame[]; readonly report: StreamReport } {
  const stream = new FrameStream({ rule, recycle, allowOutside: true });
  const frames = [...batches.flatMap((batch) => stream.push(batch)), ...stream.finish()];
  return { frames, report: stream.report };
}

const spec = (request: FilterRequest): FrameRule['filters'] => [filterSpec(request)];
const binnings: fc.Arbitrary<BinningSpec> = fc.constantFrom<BinningSpec>(
  { by: 'fixed-duration', stepMicros: 100, steps: 2 },
  { by: 'fixed-count', stepEvents: 4, steps: 3 },
  { by: 'number', steps: 2 },
  { by: 'mixed', stepMicros: 150, stepEvents: 5, steps: 2 },
  { by: 'fixed-duration', stepMicros: 100, steps: 2, strideMicros: 80 },
);
const filters = fc.subarray(
  [...SAMPLES.filter(({ filter }) => !['mask', 'undistort', 'region'].includes(filter))],
  {
    maxLength: 3,
  },
);

describe('a frame stream with filters', () => {
  it('gives the same frames wherever batches are cut, and in whose memory they are', () => {
    fc.assert(
      fc.property(
        streams,
        filters,
        binnings,
        fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }),
        (batches, list, binning, cuts) => {
          const rule = ruleOf({ filters: list, binning });
          const expected = framesOf(batches, rule);
          const parts = cutBatches(batches, cuts);
          expect(framesOf(parts, rule)).toEqual(expected);
          expect(framesOf(parts.map(copied), rule, true)).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('accounts for every event', () => {
    fc.assert(
      fc.property(streams, filters, binnings, (batches, list, binning) => {
        const { frames, report } = framesOf(batches, ruleOf({ filters: list, binning }));
        const windows = new Map<number, StepFrame[]>();
        for (const frame of frames) windows.set(frame.window, [...(windows.get(frame.window) ?? []), frame]);
        const whole = [...windows.values()].filter((window) => window.length === window[0]!.steps).flat();
        const held = whole.reduce(
          (sum, { events, saturated, outside }) => sum + events + saturated + outside,
          0,
        );
        const added = report.filters.reduce((sum, filter) => sum + filter.added, 0);
        const removed = report.filters.reduce((sum, filter) => sum + removedOf(filter), 0);
        const came = batches.reduce((sum, { length }) => sum + length, 0);
        expect(report.events).toBe(came);
        expect(report.filters).toHaveLength(list.length);
        expect(held + report.lateEvents + report.remainderEvents + report.outliers + removed).toBe(
          came + added + report.repeatedEvents,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('frames are of what filters leave, as if they had been run before', () => {
    // The clock comes first: it believes every jump here, so that what filters leave has nothing odd in it either.
    const rule = ruleOf({ binning: { by: 'number', steps: 2 } });
    const counts = (batches: readonly EventBatch[], list: FrameRule['filters']): number[][] => {
      const stream = new FrameStream({
        rule: { ...rule, filters: list },
        allowOutside: true,
        maxGapMicros: Infinity,
      });
      const frames = [...batches.flatMap((batch) => stream.push(batch)), ...stream.finish()];
      return frames.map((frame) => Array.from(frame.counts));
    };
    fc.assert(
      fc.property(streams, filters, ([batch], list) => {
        const chain = new FilterChain(list);
        const before = [...chain.push(batch!), ...chain.finish()];
        if (before.length > 0) expect(counts([batch!], list)).toEqual(counts(before, []));
      }),
      { numRuns: 60 },
    );
  });

  it('fits what comes out of the filters, and still knows the recording', () => {
    const big = { width: 40, height: 20 };
    const events = (sensor: SensorGeometry | null): EventBatch =>
      batchFromTuples(
        [
          [0, 21, 3, 1],
          [10, 22, 4, 1],
          [20, 23, 5, 0],
          [300, 0, 0, 1],
        ],
        sensor,
      );
    const rule = ruleOf({
      sensor: big,
      filters: spec({ filter: 'region', x: 20, y: 0, width: 10, height: 8 }),
    });
    for (const sensor of [big, null]) {
      const { frames, report } = framesOf([events(sensor)], rule);
      expect(frames[0]!.geometry).toEqual({ width: 10, height: 8 });
      expect(frames[0]!.counts[80 + 3 * 10 + 1]).toBe(1);
      expect(report.fit).toEqual({
        sensor: big,
        known: sensor === null ? 'assumed' : 'stated',
        filtered: { width: 10, height: 8 },
        change: null,
        wanted: { width: 10, height: 8 },
      });
      expect(report.filters[0]!.removed).toEqual({ 'outside-region': 1 });
      expect(lossesOf(report)).toMatchObject({ 'filter-region': 1 });
      expect(streamNotes(report)).toContain('filter region: 1 of 4 events left out, 25.0 % (outside-region)');
    }
    const turned = ruleOf({ sensor: big, filters: spec({ filter: 'transpose' }) });
    expect(fitSensor(turned, big).output).toEqual({ width: 20, height: 40 });
    expect(fitSensor(turned, { width: 80, height: 40 })).toMatchObject({
      change: 'resized',
      sensor: { width: 40, height: 80 },
      wanted: { width: 20, height: 40 },
    });
    expect(() => fitSensor(rule, { width: 8, height: 8 })).toThrow(/does not lie on the sensor of 8x8/);
  });

  it('refuses a recording that is mostly outside the sensor, also where a filter leaves that out', () => {
    const outside = batchFromTuples(
      Array.from({ length: 300 }, (_, i) => [i, 20 + (i % 9), 20, i % 2]),
      SENSOR,
    );
    const stream = new FrameStream({ rule: ruleOf({ filters: spec({ filter: 'flip' }) }) });
    expect(() => [...stream.push(outside), ...stream.finish()]).toThrow(
      /300 of 300 events lie outside the sensor of 9x7 pixels/,
    );
  });

  it('lets go of what filters hold where the stream has a gap', () => {
    const rule = ruleOf({ filters: spec({ filter: 'time-jitter', stdMicros: 1000 }) });
    const stream = new FrameStream({ rule });
    const batch = batchFromTuples(
      [
        [0, 1, 1, 1],
        [1, 1, 1, 1],
        [2, 1, 1, 1],
        [3, 1, 1, 1],
      ],
      SENSOR,
    );
    stream.push(batch);
    expect(stream.windowEvents).toBe(4);
    expect(stream.abandon()).toBe(4);
    expect(stream.windowEvents).toBe(0);
    expect(stream.report.filters[0]).toMatchObject({ events: 0, kept: 0, held: 0 });
  });
});

const file = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist/Test/7/00001.bin');
const bytes = new Uint8Array(readFileSync(file));

function modelWith(filtersOf: readonly FilterRequest[]): Model {
  const model = randomModel({ steps: 3, width: 12, height: 12 });
  const list = filtersOf.map(filterSpec);
  const sensor = { width: 34, height: 34 };
  const binning = { by: 'fixed-duration', stepMicros: 30_000, steps: 3 } as const;
  return { ...model, input: { ...model.input, sensor, binning, filters: list } };
}

describe('a model with filters', () => {
  const model = modelWith([
    { filter: 'refractory', periodMicros: 2000 },
    { filter: 'background-activity', windowMicros: 5000 },
    { filter: 'rotate' },
    { filter: 'downsample', by: 2, threshold: 0.5 },
  ]);

  it('is written and read with every option, and equal filters have equal bytes', () => {
    const read = readModel(writeModel(model));
    expect(read.input.filters).toEqual(model.input.filters);
    const [first, ...others] = model.input.filters;
    const shuffled = Object.fromEntries(Object.entries(first!).reverse()) as typeof first;
    const same = { ...model, input: { ...model.input, filters: [shuffled!, ...others] } };
    expect(writeModel(same)).toEqual(writeModel(model));
    const short = { ...model, input: { ...model.input, filters: [{ filter: 'refractory' }] } };
    expect(readModel(writeModel(short)).input.filters).toEqual([filterSpec({ filter: 'refractory' })]);
  });

  it('is refused where a filter is unknown or wrong', () => {
    const text = new TextDecoder('latin1').decode(writeModel(model));
    const damaged = Uint8Array.from(text.replace('refractory', 'refractary'), (c) => c.charCodeAt(0));
    expect(() => readModel(damaged)).toThrow(/refractary/);
  });

  it('classifies a recording as it does the same events live, in any pieces, and as without its filters not', async () => {
    const engine = await createEngine(model);
    const decoding = { format: 'atis40' } as const;
    const offline = async (rule: Partial<FrameRule> = {}): Promise<[number[][], StreamReport]> => {
      const session = new DecisionSession(engine, { decoding, rule });
      const logits: number[][] = [];
      for await (const { accumulatedLogits } of session.decisions([bytes]))
        logits.push([...accumulatedLogits]);
      session.dispose();
      return [logits, session.report];
    };
    const live = async (payload: 'raw' | 'events', size: number): Promise<number[][]> => {
      const logits: number[][] = [];
      const feed = new CameraFeed({
        name: 'camera',
        engine,
        sensor: null,
        payload,
        decoding,
        policy: 'pause',
        maxQueuedSteps: 64,
        flushAfterMs: 600_000,
        onDecision: (message) => logits.push([...message.logits]),
        onError: (error) => {
          throw error;
        },
      });
      if (payload === 'raw') {
        for (let at = 0; at < bytes.length; at += size) feed.pushBytes(bytes.slice(at, at + size), 0);
      } else {
        const decoder = createDecoder({ ...decoding, maxBatchEvents: size });
        for (const batch of [...decoder.push(bytes), ...decoder.finish()]) feed.pushEvents(batch, 0);
      }
      await feed.end();
      return logits;
    };
    const [expected, report] = await offline();
    expect(expected.length).toBeGreaterThan(3);
    for (const size of [311, 5000]) {
      expect(await live('raw', size)).toEqual(expected);
      expect(await live('events', size)).toEqual(expected);
    }
    expect((await offline({ filters: [] }))[0]).not.toEqual(expected);
    expect(report.filters.map(({ filter }) => filter)).toEqual(
      model.input.filters.map(({ filter }) => filter),
    );
    expect(report.filters.every((filter) => filter.filter === 'rotate' || removedOf(filter) > 0)).toBe(true);
    expect(sensorBehind(model.input.filters, model.input.sensor)).toEqual({ width: 17, height: 17 });
    engine.dispose();
  });
});
