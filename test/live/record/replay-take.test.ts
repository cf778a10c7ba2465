import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, sliceBatch, type EventBatch } from '../../../src/events/index.ts';
import { Aedat2Encoder, createEncoder, DatEncoder } from '../../../src/formats/index.ts';
import { createOracleEngine, type InferenceEngine } from '../../../src/inference/index.ts';
import {
  CameraFeed,
  findTakes,
  Recorder,
  replayTake,
  type DecisionMessage,
  type FeedHost,
  type Hello,
  type RecordLimits,
  type ReplayOutcome,
} from '../../../src/live/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { camera, engine, randomEvents, SENSOR, serve } from '../../helpers/live.ts';
import { steered } from '../../helpers/steered-engine.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const CLEAN = {
  different: [],
  notReplayed: 0,
  notRecorded: 0,
  missingParts: 0,
  skippedParts: 0,
  unrepeatable: [],
  faults: { recorded: null, replayed: null },
};

/** The only take of a folder, replayed. */
async function replay(
  folder: string,
  own: InferenceEngine = engine,
): Promise<{ outcome: ReplayOutcome; decisions: DecisionMessage[] }> {
  const takes = await findTakes(folder);
  expect(takes.length).toBe(1);
  const decisions: DecisionMessage[] = [];
  const outcome = await replayTake(takes[0]!, {
    engine: own,
    onDecision: (decision) => void decisions.push(decision),
  });
  return { outcome, decisions };
}

const timeless = ({ latencyMs: _, computeMs: __, ...rest }: DecisionMessage): object => rest;
const inOrder = (decisions: readonly DecisionMessage[]): object[] =>
  decisions.map(timeless).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** What a test does to a feed, one after the other. */
type Action =
  | { readonly kind: 'events'; readonly seed: number; readonly count: number; readonly shift: number }
  | { readonly kind: 'reset' | 'segment' | 'flush' | 'wait' | 'release' | 'hold' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('events' as const),
      seed: fc.integer({ min: 1, max: 1e6 }),
      count: fc.integer({ min: 0, max: 400 }),
      // Late events, jumps, and what the guard of the clock takes for glitches.
      shift: fc.oneof(fc.integer({ min: -3000, max: 3000 }), fc.constantFrom(-2e7, 2e7, -9e4)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('reset', 'segment', 'flush', 'wait', 'release', 'hold'),
    }),
  },
);

/** Events whose coordinates, times and order are of every kind. */
function batchOfAction(seed: number, count: number, t0: number, wide: boolean, segment: number): EventBatch {
  const random = new SeededRandom(seed);
  let t = t0;
  const size = wide ? 65_536 : 8;
  const batch = batchFromTuples(
    Array.from({ length: count }, () => {
      t += random.integer(30);
      const far = wide && random.integer(4) === 0;
      return [
        t,
        random.integer(far ? size : 8),
        random.integer(far ? 32_768 : 8),
        random.integer(2),
      ] as const;
    }),
    wide ? null : SENSOR,
  );
  return { ...batch, segment };
}

/** Does what a live camera would, with an engine that is held up and let go. */
async function act(
  folder: string,
  actions: readonly Action[],
  policy: Hello['policy'],
  limits: Partial<RecordLimits>,
  wide: boolean,
  own: InferenceEngine,
): Promise<{ decisions: DecisionMessage[]; events: number; dropped: number }> {
  const recorder = await Recorder.open({ folder, limits });
  const slow = steered(own);
  slow.release();
  let feed!: CameraFeed;
  const host: FeedHost = {
    model: own.model,
    open: (options) => (feed = new CameraFeed({ ...options, engine: slow.engine })),
  };
  const decisions: DecisionMessage[] = [];
  const recorded = recorder.wrapFeeds(host).open({
    name: 'a/camera: "ä"',
    sensor: wide ? null : SENSOR,
    payload: 'events',
    policy,
    maxQueuedSteps: 6,
    flushAfterMs: 60_000,
    onDecision: (decision) => void decisions.push(decision),
    // Nearly all outside, which the model's sensor does not allow.
    onError: (error) => {
      if (!wide) expect.fail(String(error));
    },
  });
  let [t, segment] = [-500, 0];
  for (const one of actions) {
    switch (one.kind) {
      case 'events': {
        const batch = batchOfAction(one.seed, one.count, t + one.shift, wide, segment);
        recorded.pushEvents(batch, performance.now());
        if (batch.length > 0) t = Math.max(t, batch.t[batch.length - 1]!);
        break;
      }
      case 'reset':
        segment++;
        t = 0;
        break;
      case 'segment':
        recorded.startSegment({ name: 'same name', label: null });
        segment = 0;
        break;
      case 'flush':
        feed.flush();
        break;
      case 'wait':
        await new Promise((resolve) => setTimeout(resolve, 2));
        break;
      case 'hold':
        slow.hold();
        break;
      case 'release':
        slow.release();
    }
  }
  slow.release();
  await recorded.end();
  await recorder.close();
  expect(recorder.account).toMatchObject({ stopped: null, lostTakes: 0, removedParts: 0 });
  return { decisions, events: recorded.events, dropped: recorded.dropped['overload'] ?? 0 };
}

