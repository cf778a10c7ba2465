import { describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, type EventBatch } from '../../src/events/index.ts';
import { createEncoder, EventFormatError } from '../../src/formats/index.ts';
import { binRecording } from '../../src/frames/index.ts';
import { createOracleEngine, type InferenceEngine } from '../../src/inference/index.ts';
import { randomModel, type Model } from '../../src/network/index.ts';
import {
  DecisionSession,
  decodeBytes,
  type Decision,
  type DecisionSessionOptions,
} from '../../src/pipeline/index.ts';
import { createDecoder } from '../../src/formats/index.ts';

const SENSOR = { width: 128, height: 128 };
const small = randomModel({ steps: 3, width: 16, height: 16, seed: 5 });
const model: Model = { ...small, input: { ...small.input, sensor: SENSOR } };

function randomEvents(count: number, seed: number): EventBatch {
  const random = new SeededRandom(seed);
  let t = 0;
  return batchFromTuples(
    Array.from(
      { length: count },
      () => [(t += random.integer(9)), random.integer(128), random.integer(128), random.integer(2)] as const,
    ),
    SENSOR,
  );
}

function aedat2(events: EventBatch): Uint8Array {
  const encoder = createEncoder('aedat2', { chip: 'dvs128' });
  return Uint8Array.from([...encoder.push(events), ...encoder.finish()]);
}

async function decide(
  engine: InferenceEngine,
  bytes: Iterable<Uint8Array>,
  options: DecisionSessionOptions = {},
): Promise<Decision[]> {
  const session = new DecisionSession(engine, options);
  const decisions: Decision[] = [];
  for await (const decision of session.decisions(bytes)) decisions.push(decision);
  session.dispose();
  return decisions;
}

const logits = (decisions: readonly Decision[]): number[][] =>
  decisions.map(({ accumulatedLogits }) => [...accumulatedLogits]);

