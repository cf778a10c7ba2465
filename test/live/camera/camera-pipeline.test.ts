import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { batchFromTuples, SeededRandom, sliceBatch, type EventBatch } from '../../../src/events/index.ts';
import { createDecoder, createEncoder, type CreateDecoderOptions } from '../../../src/formats/index.ts';
import { createOracleEngine } from '../../../src/inference/index.ts';
import type { CameraPipelineOptions } from '../../../src/live/camera/camera-pipeline-options.ts';
import { CameraPipeline } from '../../../src/live/camera/camera-pipeline.ts';
import type { PipelineMark } from '../../../src/live/camera/pipeline-mark.ts';
import type { TimedDecision } from '../../../src/live/camera/step-worker.ts';
import { randomModel } from '../../../src/network/index.ts';
import { DecisionSession } from '../../../src/pipeline/index.ts';
import { steered } from '../../helpers/steered-engine.ts';

const SENSOR = { width: 8, height: 8 };
const engine = createOracleEngine(randomModel({ steps: 3, ...SENSOR }));

function randomEvents(count: number, seed: number, from = 0): EventBatch {
  const random = new SeededRandom(seed);
  let t = from;
  return batchFromTuples(
    Array.from(
      { length: count },
      () => [(t += random.integer(100)), random.integer(8), random.integer(8), random.integer(2)] as const,
    ),
    SENSOR,
  );
}

function aedat4(events: EventBatch): Uint8Array {
  const encoder = createEncoder('aedat4', { compression: 'none' });
  return Uint8Array.from([...encoder.push(events), ...encoder.finish()]);
}

interface Run {
  readonly pipeline: CameraPipeline;
  readonly decisions: TimedDecision[];
  readonly errors: unknown[];
  readonly calls: string[];
}

function start(options: Partial<CameraPipelineOptions> = {}): Run {
  const decisions: TimedDecision[] = [];
  const errors: unknown[] = [];
  const calls: string[] = [];
  const pipeline = new CameraPipeline({
    engine,
    sensor: SENSOR,
    payload: 'events',
    policy: 'pause',
    maxQueuedSteps: 64,
    flushAfterMs: 60_000,
    onDecision: (decision) => decisions.push(decision),
    onError: (error) => errors.push(error),
    onPause: () => calls.push('pause'),
    onResume: () => calls.push('resume'),
    ...options,
  });
  return { pipeline, decisions, errors, calls };
}

async function offline(
  events: EventBatch | Uint8Array,
  decoding: CreateDecoderOptions = {},
): Promise<number[][]> {
  const session = new DecisionSession(engine, { decoding });
  const decisions =
    events instanceof Uint8Array ? session.decisions([events]) : session.decisionsOf([events]);
  const logits: number[][] = [];
  for await (const { accumulatedLogits } of decisions) logits.push([...accumulatedLogits]);
  return logits;
}

/** At one pixel. */
const eventsAt = (...times: number[]): EventBatch =>
  batchFromTuples(
    times.map((t) => [t, 1, 1, 1] as const),
    SENSOR,
  );

const logitsOf = (decisions: readonly TimedDecision[]): number[][] =>
  decisions.map(({ decision }) => [...decision.accumulatedLogits]);