describe.each(['pause', 'drop-oldest', 'drop-newest'] as const)('a record under %s', (policy) => {
  it.each([
    ['windows of time', false],
    ['events that AEDAT 4 cannot hold', true],
  ])(
    'gives the same decisions again: %s',
    async (_name, wide) => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.boolean(), async (actions, small) => {
          const folder = temporaryFolder();
          const limits = small ? { recordPartBytes: 1024 } : {};
          const live = await act(folder, actions, policy, limits, wide, engine);
          const { outcome, decisions } = await replay(folder);
          const { faults } = outcome;
          expect(outcome).toMatchObject({
            ...CLEAN,
            faults,
            same: live.decisions.length,
            events: live.events,
          });
          expect(faults.replayed).toBe(faults.recorded);
          expect(inOrder(decisions)).toEqual(inOrder(live.decisions));
          if (live.dropped > 0) expect(outcome.dropped).toBeGreaterThan(0);
        }),
        { numRuns: 10 },
      );
    },
    120_000,
  );

  it('gives the same decisions again: windows of so many events', async () => {
    const model = randomModel({ steps: 3, ...SENSOR });
    const binning = { by: 'fixed-count', stepEvents: 37, steps: 3 } as const;
    const own = createOracleEngine({ ...model, input: { ...model.input, binning } });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const folder = temporaryFolder();
        const live = await act(folder, actions, policy, { recordPartBytes: 2048 }, false, own);
        const { outcome, decisions } = await replay(folder, own);
        expect(outcome).toMatchObject({ ...CLEAN, same: live.decisions.length });
        expect(inOrder(decisions)).toEqual(inOrder(live.decisions));
      }),
      { numRuns: 10 },
    );
  }, 120_000);
});

