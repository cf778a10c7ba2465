import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import { createDecoder, EventFormatError } from '../../src/formats/index.ts';
import type { StepFrame } from '../../src/frames/index.ts';
import {
  createOracleEngine,
  type InferenceEngine,
  type LayerTaps,
  type StepResult,
} from '../../src/inference/index.ts';
import { logitScale, randomModel } from '../../src/network/index.ts';
import {
  DecisionMaker,
  DecisionSession,
  decodeBytes,
  frameOptionsOf,
  FrameStream,
  sortReading,
  type Decision,
} from '../../src/pipeline/index.ts';

const model = randomModel({ steps: 3, width: 16, height: 16, seed: 5 });
const classes = model.network.classes.length;
const frameOf = (window: number, step: number, events: number): StepFrame => ({
  window,
  step,
  steps: 3,
  segment: 4,
  startMicros: 1000 * window + 100 * step,
  endMicros: 1000 * window + 100 * step + 100,
  geometry: { width: 16, height: 16 },
  counts: new Uint8Array(512),
  events,
  saturated: 0,
  outside: 0,
});

async function countOf(source: AsyncIterable<unknown>): Promise<number> {
  let items = 0;
  for await (const item of source) items += item === undefined ? 0 : 1;
  return items;
}

const RESULT: StepResult = {
  accumulatedLogits: new Int32Array(classes),
  spikes: [3, 1],
  step: 0,
  logits: new Int32Array(classes),
  synapticOperations: [0, 0],
};

describe('DecisionMaker', () => {
  const resultOf = (best: number): StepResult => ({
    ...RESULT,
    accumulatedLogits: Int32Array.from({ length: classes }, (_, i) => (i === best ? 40 : i)),
  });

  it('tells the step, its window so far, and the scores of the mean logits', () => {
    const maker = new DecisionMaker(model);
    const decisions = [
      [frameOf(0, 0, 7), 2],
      [frameOf(0, 1, 5), 1],
      [frameOf(0, 2, 0), 1],
      [frameOf(2, 0, 4), 2],
      // A window that was cut short by a reset, then another.
      [frameOf(5, 0, 1), 0],
      [frameOf(5, 1, 1), 0],
    ].map(([frame, best]) => maker.decide(frame as StepFrame, resultOf(best as number), 1.5));
    const told = ({ window, step, final, windowStartMicros, windowEvents, classIndex, label }: Decision) => ({
      window,
      step,
      final,
      windowStartMicros,
      windowEvents,
      classIndex,
      label,
    });
    const label = (i: number): string => model.network.classes[i]!;
    expect(decisions.map(told).map((decision) => Object.values(decision))).toEqual([
      [0, 0, false, 0, 7, 2, label(2)],
      [0, 1, false, 0, 12, 1, label(1)],
      [0, 2, true, 0, 12, 1, label(1)],
      [2, 0, false, 2000, 4, 2, label(2)],
      [5, 0, false, 5000, 1, 0, label(0)],
      [5, 1, false, 5000, 2, 0, label(0)],
    ]);
    const [, second] = decisions;
    const { accumulatedLogits, spikes } = resultOf(1);
    expect(second).toMatchObject({
      steps: 3,
      clockSegment: 4,
      startMicros: 100,
      endMicros: 200,
      events: 5,
      computeMs: 1.5,
    });
    expect([second!.accumulatedLogits, second!.spikes]).toEqual([accumulatedLogits, spikes]);
    // After two steps the mean is half of the sum.
    const powers = Array.from(accumulatedLogits, (logit) => Math.exp((logit * logitScale(model)) / 2));
    const total = powers.reduce((a, b) => a + b, 0);
    second!.scores.forEach((score, i) => expect(score).toBeCloseTo(powers[i]! / total, 12));
  });
});

