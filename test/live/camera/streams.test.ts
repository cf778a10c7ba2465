import { createReadStream } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { Aedat2Encoder, Aedat3Encoder, createDecoder } from '../../../src/formats/index.ts';
import { createOracleEngine, type InferenceEngine } from '../../../src/inference/index.ts';
import { replayRecordings, type DecisionMessage, type EndMessage } from '../../../src/live/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { DecisionSession } from '../../../src/pipeline/index.ts';
import { camera, engine, randomEvents, SENSOR, serve } from '../../helpers/live.ts';

const fieldCases = path.resolve(import.meta.dirname, '../../field-cases');

/** What the library says of batches without a network. */
async function offline(batches: readonly EventBatch[], own: InferenceEngine = engine): Promise<number[][]> {
  const session = new DecisionSession(own);
  const logits: number[][] = [];
  for await (const { accumulatedLogits } of session.decisionsOf(batches)) logits.push([...accumulatedLogits]);
  session.dispose();
  return logits;
}

interface LiveOutcome {
  readonly decisions: readonly DecisionMessage[];
  readonly logits: number[][];
  readonly end: EndMessage;
}

/** What a camera is told of batches. */
async function live(batches: readonly EventBatch[], own: InferenceEngine = engine): Promise<LiveOutcome> {
  const client = camera(await serve({ engine: own }), { sensor: null });
  const decisions: DecisionMessage[] = [];
  client.decisions$.subscribe((decision) => decisions.push(decision));
  await client.connect();
  for (const batch of batches) await client.sendEvents(batch);
  const end = await client.end();
  return { decisions, logits: decisions.map(({ logits }) => [...logits]), end };
}

/** Events on a sensor of a size, `micros` apart on average. */
function eventsOn(
  width: number,
  height: number,
  count: number,
  seed: number,
  t0 = 0,
  micros = 10,
): EventBatch {
  const random = new SeededRandom(seed);
  let t = t0;
  return batchFromTuples(
    Array.from(
      { length: count },
      () =>
        [
          (t += random.integer(2 * micros)),
          random.integer(width),
          random.integer(height),
          random.integer(2),
        ] as const,
    ),
    { width, height },
  );
}

describe('a clock that begins again (field case clock-restart)', () => {
  const before = randomEvents(3000, 1, 10_000_000);
  const after = randomEvents(3000, 2);

  it('with a word of the camera: a new time segment, no window over it, nothing late', async () => {
    const batches = [before, { ...after, segment: 1 }];
    const { logits, decisions, end } = await live(batches);
    expect(logits).toEqual(await offline(batches));
    expect(new Set(decisions.map(({ clockSegment }) => clockSegment))).toEqual(new Set([0, 1]));
    expect(end.events).toBe(6000);
    expect(end.dropped).not.toHaveProperty('late');
    const last = decisions.at(-1)!;
    expect(last.endMicros).toBeGreaterThan(after.t[2900]!);
    expect(last.endMicros).toBeLessThan(before.t[0]!);
  });

  it('without a word: the same windows', async () => {
    const silent = await live([before, after]);
    const told = await live([before, { ...after, segment: 1 }]);
    expect(silent.logits).toEqual(told.logits);
    expect(silent.end.dropped).toEqual(told.end.dropped);
  });
});

describe('one event with an absurd time (field case glitch-time)', () => {
  it.each([2 ** 50, 4e9, -(2 ** 50)])('%d is left out and counted, and decisions go on', async (time) => {
    const glitch = batchFromTuples([[time, 3, 3, 1]], SENSOR);
    const [first, second] = [randomEvents(1500, 1), randomEvents(1500, 2, 20_000)];
    const clean = await live([first, second]);
    const { logits, end } = await live([first, glitch, second]);
    expect(logits).toEqual(clean.logits);
    expect(end).toMatchObject({ events: 3001, dropped: { ...clean.end.dropped, outlier: 1 } });
  });
});

describe('times below zero (field case stream-error-hang)', () => {
  it('stream like others', async () => {
    const client = camera(await serve(), { sensor: null });
    await client.connect();
    const open = (): AsyncIterable<Uint8Array> =>
      createReadStream(path.join(fieldCases, 'stream-error-hang/neg.csv')) as AsyncIterable<Uint8Array>;
    await replayRecordings(client, [{ name: 'neg.csv', label: null, open }], {
      rate: 'max',
      decoding: { timeUnit: 'us' },
    });
    const end = await client.end();
    const lines = 5;
    expect(end.events).toBe(lines - 1);
  });

  it('give what they give offline', async () => {
    const events = randomEvents(2000, 4, -7_777);
    const { logits, decisions, end } = await live([events]);
    expect(logits).toEqual(await offline([events]));
    expect(end.decisions).toBe(decisions.filter(({ final }) => final).length);
    expect(end.decisions).toBeGreaterThan(1);
    expect(decisions.filter(({ final }) => !final).length).toBeGreaterThan(1);
  });

  it('a recording that cannot be read is named; the connection ends well, and its name is free', async () => {
    const server = await serve();
    const client = camera(server);
    await client.connect();
    const bad = {
      name: 'bad.bin',
      label: null,
      open: async function* () {
        yield Uint8Array.from({ length: 100 }, (_, i) => 255 - i);
      },
    };
    await expect(replayRecordings(client, [bad], { rate: 'max' })).rejects.toMatchObject({
      message: expect.stringContaining('bad.bin: ') as string,
    });
    expect((await client.end()).events).toBe(0);
    await camera(server).connect();
  });
});