describe('a record of a server', () => {
  let leftOutOfAll = 0;
  beforeEach(() => {
    leftOutOfAll = 0;
  });

  it.each(['pause', 'drop-oldest', 'drop-newest'] as const)(
    'with jitter, silences and overload under %s is replayed bit for bit',
    async (policy) => {
      const folder = temporaryFolder();
      const recorder = await Recorder.open({ folder, limits: { recordPartBytes: 20_000 } });
      const slow = steered(engine);
      slow.release();
      const server = await serve({
        engine: slow.engine,
        extensions: [recorder],
        limits: { flushAfterMs: 25, maxQueuedSteps: 6, maxAgeMs: 40 },
      });
      const live: DecisionMessage[] = [];
      server.decisions$.subscribe((decision) => live.push(decision));
      const client = camera(server, { policy });
      await client.connect();
      const random = new SeededRandom(7);
      const events = randomEvents(20_000, 5);
      for (let at = 0, turn = 0; at < events.length; turn++) {
        if (turn % 10 === 4) slow.hold();
        if (turn % 10 === 8) slow.release();
        const to = Math.min(events.length, at + 1 + random.integer(900));
        await client.sendEvents(sliceBatch(events, at, to));
        at = to;
        await new Promise((resolve) => setTimeout(resolve, random.integer(4) === 0 ? 120 : 1));
        if (turn % 15 === 14) await client.startSegment({ name: `part ${turn}`, label: '1' });
      }
      slow.release();
      const end = await client.end();
      await server.close();
      const { outcome, decisions } = await replay(folder);
      expect(outcome).toMatchObject({ ...CLEAN, events: 20_000 - outcome.leftOut, same: live.length });
      expect(inOrder(decisions)).toEqual(inOrder(live));
      expect(outcome.flushes).toBeGreaterThan(0);
      const lost = outcome.dropped + outcome.leftOut;
      expect(lost > 0).toBe((end.dropped['overload'] ?? 0) > 0);
      if (policy !== 'pause') expect(lost).toBeGreaterThan(0);
    },
  );

  it('of raw bytes keeps them as they came, in any pieces, also the fault', async () => {
    const folder = temporaryFolder();
    const recorder = await Recorder.open({ folder, limits: { recordPartBytes: 2_000 } });
    const sensor = { width: 128, height: 128 };
    const own = createOracleEngine(randomModel({ steps: 2, width: 16, height: 16 }));
    const server = await serve({ engine: own, extensions: [recorder], limits: { flushAfterMs: 20 } });
    const live: DecisionMessage[] = [];
    server.decisions$.subscribe((decision) => live.push(decision));
    const client = camera(server, { payload: 'raw', sensor });
    client.decisions$.subscribe({ error: () => undefined });
    await client.connect();
    const wide = (seed: number): EventBatch => ({ ...randomEvents(900, seed), geometry: sensor });
    const file = new Aedat2Encoder().push(wide(3));
    for (const name of ['first', 'second']) {
      await client.startSegment({ name, label: null });
      for (let at = 0; at < file.length; at += 333) {
        await client.sendBytes(file.slice(at, at + 333));
        if (at % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    // A recording that is none.
    const other = new DatEncoder({ geometry: sensor });
    await client.startSegment({ name: 'bad', label: null });
    await client.sendBytes(other.push(wide(4)).slice(0, 40));
    await expect(client.end()).rejects.toMatchObject({ code: expect.any(String) as string });
    await server.close();
    const { outcome, decisions } = await replay(folder, own);
    expect(outcome.faults.recorded).toBeTypeOf('string');
    expect(outcome.faults.replayed).toBe(outcome.faults.recorded);
    expect(outcome).toMatchObject({ ...CLEAN, faults: outcome.faults, same: live.length });
    expect(inOrder(decisions)).toEqual(inOrder(live));
    expect(live.length).toBeGreaterThan(10);
  });

  it.each(['atis40', 'aedat4', 'evt2', 'dat'] as const)(
    'of raw bytes of which some were too old leaves out the same: %s',
    async (format) => {
      const encode = (seed: number): Uint8Array => {
        const encoder = createEncoder(format, { geometry: SENSOR });
        const events = { ...randomEvents(2000, seed), geometry: SENSOR };
        const packets = Array.from({ length: 20 }, (_, i) =>
          encoder.push(sliceBatch(events, 100 * i, 100 * i + 100)),
        );
        return Buffer.concat([...packets, encoder.finish()]);
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({ size: fc.integer({ min: 1, max: 900 }), late: fc.boolean(), flush: fc.boolean() }),
            {
              minLength: 20,
              maxLength: 40,
            },
          ),
          fc.boolean(),
          async (pushes, small) => {
            const folder = temporaryFolder();
            const recorder = await Recorder.open({ folder, limits: small ? { recordPartBytes: 1024 } : {} });
            const live: DecisionMessage[] = [];
            let feed!: CameraFeed;
            const host: FeedHost = {
              model: engine.model,
              open: (options) => (feed = new CameraFeed({ ...options, engine })),
            };
            const recorded = recorder.wrapFeeds(host).open({
              name: 'raw',
              sensor: SENSOR,
              payload: 'raw',
              decoding: { format },
              policy: 'drop-newest',
              maxQueuedSteps: 600,
              maxAgeMs: 60_000,
              flushAfterMs: 60_000,
              onDecision: (decision) => void live.push(decision),
              onError: () => undefined,
            });
            const bytes = encode(3);
            let at = 0;
            for (const { size, late, flush } of pushes) {
              const now = performance.now();
              recorded.pushBytes(bytes.subarray(at, at + size), now, late ? now - 1e6 : now);
              if (flush) feed.flush();
              at += size;
              await new Promise((resolve) => setTimeout(resolve, 0));
            }
            await recorded.end();
            await recorder.close();
            const { outcome, decisions } = await replay(folder);
            const { faults, leftOut } = outcome;
            expect(faults.replayed).toBe(faults.recorded);
            expect(outcome).toMatchObject({ ...CLEAN, faults, same: live.length });
            expect(outcome.events + leftOut).toBe(recorded.events);
            expect(inOrder(decisions)).toEqual(inOrder(live));
            leftOutOfAll += leftOut;
          },
        ),
        { numRuns: 4 },
      );
      expect(leftOutOfAll).toBeGreaterThan(0);
    },
    120_000,
  );

  it('of a camera that asked where the time goes gives the same decisions', async () => {
    const folder = temporaryFolder();
    const recorder = await Recorder.open({ folder });
    const server = await serve({ extensions: [recorder] });
    let live = 0;
    server.decisions$.subscribe(({ trace }) => (live += trace === undefined ? 0 : 1));
    const client = camera(server, { trace: true });
    await client.connect();
    await client.sendEvents(randomEvents(3000, 1));
    await client.end();
    await server.close();
    expect(live).toBeGreaterThan(0);
    expect((await replay(folder)).outcome).toMatchObject({ ...CLEAN, same: live });
  });

  it('another model gives other decisions, and that is said', async () => {
    const folder = temporaryFolder();
    const recorder = await Recorder.open({ folder });
    const server = await serve({ extensions: [recorder] });
    const client = camera(server);
    await client.connect();
    await client.sendEvents(randomEvents(3000, 1));
    const { decisions } = await client.end();
    await server.close();
    const other = createOracleEngine(randomModel({ steps: 3, ...SENSOR, seed: 99 }));
    const { outcome } = await replay(folder, other);
    expect(outcome.same).toBe(0);
    expect(outcome.different.length).toBeGreaterThanOrEqual(3 * decisions);
    expect(outcome.different[0]!.fields).toContain('logits');
  });
});

describe('a record with parts that are gone', () => {
  async function long(): Promise<{ folder: string; live: number }> {
    const folder = temporaryFolder();
    const recorder = await Recorder.open({ folder, limits: { recordPartBytes: 4096 } });
    const server = await serve({ extensions: [recorder] });
    let live = 0;
    server.decisions$.subscribe(() => live++);
    const client = camera(server);
    await client.connect();
    for (const name of ['a', 'b', 'c']) {
      await client.startSegment({ name, label: null });
      const events = randomEvents(3000, 2);
      for (let at = 0; at < 3000; at += 100) await client.sendEvents(sliceBatch(events, at, at + 100));
    }
    await client.end();
    await server.close();
    return { folder: (await findTakes(folder))[0]!.folder, live };
  }

  it('goes on with the next recording that is there from its beginning, and counts the rest', async () => {
    const { folder, live } = await long();
    const parts = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    expect(parts.length).toBeGreaterThan(9);
    for (const name of ['000001.jsonl', '000001.aedat4']) rmSync(path.join(folder, name));
    const { outcome } = await replay(folder);
    expect(outcome).toMatchObject({ different: [], missingParts: 1, firstSegmentIndex: 2 });
    // Every event is accounted for.
    expect(outcome.missingSize).toBeGreaterThan(0);
    expect(outcome.missingSize + outcome.skippedSize).toBe(3000);
    expect(outcome.events).toBe(6000);
    expect(outcome.skippedParts).toBeGreaterThan(1);
    expect(outcome.same).toBeGreaterThan(live / 2);
    expect(outcome.same + outcome.notReplayed).toBeLessThanOrEqual(live);
    expect(outcome.notReplayed).toBeGreaterThan(0);
  });

  it('is replayed from nowhere where no recording has its beginning, and says what there was', async () => {
    const { folder } = await long();
    const heads = readdirSync(folder).filter((name) => {
      const log = name.endsWith('.jsonl') ? readFileSync(path.join(folder, name), 'utf8') : '';
      return log.includes('"begins":true');
    });
    expect(heads).toHaveLength(3);
    for (const name of heads)
      for (const file of [name, name.replace('jsonl', 'aedat4')]) rmSync(path.join(folder, file));
    const { outcome } = await replay(folder);
    expect(outcome).toMatchObject({ events: 0, same: 0, missingParts: 3, firstSegmentIndex: null });
    expect(outcome.missingSize + outcome.skippedSize).toBe(9000);
  });

  it('that are damaged is an error that names the file', async () => {
    const { folder } = await long();
    const data = path.join(folder, '000002.aedat4');
    writeFileSync(data, readFileSync(data).subarray(0, 900));
    await expect(replay(folder)).rejects.toThrow(/000002\.aedat4/);
    const log = path.join(folder, '000001.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').slice(0, -30));
    await expect(replay(folder)).rejects.toThrow(/000001\.jsonl/);
  });

  it('is none, where nothing was recorded', async () => {
    await expect(findTakes(temporaryFolder())).rejects.toThrow(/holds no record/);
    await expect(findTakes('/nowhere')).rejects.toThrow(/cannot be read/);
  });
});
