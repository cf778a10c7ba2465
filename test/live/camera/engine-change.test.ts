/** Another engine takes over between two windows; what is too old or too much is left out between two windows too. */
import { describe, expect, it } from 'vitest';
import {
  batchFromTuples,
  concatBatches,
  SeededRandom,
  sliceBatch,
  type EventBatch,
} from '../../../src/events/index.ts';
import { filterSpec } from '../../../src/filters/index.ts';
import { createEncoder } from '../../../src/formats/index.ts';
import { createOracleEngine, type InferenceEngine } from '../../../src/inference/index.ts';
import type { CameraPipelineOptions } from '../../../src/live/camera/camera-pipeline-options.ts';
import { CameraPipeline } from '../../../src/live/camera/camera-pipeline.ts';
import type { TimedDecision } from '../../../src/live/camera/step-worker.ts';
import { randomModel, type Model } from '../../../src/network/index.ts';
import { DecisionSession } from '../../../src/pipeline/index.ts';
import { steered } from '../../helpers/steered-engine.ts';

const SENSOR = { width: 8, height: 8 };

function engineOf(steps: number, seed: number, binning?: Model['input']['binning']): InferenceEngine {
  const model = randomModel({ steps, ...SENSOR, seed });
  return createOracleEngine(binning === undefined ? model : { ...model, input: { ...model.input, binning } });
}

const before = engineOf(3, 1);
const after = engineOf(2, 2);

function randomEvents(count: number, seed: number, from = 0): EventBatch {
  const random = new SeededRandom(seed);
  let t = from;
  return batchFromTuples(
    Array.from(
      { length: count },
      () => [(t += random.integer(60)), random.integer(8), random.integer(8), random.integer(2)] as const,
    ),
    SENSOR,
  );
}

interface Run {
  readonly pipeline: CameraPipeline;
  readonly decisions: { readonly engine: InferenceEngine; readonly timed: TimedDecision }[];
  readonly retired: InferenceEngine[];
  readonly errors: unknown[];
}

function start(options: Partial<CameraPipelineOptions> = {}): Run {
  const run = {
    decisions: [] as Run['decisions'],
    retired: [] as InferenceEngine[],
    errors: [] as unknown[],
  };
  const pipeline = new CameraPipeline({
    engine: before,
    sensor: SENSOR,
    payload: 'events',
    policy: 'pause',
    maxQueuedSteps: 64,
    flushAfterMs: 60_000,
    onDecision: (timed, engine) => run.decisions.push({ engine, timed }),
    onError: (error) => run.errors.push(error),
    onRetired: (engine) => run.retired.push(engine),
    ...options,
  });
  return { pipeline, ...run };
}

async function offline(engine: InferenceEngine, events: EventBatch): Promise<number[][]> {
  const session = new DecisionSession(engine);
  const logits: number[][] = [];
  for await (const { accumulatedLogits } of session.decisionsOf([events]))
    logits.push([...accumulatedLogits]);
  return logits;
}

const logitsOf = ({ decisions }: Run, engine: InferenceEngine): number[][] =>
  decisions.filter((one) => one.engine === engine).map(({ timed }) => [...timed.decision.accumulatedLogits]);

/** Events of windows that were decided to their end, and those that were left out. */
const inWindows = ({ decisions }: Run): number =>
  decisions.reduce((sum, { timed: { decision } }) => sum + (decision.final ? decision.windowEvents : 0), 0);
const lost = ({ pipeline }: Run): number =>
  Object.values(pipeline.dropped).reduce((sum, count) => sum + count, 0);

/** Whole windows of an engine, and where the next one begins. */
function wholeWindows(
  engine: InferenceEngine,
  events: EventBatch,
  at: number,
): { last: number; end: number } {
  const { binning } = engine.model.input;
  const { steps } = engine.model.network;
  if (binning.by === 'fixed-count') {
    const window = binning.stepEvents * steps;
    const end = Math.ceil(at / window) * window;
    return { last: end, end };
  }
  if (binning.by !== 'fixed-duration') throw new Error('no window');
  const micros = binning.stepMicros * steps;
  const origin = events.t[0]!;
  const windowEnd = origin + (Math.floor((events.t[at - 1]! - origin) / micros) + 1) * micros;
  const end = events.t.findIndex((t) => t >= windowEnd);
  return { last: end, end };
}