describe('CameraPipeline', () => {
  it('gives what the same events give offline, as batches and as bytes, cut anywhere', async () => {
    const events = randomEvents(500, 1);
    const batches = start();
    for (let i = 0; i < 500; i += 7)
      batches.pipeline.pushEvents(sliceBatch(events, i, Math.min(500, i + 7)), 0);
    await batches.pipeline.end();
    expect(logitsOf(batches.decisions)).toEqual(await offline(events));
    const raw = start({ payload: 'raw', sensor: null });
    const bytes = aedat4(events);
    for (let i = 0; i < bytes.length; i += 333) raw.pipeline.pushBytes(bytes.subarray(i, i + 333), 0);
    await raw.pipeline.end();
    expect(logitsOf(raw.decisions)).toEqual(await offline(bytes));
    expect([batches.errors, raw.errors]).toEqual([[], []]);
  });

  it('measures from the arrival of the message that closed the step', async () => {
    const { pipeline, decisions } = start();
    pipeline.pushEvents(
      batchFromTuples(
        [
          [0, 1, 1, 1],
          [1, 1, 1, 1],
          [2, 1, 1, 1],
        ],
        SENSOR,
      ),
      performance.now() - 9e6,
    );
    pipeline.pushEvents(batchFromTuples([[1500, 1, 1, 1]], SENSOR), performance.now() - 5000);
    await pipeline.end();
    expect(decisions[0]!.latencyMs).toBeGreaterThanOrEqual(5000);
    expect(decisions[0]!.latencyMs).toBeLessThan(60_000);
    expect(decisions.at(-1)!.latencyMs).toBeLessThan(5000);
  });

  it('keeps recordings apart and their decisions in order', async () => {
    const { pipeline, decisions } = start();
    const recordings = [randomEvents(200, 2, 9e6), randomEvents(200, 3), randomEvents(150, 4, 5e5)];
    const expected: number[][] = [];
    for (const [i, events] of recordings.entries()) {
      pipeline.startSegment({ name: `r${i}`, label: null });
      pipeline.pushEvents(events, 0);
      expected.push(...(await offline(events)));
    }
    await pipeline.end();
    expect(logitsOf(decisions)).toEqual(expected);
    expect([...new Set(decisions.map(({ segment }) => segment!.name))]).toEqual(['r0', 'r1', 'r2']);
  });

  it('an engine that fails: the fault is told once, end settles, later events are ignored', async () => {
    const steering = steered(engine);
    const { pipeline, decisions, errors, calls } = start({ engine: steering.engine, maxQueuedSteps: 2 });
    pipeline.pushEvents(randomEvents(300, 5), 0);
    expect(calls).toEqual(['pause']);
    await vi.waitFor(() => expect(steering.waiting()).toBe(1));
    const ended = pipeline.end();
    steering.fail(new Error('no more memory'));
    await ended;
    expect(errors).toEqual([new Error('no more memory')]);
    expect(decisions).toEqual([]);
    // Whoever was asked to stop is let go, to learn of it.
    expect(calls).toEqual(['pause', 'resume']);
    pipeline.pushEvents(randomEvents(300, 6), 0);
    pipeline.startSegment({ name: 'more', label: null });
    await pipeline.end();
    expect(errors).toHaveLength(1);
  });

  it('an engine that fails before anything waits for the end', async () => {
    const steering = steered(engine);
    const { pipeline, errors } = start({ engine: steering.engine });
    steering.fail(new Error('gone'));
    pipeline.pushEvents(randomEvents(300, 5), 0);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    await pipeline.end();
    expect(errors).toHaveLength(1);
  });

  it('a fault in the bytes is told behind the decisions of what came before it', async () => {
    const encoder = createEncoder('atis40');
    const bytes = Uint8Array.from([...encoder.push(randomEvents(2000, 7)), ...encoder.finish()]);
    const atis40 = { format: 'atis40' };
    const order: string[] = [];
    const { pipeline } = start({
      payload: 'raw',
      maxQueuedSteps: 1000,
      decoding: { ...atis40, policy: 'strict' },
      onDecision: () => order.push('decision'),
      onError: (error) => order.push((error as { code: string }).code),
    });
    pipeline.pushBytes(bytes.subarray(0, bytes.length - 2), 0);
    await pipeline.end();
    expect(order.at(-1)).toBe('TRUNCATED');
    expect(order.filter((entry) => entry === 'decision').length).toBe((await offline(bytes, atis40)).length);
  });

  it('events in front of a fault in the same bytes are decided on', async () => {
    const good = 't,x,y,p\n' + Array.from({ length: 300 }, (_, i) => `${i * 20},${i % 8},1,1\n`).join('');
    const csv = { format: 'csv', timeUnit: 'us' } as const;
    const { pipeline, decisions, errors } = start({
      payload: 'raw',
      maxQueuedSteps: 1000,
      decoding: { ...csv, policy: 'strict' },
    });
    pipeline.pushBytes(new TextEncoder().encode(`${good}9000,here,1,1\n`), 0);
    await pipeline.end();
    expect(errors).toHaveLength(1);
    expect(logitsOf(decisions)).toEqual(await offline(new TextEncoder().encode(good), csv));
  });

  it.each(['drop-oldest', 'drop-newest'] as const)(
    'overload under %s: every event is decided on or counted',
    async (policy) => {
      const steering = steered(engine);
      const { pipeline, decisions, errors } = start({ engine: steering.engine, policy, maxQueuedSteps: 4 });
      const events = randomEvents(900, 8);
      pipeline.pushEvents(events, 0);
      // The rest of the window in work, and one that waits.
      expect(pipeline.queue).toBeLessThanOrEqual(2 + 3);
      steering.release();
      await pipeline.end();
      const { dropped } = pipeline;
      expect(dropped['overload']).toBeGreaterThan(0);
      const decided = decisions.reduce((sum, { decision }) => sum + decision.events, 0);
      const whole = (await offline(events)).length;
      expect(decisions.length).toBeLessThan(whole);
      // No window is begun that is not finished.
      expect(decisions.filter(({ decision }) => decision.final)).toHaveLength(decisions.length / 3);
      // The steps of the last window are frames too, and the rest of it is a remainder that was never one.
      const unfinished = events.length - decided - dropped['overload']!;
      expect(unfinished).toBeGreaterThanOrEqual(0);
      expect(unfinished).toBeLessThanOrEqual(dropped['incomplete-window'] ?? 0);
      expect(pipeline.queue).toBe(0);
      expect(errors).toEqual([]);
    },
  );

  it('counts what waited for an engine that fails, the step that it failed at too', async () => {
    const slow = steered(engine);
    const { pipeline, decisions, errors } = start({ engine: slow.engine });
    const events = randomEvents(2000, 3);
    pipeline.pushEvents(events, performance.now());
    slow.release();
    await expect.poll(() => decisions.length).toBeGreaterThan(1);
    slow.hold();
    pipeline.pushEvents(randomEvents(2000, 4, 1_000_000), performance.now());
    pipeline.flush();
    await expect.poll(slow.waiting).toBe(1);
    slow.fail(new Error('no memory'));
    await pipeline.end();
    expect(errors).toHaveLength(1);
    const decided = decisions.reduce((sum, { decision }) => sum + decision.events, 0);
    const { undecided, ...others } = pipeline.dropped;
    const left = Object.values(others).reduce((sum, count) => sum + count, 0);
    expect(undecided).toBeGreaterThan(0);
    expect(decided + undecided! + left).toBe(4000);
  });

  it('goes on behind a window that was dropped while its steps were still to come', async () => {
    const slow = steered(engine);
    const { pipeline, decisions } = start({ engine: slow.engine, policy: 'drop-oldest', maxAgeMs: 30 });
    const { binning } = engine.model.input;
    const step = binning.by === 'fixed-duration' ? binning.stepMicros : 0;
    const at = (...steps: number[]): EventBatch => eventsAt(...steps.map((number) => number * step));
    // Window 0 is in work, the first step of window 1 waits until it is too old; the others come then.
    pipeline.pushEvents(at(0, 1, 2, 3, 4), performance.now());
    await new Promise((resolve) => setTimeout(resolve, 40));
    slow.release();
    await expect.poll(() => decisions.length).toBe(3);
    pipeline.pushEvents(at(5, 6), performance.now());
    await new Promise((resolve) => setTimeout(resolve, 5));
    pipeline.pushEvents(at(7, 8, 9), performance.now());
    await pipeline.end();
    expect(pipeline.dropped['overload']).toBe(3);
    expect(decisions.filter(({ decision }) => decision.final).map(({ decision }) => decision.window)).toEqual(
      [0, 2],
    );
  });

  it('tells what silence closed and what was dropped', async () => {
    const marks: PipelineMark[] = [];
    const slow = steered(engine);
    const { pipeline } = start({
      engine: slow.engine,
      policy: 'drop-newest',
      maxQueuedSteps: 3,
      onMark: (mark) => marks.push(mark),
    });
    const { binning } = engine.model.input;
    const window = binning.by === 'fixed-duration' ? 3 * binning.stepMicros : 0;
    pipeline.flush();
    pipeline.pushEvents(eventsAt(0, window, 2 * window, 3 * window), performance.now());
    pipeline.flush();
    slow.release();
    await pipeline.end();
    const dropped = marks.flatMap((mark) => (mark.kind === 'dropped' ? [`${mark.window} ${mark.step}`] : []));
    expect(dropped).toEqual(['2 0', '2 1', '2 2', '3 0', '3 1', '3 2']);
    expect(marks.filter(({ kind }) => kind === 'flush')).toEqual([{ kind: 'flush' }]);
  });

  it('under pause nothing is dropped: the source is asked to stop, and to go on', async () => {
    const steering = steered(engine);
    const { pipeline, decisions, calls } = start({ engine: steering.engine, maxQueuedSteps: 4 });
    const events = randomEvents(900, 8);
    pipeline.pushEvents(events, 0);
    expect(calls).toEqual(['pause']);
    expect(pipeline.queue).toBeGreaterThan(4);
    steering.release();
    await pipeline.end();
    expect(calls).toEqual(['pause', 'resume']);
    expect(logitsOf(decisions)).toEqual(await offline(events));
    expect(pipeline.dropped['overload']).toBeUndefined();
  });

  it.each(['drop-oldest', 'drop-newest', 'pause'] as const)(
    'under %s windows that wait for too long are left out, if the policy may',
    async (policy) => {
      const steering = steered(engine);
      const { pipeline, decisions } = start({ engine: steering.engine, policy, maxAgeMs: 30 });
      const events = randomEvents(900, 8);
      pipeline.pushEvents(sliceBatch(events, 0, 300), performance.now());
      await new Promise((resolve) => setTimeout(resolve, 60));
      steering.release();
      await vi.waitFor(() => expect(pipeline.queue).toBe(0));
      pipeline.pushEvents(sliceBatch(events, 300, 900), performance.now());
      await pipeline.end();
      const windows = decisions
        .filter(({ decision }) => decision.final)
        .map(({ decision }) => decision.window);
      expect(windows[0]).toBe(0);
      expect((pipeline.dropped['overload'] ?? 0) > 0).toBe(policy !== 'pause');
      expect(windows.includes(1)).toBe(policy === 'pause');
      expect(decisions.filter(({ decision }) => decision.step === 0)).toHaveLength(windows.length);
    },
  );

  it('does not take for silence what is on its way, asks again, and marks what silence closed', async () => {
    const answers = [false, true];
    const asked: number[] = [];
    const { pipeline, decisions } = start({
      flushAfterMs: 20,
      isSilent: () => {
        asked.push(decisions.length);
        return Promise.resolve(answers.shift() ?? false);
      },
    });
    pipeline.pushEvents(eventsAt(0, 1, 2, 1500), 0);
    await vi.waitFor(() => expect(decisions).toHaveLength(3));
    expect(asked).toEqual([1, 1]);
    expect(decisions.map(({ flushed }) => flushed)).toEqual([false, true, true]);
    await pipeline.end();
  });

  it('what comes while it asks, or the end, takes the place of the flush', async () => {
    const asked: ((silent: boolean) => void)[] = [];
    const { pipeline, decisions } = start({
      flushAfterMs: 20,
      isSilent: () => new Promise((resolve) => asked.push(resolve)),
    });
    pipeline.pushEvents(eventsAt(0, 1, 2), 0);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    pipeline.pushEvents(eventsAt(1500), 0);
    asked[0]!(true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(decisions.map(({ flushed }) => flushed)).toEqual([false]);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await pipeline.end();
    asked[1]!(true);
    expect(decisions.some(({ flushed }) => flushed)).toBe(false);
  });

  it('closes the open window of a camera that fell silent', async () => {
    const { pipeline, decisions } = start({ flushAfterMs: 20 });
    pipeline.pushEvents(
      batchFromTuples(
        [
          [0, 1, 1, 1],
          [1, 1, 1, 1],
          [2, 1, 1, 1],
        ],
        SENSOR,
      ),
      0,
    );
    await vi.waitFor(() => expect(decisions).toHaveLength(3));
    pipeline.pushEvents(batchFromTuples([[900, 1, 1, 1]], SENSOR), 0);
    expect(pipeline.dropped).toEqual({ late: 1 });
    await pipeline.end();
  });

  it('a clock that begins again, without a word, goes on in a new segment', async () => {
    const { pipeline, decisions } = start();
    const before = randomEvents(100, 9, 10e6);
    const after = randomEvents(100, 10);
    pipeline.pushEvents(before, 0);
    pipeline.pushEvents(after, 0);
    expect(pipeline.notes[0]?.text).toContain('restart of the clock');
    await pipeline.end();
    expect(logitsOf(decisions)).toEqual([...(await offline(before)), ...(await offline(after))]);
    expect(new Set(decisions.map(({ decision }) => decision.clockSegment))).toEqual(new Set([0, 1]));
    expect(pipeline.dropped['late']).toBeUndefined();
  });

  it('one event with an absurd time is all that is lost', async () => {
    const { pipeline, decisions } = start();
    const events = randomEvents(200, 11);
    pipeline.pushEvents(sliceBatch(events, 0, 90), 0);
    pipeline.pushEvents(batchFromTuples([[4e9, 1, 1, 1]], SENSOR), 0);
    pipeline.pushEvents(sliceBatch(events, 90, 200), 0);
    await pipeline.end();
    expect(logitsOf(decisions)).toEqual(await offline(events));
    expect(pipeline.dropped).toMatchObject({ outlier: 1 });
  });

  it('a recording of another sensor is fitted, by what its bytes, its segment or the camera states', async () => {
    const big = { width: 16, height: 16 };
    const events = { ...randomEvents(300, 12), geometry: big };
    const expected = await offline(events);
    const unstated = { ...events, geometry: null };
    const camera = start({ sensor: big });
    camera.pipeline.pushEvents(unstated, 0);
    await camera.pipeline.end();
    const segment = start();
    segment.pipeline.startSegment({ name: 'big', label: null, sensor: big });
    segment.pipeline.pushEvents(unstated, 0);
    expect(segment.pipeline.notes).toEqual([
      { recording: 'big', text: 'a sensor of 16x16 is scaled to 8x8' },
    ]);
    await segment.pipeline.end();
    const raw = start({ payload: 'raw', sensor: null });
    raw.pipeline.pushBytes(aedat4(events), 0);
    await raw.pipeline.end();
    for (const { decisions, errors } of [camera, segment, raw])
      expect([logitsOf(decisions), errors]).toEqual([expected, []]);
  });

  it('counts what the decoder of bytes left out, once', async () => {
    const { pipeline } = start({ payload: 'raw', decoding: { format: 'atis40', geometry: SENSOR } });
    const record = (x: number, t: number): number[] => [x, 1, 0x80, t >> 8, t & 0xff];
    const inside = Array.from({ length: 20 }, (_, i) => record(i % 8, i)).flat();
    pipeline.pushBytes(Uint8Array.from([...inside, ...record(9, 30), ...record(10, 31), 1, 2, 3]), 0);
    await pipeline.end();
    expect(pipeline.dropped).toMatchObject({ 'outside-sensor': 2, 'truncated-bytes': 3 });
  });

  it('gives the memory of batches back only where it is its own', async () => {
    // Large enough to be worth keeping.
    const bytes = aedat4(randomEvents(2000, 13));
    const decode = (): EventBatch[] => {
      const decoder = createDecoder({ maxBatchEvents: 1000 });
      return [...decoder.push(bytes), ...decoder.finish()];
    };
    const again = async (options: Partial<CameraPipelineOptions>): Promise<boolean> => {
      // Memory that others gave back is used up first.
      const kept = Array.from({ length: 20 }, decode);
      const { pipeline } = start(options);
      const batches = decode();
      for (const batch of batches) pipeline.pushEvents(batch, 0);
      await pipeline.end();
      const next = new Set(decode().map(({ t }) => t.buffer));
      return kept.length > 0 && batches.some(({ t }) => next.has(t.buffer));
    };
    expect([
      await again({}),
      await again({ ownsBatches: false }),
      await again({ ownsBatches: true }),
    ]).toEqual([false, false, true]);
  });

  it('refuses a camera most of whose events lie outside the sensor', async () => {
    const { pipeline, errors } = start({ sensor: null });
    const far = batchFromTuples(Array.from({ length: 300 }, (_, i) => [i * 50, 20, 20, 1] as const));
    pipeline.pushEvents(far, 0);
    await pipeline.end();
    expect(errors).toEqual([expect.objectContaining({ code: 'MOSTLY_OUTSIDE' })]);
  });
});

describe('raw bytes of others', () => {
  it.each([
    ['a file that is kept to its end', () => encoded('npz')],
    ['a packed recording', () => new Uint8Array(gzipSync(encoded('aedat4')))],
  ])('%s is refused at once: little would become much', async (_, bytes) => {
    for (const fromPeer of [true, false]) {
      const { pipeline, errors } = start({ payload: 'raw', sensor: SENSOR, fromPeer });
      pipeline.pushBytes(bytes(), performance.now());
      await pipeline.end();
      expect(errors).toMatchObject(fromPeer ? [{ code: 'UNSUPPORTED_FORMAT' }] : []);
    }
  });
});

function encoded(format: string): Uint8Array {
  const encoder = createEncoder(format);
  return Uint8Array.from([...encoder.push(randomEvents(50, 3)), ...encoder.finish()]);
}