describe('a recording of another sensor', () => {
  const wide = createOracleEngine(randomModel({ steps: 2, width: 16, height: 16 }));

  it('is scaled as offline, by what its segment says', async () => {
    const server = await serve({ engine: wide });
    const client = camera(server, { sensor: null });
    const decisions: DecisionMessage[] = [];
    client.decisions$.subscribe((decision) => decisions.push(decision));
    await client.connect();
    const recordings = [
      { name: 'larger', events: eventsOn(128, 128, 900, 1) },
      { name: 'same', events: eventsOn(16, 16, 900, 2) },
    ];
    for (const { name, events } of recordings) {
      await client.startSegment({ name, label: null, sensor: events.geometry! });
      await client.sendEvents(events);
    }
    await client.end();
    for (const { name, events } of recordings) {
      const own = decisions.filter(({ segment }) => segment?.name === name);
      expect(own.map(({ logits }) => [...logits])).toEqual(await offline([events], wide));
    }
  });

  it('is scaled from a replay of its file, as events and as raw bytes', async () => {
    const events = eventsOn(128, 128, 900, 3);
    const file = new Aedat2Encoder().push(events);
    const open = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < file.length; at += 777) yield file.slice(at, at + 777);
    };
    const expected = await offline([events], wide);
    for (const payload of ['events', 'raw'] as const) {
      const client = camera(await serve({ engine: wide }), { sensor: null, payload });
      const logits: number[][] = [];
      client.decisions$.subscribe((decision) => logits.push([...decision.logits]));
      await client.connect();
      if (payload === 'events')
        await replayRecordings(client, [{ name: 'a.aedat', label: null, open }], { rate: 'max' });
      else for await (const bytes of open()) await client.sendBytes(bytes);
      expect((await client.end()).events).toBe(900);
      expect(logits, payload).toEqual(expected);
    }
  });

  it('that can never fit is refused with the hello', async () => {
    const server = await serve({ engine: wide });
    await expect(camera(server, { sensor: { width: 8, height: 8 } }).connect()).rejects.toMatchObject({
      code: 'SMALLER_SENSOR',
    });
  });
});

describe('a convention', () => {
  const plain = createOracleEngine(randomModel({ steps: 2, width: 16, height: 16 }));
  const { model } = plain;
  const turned = createOracleEngine({ ...model, input: { ...model.input, convention: 'spikingjelly' } });
  const events = eventsOn(16, 16, 900, 5);

  it("of the model's is applied to what cameras send", async () => {
    const { logits } = await live([events], turned);
    expect(logits).toEqual(await offline([events], turned));
    expect(logits).not.toEqual(await offline([events], plain));
  });

  it("in the hello is used in place of the model's", async () => {
    const client = camera(await serve({ engine: plain }), {
      sensor: null,
      decoding: { convention: 'spikingjelly' },
    });
    const logits: number[][] = [];
    client.decisions$.subscribe((decision) => logits.push([...decision.logits]));
    await client.connect();
    await client.sendEvents(events);
    await client.end();
    expect(logits).toEqual(await offline([events], turned));
  });
});

describe('a replayed recording whose clock was reset', () => {
  it('gives live what it gives offline', async () => {
    const parts = [randomEvents(800, 1, 5_000_000), { ...randomEvents(800, 2), segment: 1 }];
    const encoder = new Aedat3Encoder({ geometry: SENSOR });
    const file = Buffer.concat([...parts.map((part) => encoder.push(part)), encoder.finish()]);
    const decoder = createDecoder();
    const decoded = [...decoder.push(file), ...decoder.finish()];
    expect(new Set(decoded.map(({ segment }) => segment))).toEqual(new Set([0, 1]));
    const client = camera(await serve(), { sensor: null });
    const logits: number[][] = [];
    const segments = new Set<number>();
    client.decisions$.subscribe((decision) => {
      logits.push([...decision.logits]);
      segments.add(decision.clockSegment);
    });
    await client.connect();
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield file;
    };
    await replayRecordings(client, [{ name: 'reset.aedat', label: null, open }], { rate: 'max' });
    expect((await client.end()).dropped).not.toHaveProperty('late');
    expect(logits).toEqual(await offline(decoded));
    expect(segments).toEqual(new Set([0, 1]));
  });
});