describe('another engine', () => {
  const counted = { by: 'fixed-count', stepEvents: 40, steps: 3 } as const;
  it.each([
    ['windows of a duration', before],
    ['windows of a count', engineOf(3, 1, counted)],
  ])('has the next window, and the one before finishes its own: %s', async (_what, first) => {
    const events = randomEvents(2000, 1);
    for (const [at, size] of [
      [700, 7],
      [701, 350],
      [1, 1],
      [999, 1001],
    ] as const) {
      const run = start({ engine: first });
      run.pipeline.pushEvents(sliceBatch(events, 0, at), performance.now());
      run.pipeline.useEngine(after);
      for (let from = at; from < events.length; from += size)
        run.pipeline.pushEvents(
          sliceBatch(events, from, Math.min(events.length, from + size)),
          performance.now(),
        );
      await run.pipeline.end();
      const { end } = wholeWindows(first, events, at);
      const whole = await offline(first, events);
      const own = logitsOf(run, first);
      expect(own).toEqual(whole.slice(0, own.length));
      expect(own.length % 3).toBe(0);
      expect(logitsOf(run, after)).toEqual(await offline(after, sliceBatch(events, end, events.length)));
      expect(run.errors).toEqual([]);
      expect(run.retired).toEqual([first, after]);
      // Windows are numbered on, and no event is lost between them.
      const finals = run.decisions.filter(({ timed }) => timed.decision.final);
      expect(finals.map(({ timed }) => timed.decision.window)).toEqual(finals.map((_final, i) => i));
      expect(inWindows(run) + lost(run)).toBe(2000);
    }
  });

  it.each<Model['input']['binning']>([
    { by: 'fixed-duration', stepMicros: 1000, steps: 3, strideMicros: 800 },
    { by: 'fixed-count', stepEvents: 40, steps: 3, strideEvents: 50 },
    { by: 'mixed', stepMicros: 1000, stepEvents: 25, steps: 3 },
  ])('of windows that overlap, or end with time or events: %j', async (binning) => {
    const first = engineOf(3, 1, binning);
    const events = randomEvents(1500, 6);
    // With 720 events a window of 120 has just become whole, and a step of the next has left.
    for (const at of [700, 720]) {
      const run = start({ engine: first });
      run.pipeline.pushEvents(sliceBatch(events, 0, at), performance.now());
      run.pipeline.useEngine(after);
      run.pipeline.pushEvents(sliceBatch(events, at, 1500), performance.now());
      await run.pipeline.end();
      const own = logitsOf(run, first);
      expect(own.length % 3).toBe(0);
      expect(own).toEqual((await offline(first, events)).slice(0, own.length));
      const begun = run.decisions.find(({ engine }) => engine === after)!.timed.decision.windowStartMicros;
      const from = events.t.findIndex((t) => t >= begun);
      expect(from).toBeGreaterThan(690);
      expect(logitsOf(run, after)).toEqual(await offline(after, sliceBatch(events, from, 1500)));
      expect(run.errors).toEqual([]);
    }
  });

  it('of a recording in bytes too', async () => {
    const events = randomEvents(2000, 3);
    const encoder = createEncoder('evt2', { geometry: SENSOR });
    const bytes = Uint8Array.from([...encoder.push(events), ...encoder.finish()]);
    const run = start({ payload: 'raw', sensor: null });
    run.pipeline.pushBytes(bytes.subarray(0, 3001), performance.now());
    run.pipeline.useEngine(after);
    run.pipeline.pushBytes(bytes.subarray(3001), performance.now());
    await run.pipeline.end();
    expect(run.errors).toEqual([]);
    const first = logitsOf(run, before);
    const begun = run.decisions.find(({ engine }) => engine === after)!.timed.decision.windowStartMicros;
    const from = events.t.findIndex((t) => t >= begun);
    expect(first).toEqual((await offline(before, events)).slice(0, first.length));
    expect(logitsOf(run, after)).toEqual(await offline(after, sliceBatch(events, from, 2000)));
  });

  it('at once where no window is open, and between recordings', async () => {
    const run = start();
    run.pipeline.useEngine(after);
    expect(run.retired).toEqual([before]);
    run.pipeline.pushEvents(randomEvents(100, 1), performance.now());
    run.pipeline.useEngine(before);
    run.pipeline.startSegment(null);
    expect(run.retired).toContain(before);
    run.pipeline.pushEvents(randomEvents(900, 2), performance.now());
    await run.pipeline.end();
    expect(logitsOf(run, before)).toEqual(await offline(before, randomEvents(900, 2)));
    expect(run.retired.length).toBe(3);
  });

  it('twice before a window ends: the one between is not needed', async () => {
    const between = engineOf(4, 9);
    const run = start();
    const events = randomEvents(2000, 1);
    run.pipeline.pushEvents(sliceBatch(events, 0, 10), performance.now());
    run.pipeline.useEngine(between);
    run.pipeline.useEngine(after);
    expect(run.retired).toEqual([between]);
    run.pipeline.pushEvents(sliceBatch(events, 10, 2000), performance.now());
    await run.pipeline.end();
    expect(new Set(run.decisions.map(({ engine }) => engine))).toEqual(new Set([before, after]));
  });
});