it('decisions say how many events of their window so far are repeated, where windows overlap', async () => {
  const binning = { by: 'fixed-duration', stepMicros: 10, steps: 2, strideMicros: 10 } as const;
  const overlapping = {
    ...model,
    network: { ...model.network, steps: 2 },
    input: { ...model.input, binning },
  };
  const stream = new FrameStream(frameOptionsOf({ model: overlapping }));
  const maker = new DecisionMaker(model);
  const batch = batchFromTuples([0, 5, 12, 20, 21, 22, 35, 40].map((t) => [t, 1, 1, 1] as const));
  const told = stream
    .push(batch)
    .map((frame) => maker.decide(frame, { ...RESULT, step: frame.step }, 1))
    .map(({ window, events, windowEvents, windowRepeatedEvents }) => [
      window,
      events,
      windowEvents,
      windowRepeatedEvents,
    ]);
  // [0, 20), [10, 30), [20, 40), and the first step of [30, 50).
  expect(told).toEqual([
    [0, 2, 2, undefined],
    [0, 1, 3, undefined],
    [1, 1, 1, 1],
    [1, 3, 4, 1],
    [2, 3, 3, 3],
    [2, 1, 4, 3],
    [3, 1, 1, 1],
  ]);
  expect(stream.report.repeatedEvents).toBe(4);
});

it('frames are what the model states, but for what is said otherwise', () => {
  const output = { width: 16, height: 16 };
  expect(frameOptionsOf({ model })).toEqual({ rule: model.input, output });
  expect(frameOptionsOf({ model }, { fit: 'crop' })).toEqual({
    rule: { ...model.input, fit: 'crop' },
    output,
  });
});

it('a convention belongs to the frames, everything else to the decoder', () => {
  expect(sortReading()).toEqual({ decoding: {}, rule: {} });
  expect(sortReading({ format: 'dat', convention: 'tonic' })).toEqual({
    decoding: { format: 'dat' },
    rule: { convention: 'tonic' },
  });
});

describe('DecisionSession', () => {
  /** An engine that writes down what it is asked. */
  function spied(): { engine: InferenceEngine; calls: unknown[] } {
    const own = createOracleEngine(model);
    const calls: unknown[] = [];
    const engine: InferenceEngine = {
      ...own,
      model,
      openSession: (options) => {
        calls.push(options);
        const session = own.openSession(options);
        return {
          step: (frame, taps) => {
            calls.push(taps);
            return session.step(frame, taps);
          },
          dispose: () => {
            calls.push('dispose');
            session.dispose();
          },
        };
      },
    };
    return { engine, calls };
  }
  const { width, height } = model.input.sensor;
  const steps = (...times: number[]) => [
    batchFromTuples(
      times.map((t) => [t, 1, 1, 1]),
      { width, height },
    ),
  ];
  async function all(session: DecisionSession, times: readonly number[]): Promise<Decision[]> {
    const decisions: Decision[] = [];
    for await (const decision of session.decisionsOf(steps(...times))) decisions.push(decision);
    return decisions;
  }
  const window = (model.input.binning as { stepMicros: number }).stepMicros * 3;

  it('runs in the mode asked for, and asks for taps before every step', async () => {
    const { engine, calls } = spied();
    let asked = 0;
    const taps: LayerTaps = new Map();
    const session = new DecisionSession(engine, { mode: 'eq9', taps: () => (asked++, taps) });
    const decisions = await all(session, [0, window]);
    session.dispose();
    expect(calls).toEqual([{ mode: 'eq9' }, taps, taps, taps, 'dispose']);
    expect([decisions.length, asked]).toEqual([3, 3]);
    for (const { computeMs } of decisions) {
      expect(computeMs).toBeGreaterThanOrEqual(0);
      expect(computeMs).toBeLessThan(10_000);
    }
    const plain = spied();
    await all(new DecisionSession(plain.engine), [0, window]);
    expect(plain.calls).toEqual([{ mode: 'exact' }, undefined, undefined, undefined]);
  });

  it('has an account before anything came, and one of the decoder with bytes only', async () => {
    const session = new DecisionSession(createOracleEngine(model), { decoding: { format: 'atis40' } });
    expect([session.report.events, session.decodeReport]).toEqual([0, null]);
    await all(session, [0, 1]);
    expect([session.report.events, session.decodeReport]).toEqual([2, null]);
    await countOf(session.decisions([Uint8Array.of(3, 4, 0x80, 0, 9)]));
    expect(session.decodeReport).toMatchObject({ bytes: 5 });
  });

  it('hands on what is allowed and what is not', async () => {
    const engine = createOracleEngine(model);
    const outside = async (options: ConstructorParameters<typeof DecisionSession>[1]): Promise<number> => {
      const session = new DecisionSession(engine, options);
      const far = batchFromTuples(
        Array.from({ length: 120 }, (_, i) => [i < 119 ? i : window, 900, 1, 1] as const),
      );
      return countOf(session.decisionsOf([far]));
    };
    await expect(outside({})).rejects.toThrow(expect.objectContaining({ code: 'MOSTLY_OUTSIDE' }));
    await expect(outside({ allowOutside: false })).rejects.toThrow(
      expect.objectContaining({ code: 'MOSTLY_OUTSIDE' }),
    );
    expect(await outside({ allowOutside: true })).toBe(3);
    expect(await outside({ sensor: { width: 1000, height: 1000 } })).toBe(3);

    const late = [0, 1, 2, window, 3];
    expect(await all(new DecisionSession(engine), late)).toHaveLength(3);
    expect(await all(new DecisionSession(engine, { strict: false }), late)).toHaveLength(3);
    await expect(all(new DecisionSession(engine, { strict: true }), late)).rejects.toThrow(
      expect.objectContaining({ code: 'UNSORTED' }),
    );
    const gap = new DecisionSession(engine, { maxGapMicros: window });
    await all(gap, [0, 1, 2, 2 * window + 3]);
    expect(gap.report.outliers).toBe(1);
    const other = new DecisionSession(engine, { rule: { binning: { by: 'number', steps: 3 } } });
    expect(await all(other, [0, 1, 2])).toHaveLength(3);
  });

  it('ends a recording that fails for another reason than its bytes at once', async () => {
    const session = new DecisionSession(createOracleEngine(model));
    const decisions: Decision[] = [];
    const source = async function* () {
      yield* steps(0, 1);
      throw new TypeError('unplugged');
    };
    await expect(
      (async () => {
        for await (const decision of session.decisionsOf(source())) decisions.push(decision);
      })(),
    ).rejects.toThrow(TypeError);
    expect(decisions).toEqual([]);
  });
});