describe('DecisionSession', () => {
  const engine = createOracleEngine(model);
  const events = randomEvents(3000, 1);
  const bytes = aedat2(events);

  it('gives what whole clips give, step by step, with the window that each belongs to', async () => {
    const { width, height } = model.network.input;
    const clips = binRecording(events, model.input.binning, {
      output: { width, height },
      countType: 'uint8',
      remainder: model.input.remainder,
    });
    const expected: number[][] = [];
    for (const clip of clips)
      for (const { accumulatedLogits } of (await engine.runClip(clip)).steps)
        expected.push([...accumulatedLogits]);
    const decisions = await decide(engine, [bytes]);
    expect(logits(decisions).slice(0, expected.length)).toEqual(expected);
    const finals = decisions.filter(({ final }) => final);
    expect(finals.map(({ windowEvents }) => windowEvents)).toEqual(clips.map((clip) => clip.events));
    for (const { windowStartMicros, endMicros } of finals) expect(endMicros - windowStartMicros).toBe(3000);
  });

  it('any cutting of the bytes gives the same', async () => {
    const cut = Array.from({ length: Math.ceil(bytes.length / 777) }, (_, i) =>
      bytes.subarray(777 * i, 777 * (i + 1)),
    );
    const strip = ({ computeMs: _, ...rest }: Decision): unknown => rest;
    expect((await decide(engine, cut)).map(strip)).toEqual((await decide(engine, [bytes])).map(strip));
  });

  it('asks for bytes only when the decisions of those before were taken', async () => {
    let asked = 0;
    const source = function* (): Generator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 800) {
        asked++;
        yield bytes.subarray(at, at + 800);
      }
    };
    const session = new DecisionSession(engine);
    const most = Math.ceil(bytes.length / 800);
    let before = 0;
    for await (const { events: own } of session.decisions(source())) {
      expect(own).toBeGreaterThanOrEqual(0);
      // A step is closed by the chunk in hand: no other has been read.
      expect(asked).toBeGreaterThanOrEqual(before);
      before = asked;
      const needed = session.decodeReport!.bytes;
      expect(asked).toBeLessThanOrEqual(Math.ceil(needed / 800));
    }
    expect(asked).toBe(most);
    session.dispose();
  });

  it('one frame at a time is binned, however many steps a batch closes', async () => {
    const session = new DecisionSession(engine);
    let [made, taken] = [0, 0];
    const counting: InferenceEngine = {
      ...engine,
      model,
      openSession: (options) => {
        const own = engine.openSession(options);
        return {
          step: (frame, taps) => {
            made++;
            return own.step(frame, taps);
          },
          dispose: () => own.dispose(),
        };
      },
    };
    const counted = new DecisionSession(counting);
    for await (const _ of counted.decisionsOf([events])) {
      taken++;
      expect(made).toBe(taken);
      expect(counted.report.binned).toBeLessThanOrEqual(events.length);
    }
    expect(taken).toBeGreaterThan(10);
    session.dispose();
  });

  it('decides on the good events in front of damage, then tells it', async () => {
    const damaged = aedat2(events).subarray(0, bytes.length - 3);
    const session = new DecisionSession(engine, { decoding: { policy: 'strict' } });
    const decisions: Decision[] = [];
    await expect(
      (async () => {
        for await (const decision of session.decisions([damaged])) decisions.push(decision);
      })(),
    ).rejects.toThrow(EventFormatError);
    const whole = await decide(engine, [damaged]);
    expect(logits(decisions)).toEqual(logits(whole));
    expect(decisions.length).toBeGreaterThan(10);
  });

  it('applies the model’s convention, and another that the caller states in its place, once', async () => {
    const turned = createOracleEngine({ ...model, input: { ...model.input, convention: 'spikingjelly' } });
    const swapped: EventBatch = { ...events, x: events.y, y: events.x };
    const expected = logits(await decide(engine, [aedat2(swapped)]));
    expect(logits(await decide(turned, [bytes]))).toEqual(expected);
    expect(logits(await decide(engine, [bytes], { decoding: { convention: 'spikingjelly' } }))).toEqual(
      expected,
    );
    expect(logits(await decide(turned, [bytes], { decoding: { convention: 'canonical' } }))).toEqual(
      logits(await decide(engine, [bytes])),
    );
    expect(logits(await decide(engine, [bytes]))).not.toEqual(expected);
  });

  it('takes the recording’s sensor from its geometry, where the caller states it', async () => {
    const csv = createEncoder('csv');
    const text = Uint8Array.from([...csv.push(events), ...csv.finish()]);
    const stated = logits(
      await decide(engine, [text], { decoding: { format: 'csv', geometry: { width: 256, height: 256 } } }),
    );
    const half = { ...events, x: events.x.map((x) => x >> 1), y: events.y.map((y) => y >> 1) };
    expect(stated).toEqual(logits(await decide(engine, [aedat2(half)])));
  });

  it('runs several recordings one after the other, each with its own account', async () => {
    const session = new DecisionSession(engine);
    const first: Decision[] = [];
    for await (const decision of session.decisions([bytes])) first.push(decision);
    const second: Decision[] = [];
    for await (const decision of session.decisions([bytes])) second.push(decision);
    expect(logits(second)).toEqual(logits(first));
    expect(second[0]!.window).toBe(0);
    expect(session.report.events).toBe(events.length);
    session.dispose();
  });
});

describe('decodeBytes', () => {
  it('stops at the next piece when it is told to', async () => {
    const abort = new AbortController();
    const bytes = aedat2(randomEvents(20_000, 2));
    let pieces = 0;
    const run = async (): Promise<void> => {
      const options = {
        signal: abort.signal,
        onPiece: () => {
          if (++pieces === 1) abort.abort(new Error('enough'));
        },
      };
      for await (const batch of decodeBytes([bytes], createDecoder(), options))
        expect(batch.length).toBeGreaterThan(0);
    };
    await expect(run()).rejects.toThrow('enough');
    expect(pieces).toBe(1);
  });
});