describe('data that is too old', () => {
  const now = (): number => performance.now();

  it('is left out in front of the windows, counted, and the next window begins behind it', async () => {
    const run = start({ policy: 'drop-oldest', maxAgeMs: 1000 });
    const events = randomEvents(3000, 1);
    const parts = [0, 1000, 2000, 3000].map((from) => sliceBatch(events, from, Math.min(3000, from + 1000)));
    run.pipeline.pushEvents(parts[0]!, now(), now());
    await expect.poll(() => run.pipeline.queue).toBe(0);
    // The window in hand was begun: it is finished first.
    run.pipeline.pushEvents(sliceBatch(parts[1]!, 0, 500), now(), now());
    await expect.poll(() => run.pipeline.queue).toBe(0);
    const { binned } = { binned: run.decisions.length };
    run.pipeline.pushEvents(sliceBatch(parts[1]!, 500, 1000), now(), now() - 5000);
    run.pipeline.pushEvents(sliceBatch(parts[1]!, 900, 1000), now(), now() - 5000);
    run.pipeline.pushEvents(parts[2]!, now(), now());
    await run.pipeline.end();
    expect(run.pipeline.dropped['overload']).toBeGreaterThan(0);
    expect(binned).toBeGreaterThan(0);
    expect(inWindows(run) + lost(run)).toBe(3100);
    // No window has events of both sides of the gap.
    const [gap, behind] = [parts[1]!.t[499]!, parts[2]!.t[0]!];
    const finals = run.decisions.map(({ timed }) => timed.decision).filter(({ final }) => final);
    expect(finals.some(({ windowStartMicros }) => windowStartMicros === behind)).toBe(true);
    for (const { windowStartMicros } of finals)
      expect(windowStartMicros <= gap || windowStartMicros >= behind || windowStartMicros < gap + 3000).toBe(
        true,
      );
  });

  it('is kept under pause', async () => {
    const run = start({ maxAgeMs: 1000 });
    const events = randomEvents(1000, 1);
    run.pipeline.pushEvents(events, now(), now() - 60_000);
    await run.pipeline.end();
    expect(logitsOf(run, before)).toEqual(await offline(before, events));
  });
});

describe('a time step without an end', () => {
  const still = (): EventBatch =>
    batchFromTuples(
      Array.from({ length: 100 }, () => [5, 1, 1, 1] as const),
      SENSOR,
    );

  it('is left out where events may be, and a fault under pause', async () => {
    const dropping = start({ policy: 'drop-oldest', maxOpenBytes: 10_000 });
    const pausing = start({ maxOpenBytes: 10_000 });
    for (let i = 0; i < 50; i++)
      for (const { pipeline } of [dropping, pausing]) pipeline.pushEvents(still(), performance.now());
    await dropping.pipeline.end();
    await pausing.pipeline.end();
    expect(dropping.errors).toEqual([]);
    expect(dropping.pipeline.dropped['overload']).toBeGreaterThan(4000);
    expect(pausing.errors).toMatchObject([{ code: 'STEP_TOO_LARGE' }]);
  });
});