describe('decodeBytes', () => {
  const record = (t: number): number[] => [3, 4, 0x80, 0, t];
  const decoder = (): ReturnType<typeof createDecoder> => createDecoder({ format: 'atis40' });

  it('decodes large chunks in pieces, and tells how far it is', async () => {
    const told: number[] = [];
    const chunk = Uint8Array.from(Array.from({ length: 30_000 }, () => record(9)).flat());
    let events = 0;
    const onPiece = async (bytes: number): Promise<void> => {
      await Promise.resolve();
      told.push(bytes, events);
    };
    for await (const { length } of decodeBytes([chunk, chunk.subarray(0, 10)], decoder(), { onPiece }))
      events += length;
    expect(events).toBe(30_002);
    // The next piece waits until the last one was told of, its events are out before.
    expect(told.filter((_, i) => i % 2 === 0)).toEqual([65_536, 131_072, 150_000, 150_010]);
    expect(told.filter((_, i) => i % 2 === 1)).toEqual([13_107, 26_214, 30_000, 30_002]);
  });

  it('makes no empty pieces', async () => {
    const told: number[] = [];
    const chunks = [new Uint8Array(0), new Uint8Array(65_536), new Uint8Array(0)];
    await countOf(decodeBytes(chunks, decoder(), { onPiece: (bytes) => void told.push(bytes) }));
    expect(told).toEqual([65_536]);
  });

  it('stops in front of the next piece, or of the end', async () => {
    const abort = new AbortController();
    const late = async (): Promise<void> => {
      const onPiece = (): void => abort.abort(new Error('enough'));
      const bytes = Uint8Array.from(record(9));
      await countOf(decodeBytes([bytes], decoder(), { onPiece, signal: abort.signal }));
    };
    await expect(late()).rejects.toThrow('enough');
    const asked = decodeBytes([Uint8Array.from(record(9))], decoder(), { signal: abort.signal });
    await expect(asked.next()).rejects.toThrow('enough');
  });

  it('hands out the good events in front of damage', async () => {
    const cut = Uint8Array.from([...record(1), ...record(2), 7]);
    const times: number[] = [];
    const strict = createDecoder({ format: 'atis40', policy: 'strict' });
    await expect(
      (async () => {
        for await (const { t } of decodeBytes([cut], strict)) times.push(...t);
      })(),
    ).rejects.toThrow(EventFormatError);
    expect(times).toEqual([1, 2]);
  });
});