describe('a time segment without an end, in a filter that holds it', () => {
  const holding = createOracleEngine({
    ...before.model,
    input: { ...before.model.input, filters: [filterSpec({ filter: 'reverse-time' })] },
  });
  const flowing = (i: number): EventBatch =>
    batchFromTuples(
      Array.from({ length: 100 }, (_, at) => [1000 * i + at, 1, 1, 1] as const),
      SENSOR,
    );

  it('is left out where events may be, and a fault under pause', async () => {
    const dropping = start({ engine: holding, policy: 'drop-oldest', maxOpenBytes: 10_000 });
    const pausing = start({ engine: holding, maxOpenBytes: 10_000 });
    for (let i = 0; i < 50; i++)
      for (const { pipeline } of [dropping, pausing]) pipeline.pushEvents(flowing(i), performance.now());
    await dropping.pipeline.end();
    await pausing.pipeline.end();
    expect(dropping.errors).toEqual([]);
    // 769 events are 10,000 bytes: what came eight at a time is left out, and the rest decided at the end.
    const decided = dropping.decisions.reduce((sum, { timed }) => sum + timed.decision.events, 0);
    const { overload = 0, ...others } = dropping.pipeline.dropped;
    expect(overload).toBe(4800);
    expect(decided + Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(pausing.errors).toMatchObject([
      { code: 'TOO_MANY_HELD', filter: 'reverse-time', message: expect.stringMatching(/10000 bytes/) },
    ]);
  });

  it('keeps no other model from taking over for ever', async () => {
    const run = start({ engine: holding, policy: 'drop-oldest', maxOpenBytes: 10_000 });
    run.pipeline.pushEvents(flowing(0), performance.now());
    run.pipeline.useEngine(after);
    expect(run.retired).toEqual([]);
    for (let i = 1; i < 9; i++) run.pipeline.pushEvents(flowing(i), performance.now());
    expect(run.pipeline.dropped).toMatchObject({ overload: 800 });
    await expect.poll(() => run.retired).toEqual([holding]);
    await run.pipeline.end();
    expect(run.decisions.every(({ engine }) => engine === after)).toBe(true);
    expect(run.errors).toEqual([]);
  });
});

describe('an end that cannot wait', () => {
  it('decides the open window as it is, and counts what is not decided in time', async () => {
    const events = randomEvents(500, 1);
    const calm = start();
    calm.pipeline.pushEvents(events, performance.now());
    await calm.pipeline.end(60_000);
    const decided = calm.decisions.reduce((sum, { timed }) => sum + timed.decision.events, 0);
    expect(decided).toBe(500);
    expect(calm.decisions.at(-1)!.timed).toMatchObject({ flushed: true, decision: { final: true } });

    const slow = steered(before);
    const run = start({ engine: slow.engine });
    run.pipeline.pushEvents(events, performance.now());
    const end = run.pipeline.end(50);
    await expect.poll(() => run.pipeline.dropped['shutdown']).toBeGreaterThan(0);
    slow.release();
    await end;
    const late = run.decisions.reduce((sum, { timed }) => sum + timed.decision.events, 0);
    expect(late + run.pipeline.dropped['shutdown']!).toBe(500);
  });

  it('is no fault of a recording that is cut by it', async () => {
    const encoder = createEncoder('aedat4', { compression: 'none' });
    const events = concatBatches([randomEvents(300, 1)]);
    const bytes = Uint8Array.from([...encoder.push(events), ...encoder.finish()]);
    const run = start({ payload: 'raw', sensor: null });
    run.pipeline.pushBytes(bytes.subarray(0, bytes.length >> 1), performance.now());
    await run.pipeline.end(60_000);
    expect(run.errors).toEqual([]);
  });
});
