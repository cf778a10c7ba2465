import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import { createDecoder } from '../../src/formats/index.ts';
import {
  createSlicer,
  FRAME_RULE_DEFAULTS,
  FrameBinner,
  type BinningSpec,
  type FrameRule,
  type StepFrame,
} from '../../src/frames/index.ts';
import { FrameStream, lossesOf, streamNotes, type FrameStreamOptions } from '../../src/pipeline/index.ts';

const SENSOR = { width: 8, height: 6 };
const BINNING: BinningSpec = { by: 'fixed-duration', stepMicros: 100, steps: 3 };
const ruleOf = (rule: Partial<FrameRule> = {}): FrameRule => ({
  ...FRAME_RULE_DEFAULTS,
  sensor: SENSOR,
  binning: BINNING,
  ...rule,
});

function run(
  batches: readonly EventBatch[],
  options: Partial<FrameStreamOptions> = {},
): { frames: StepFrame[]; report: FrameStream['report'] } {
  const stream = new FrameStream({ rule: ruleOf(), ...options });
  const frames = batches.flatMap((batch) => stream.push(batch));
  frames.push(...stream.finish());
  return { frames, report: stream.report };
}

/** Disorder, silence, absurd times, restarts, stated resets, pixels outside. */
const streams = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 10, arbitrary: fc.integer({ min: -30, max: 120 }) },
        { weight: 1, arbitrary: fc.integer({ min: -5000, max: 5000 }) },
        { weight: 1, arbitrary: fc.constantFrom(-1e9, 1e9) },
      ),
      reset: fc.integer({ min: 0, max: 25 }).map((n) => n === 0),
      x: fc.integer({ min: 0, max: 8 }),
      y: fc.integer({ min: 0, max: 6 }),
      p: fc.integer({ min: 0, max: 1 }),
    }),
    { maxLength: 120 },
  )
  .map((list) => {
    let [t, segment] = [1e9, 0];
    return list.map(({ gap, reset, x, y, p }): EventBatch => {
      if (reset) segment++;
      t += gap;
      return { ...batchFromTuples([[t, x, y, p]]), segment };
    });
  });
const rules: fc.Arbitrary<FrameRule> = fc
  .record({
    binning: fc.constantFrom<BinningSpec>(
      BINNING,
      { by: 'fixed-count', stepEvents: 4, steps: 2 },
      { by: 'number', steps: 3 },
      { by: 'mixed', stepMicros: 60, stepEvents: 5, steps: 3 },
      { by: 'fixed-duration', stepMicros: 100, steps: 2, strideMicros: 50 },
      { by: 'fixed-count', stepEvents: 4, steps: 2, strideEvents: 3 },
    ),
    remainder: fc.constantFrom('drop', 'pad', 'pad-first'),
    convention: fc.constantFrom('canonical', 'spikingjelly', 'tonic'),
  })
  .map(ruleOf);

function join(batches: readonly EventBatch[], sizes: readonly number[]): EventBatch[] {
  const out: EventBatch[] = [];
  for (let i = 0, k = 0; i < batches.length; k++) {
    const { segment } = batches[i]!;
    const events: [number, number, number, number][] = [];
    for (const most = i + sizes[k % sizes.length]!; i < most && batches[i]?.segment === segment; i++) {
      const { t, x, y, p } = batches[i]!;
      events.push([t[0]!, x[0]!, y[0]!, p[0]!]);
    }
    out.push({ ...batchFromTuples(events), segment });
  }
  return out;
}

describe('FrameStream', () => {
  it('any cutting into batches gives the same frames and the same account', () => {
    fc.assert(
      fc.property(
        streams,
        rules,
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (batches, rule, sizes) => {
          const options = { rule, allowOutside: true, maxGapMicros: 1e6 };
          expect(run(join(batches, sizes), options)).toEqual(run(batches, options));
        },
      ),
    );
  });

  it('accounts for every event: in whole windows, or left out for a reason that it counts', () => {
    fc.assert(
      fc.property(streams, rules, (batches, rule) => {
        const { frames, report } = run(batches, { rule, allowOutside: true, maxGapMicros: 1e6 });
        const windows = new Map<number, StepFrame[]>();
        for (const frame of frames) windows.set(frame.window, [...(windows.get(frame.window) ?? []), frame]);
        const whole = [...windows.values()].filter((window) => window.length === window[0]!.steps).flat();
        const held = whole.reduce(
          (sum, { events, saturated, outside }) => sum + events + saturated + outside,
          0,
        );
        expect(held + report.lateEvents + report.remainderEvents + report.outliers).toBe(
          batches.length + report.repeatedEvents,
        );
        expect(report.events).toBe(batches.length);
      }),
    );
  });

  it('no window reaches over a restart or a reset, and windows are numbered on', () => {
    fc.assert(
      fc.property(streams, rules, (batches, rule) => {
        const { frames } = run(batches, { rule, allowOutside: true, maxGapMicros: 1e6 });
        frames.forEach((frame, i) => {
          const before = frames[i - 1];
          if (before === undefined) return;
          if (before.window === frame.window) expect(frame.segment).toBe(before.segment);
          else expect(frame.window).toBeGreaterThan(before.window);
        });
      }),
    );
  });

  it('each segment gives what it gives as a recording of its own', () => {
    const events = (from: number, n: number): [number, number, number, number][] =>
      Array.from({ length: n }, (_, i) => [from + 17 * i, i % 8, i % 6, i % 2]);
    for (const spec of [
      BINNING,
      { by: 'fixed-count', stepEvents: 5, steps: 2 },
      { by: 'number', steps: 3 },
    ] as const) {
      const rule = ruleOf({ binning: spec });
      const parts = [events(5e6, 40), events(0, 25), events(4000, 9)].map((list, segment) => ({
        ...batchFromTuples(list),
        segment,
      }));
      const strip = ({ window: _, segment: __, ...frame }: StepFrame): unknown => frame;
      const alone = parts.flatMap((part) => run([part], { rule }).frames.map(strip));
      expect(run(parts, { rule }).frames.map(strip)).toEqual(alone);
      expect(run(parts, { rule }).report).toMatchObject({ resets: 2, restarts: 0 });
    }
  });

  it('gives the frames of slicer and binner on a stream with nothing odd in it', () => {
    const random = new SeededRandom(7);
    let t = 0;
    const batch = batchFromTuples(
      Array.from({ length: 500 }, () => [
        (t += random.integer(9)),
        random.integer(8),
        random.integer(6),
        random.integer(2),
      ]),
      SENSOR,
    );
    const slicer = createSlicer(BINNING, { remainder: 'pad-first' });
    const binner = new FrameBinner({ sensor: SENSOR, output: SENSOR, countType: 'uint8' });
    const expected = [...slicer.push(batch), ...slicer.finish()].map((slice) => binner.bin(slice));
    expect(run([batch]).frames).toEqual(expected);
  });

  it('gives the same when the memory of batches is used again, whatever the rule keeps', () => {
    const file = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist/Test/7/00001.bin');
    const bytes = new Uint8Array(readFileSync(file));
    const sensor = { width: 34, height: 34 };
    for (const binning of [
      { by: 'fixed-duration', stepMicros: 30_000, steps: 10 },
      { by: 'fixed-count', stepEvents: 700, steps: 3 },
      { by: 'number', steps: 10 },
    ] as const) {
      const frames = (recycle: boolean): StepFrame[] => {
        const stream = new FrameStream({ rule: ruleOf({ sensor, binning }), recycle });
        const decoder = createDecoder({ format: 'atis40', maxBatchEvents: 300 });
        const out: StepFrame[] = [];
        for (let at = 0; at < bytes.length; at += 1500)
          for (const batch of decoder.push(bytes.subarray(at, at + 1500))) out.push(...stream.push(batch));
        for (const batch of decoder.finish()) out.push(...stream.push(batch));
        return [...out, ...stream.finish()];
      };
      expect(frames(true)).toEqual(frames(false));
    }
  });

  it('flushes what is open, and counts what comes later for it as late', () => {
    const stream = new FrameStream({ rule: ruleOf() });
    stream.push(
      batchFromTuples(
        [
          [0, 1, 1, 1],
          [1, 1, 1, 1],
          [2, 1, 1, 1],
        ],
        SENSOR,
      ),
    );
    expect(stream.flush().map(({ events }) => events)).toEqual([3, 0, 0]);
    stream.push(
      batchFromTuples(
        [
          [150, 1, 1, 1],
          [350, 1, 1, 1],
        ],
        SENSOR,
      ),
    );
    expect(stream.report).toMatchObject({ lateEvents: 1, windows: 1 });
  });

  describe('another sensor', () => {
    const big = { width: 16, height: 12 };
    const events = batchFromTuples(
      [
        [0, 0, 0, 1],
        [1, 15, 11, 1],
        [2, 8, 6, 0],
        [3, 7, 5, 0],
      ],
      big,
    );
    const pixels = (fit: FrameRule['fit']): string[] => {
      const { frames } = run([events], { rule: ruleOf({ fit, binning: { by: 'number', steps: 1 } }) });
      const [{ counts }] = frames as [StepFrame];
      return [...counts].flatMap((n, i) => (n > 0 ? [`${i % 8},${Math.floor(i / 8) % 6}:${n}`] : []));
    };

    it('is scaled', () => {
      expect(pixels('resize')).toEqual(['3,2:1', '4,3:1', '0,0:1', '7,5:1']);
    });

    it('is cut to its middle', () => {
      expect(pixels('crop')).toEqual(['3,2:1', '4,3:1']);
      const { report } = run([events], {
        rule: ruleOf({ fit: 'crop', binning: { by: 'number', steps: 1 } }),
      });
      expect(report).toMatchObject({ outside: 2, fit: { change: 'cropped', wanted: SENSOR, sensor: big } });
    });

    it('is refused', () => {
      const stream = new FrameStream({ rule: ruleOf({ fit: 'refuse' }) });
      expect(() => stream.push(events)).toThrow(expect.objectContaining({ code: 'OTHER_SENSOR' }));
      expect(
        run([{ ...events, geometry: SENSOR }], { rule: ruleOf({ fit: 'refuse' }), allowOutside: true }).report
          .fit?.change,
      ).toBeNull();
    });

    it('that is smaller cannot be enlarged, but comes into the middle', () => {
      const small = batchFromTuples(
        [
          [0, 0, 0, 1],
          [1, 3, 1, 1],
        ],
        { width: 4, height: 2 },
      );
      expect(() => run([small])).toThrow(expect.objectContaining({ code: 'SMALLER_SENSOR' }));
      const { frames } = run([small], { rule: ruleOf({ fit: 'crop', binning: { by: 'number', steps: 1 } }) });
      expect([...frames[0]!.counts].flatMap((n, i) => (n > 0 ? [i - 48] : []))).toEqual([
        2 * 8 + 2,
        3 * 8 + 5,
      ]);
    });

    it('is turned before it is fitted', () => {
      const turned = { width: 6, height: 8 };
      const rule = ruleOf({
        sensor: SENSOR,
        convention: 'spikingjelly',
        binning: { by: 'number', steps: 1 },
      });
      const { frames } = run([batchFromTuples([[0, 7, 2, 1]], SENSOR)], { rule });
      expect(frames[0]!.geometry).toEqual(turned);
      expect(frames[0]!.counts.indexOf(1)).toBe(48 + 7 * 6 + 2);
    });

    it('that nobody states is taken for the rule’s own, or asked for', () => {
      const unstated = { ...events, geometry: null };
      expect(run([unstated], { sensor: big }).report.fit).toMatchObject({ known: 'stated', sensor: big });
      expect(run([unstated], { allowOutside: true }).report.fit).toMatchObject({
        known: 'assumed',
        sensor: SENSOR,
      });
      expect(() => run([unstated], { rule: ruleOf({ sensor: null }) })).toThrow(/--geometry/);
    });

    it('is refused when most events lie outside, before a decision could be made of the rest', () => {
      const far = batchFromTuples(
        Array.from({ length: 200 }, (_, i) => [i * 10, i % 3 === 0 ? 1 : 100, 1, 1] as const),
      );
      const stream = new FrameStream({ rule: ruleOf() });
      const windows: number[] = [];
      expect(() => {
        for (let i = 0; i < 200; i += 10)
          for (const frame of stream.push(sliceBatch(far, i, i + 10)))
            if (frame.step === frame.steps - 1 && stream.report.events > 150) windows.push(frame.window);
      }).toThrow(expect.objectContaining({ code: 'MOSTLY_OUTSIDE' }));
      expect(windows).toEqual([]);
      expect(run([far], { allowOutside: true }).report.outside).toBeGreaterThan(100);
      // A few events say something only when there are no more.
      expect(() => run([sliceBatch(far, 0, 20)])).toThrow(
        expect.objectContaining({ code: 'MOSTLY_OUTSIDE' }),
      );
    });
  });

  it('strict refuses late events, outliers and restarts', () => {
    const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 1, 1, 1]));
    const strict = (batch: EventBatch) => (): unknown => run([batch], { strict: true, maxGapMicros: 1e6 });
    expect(strict(at(0, 50, 40, 150))).not.toThrow();
    for (const batch of [at(0, 150, 40, 160), at(0, 1, 2, 9e9, 3), at(9000, 9001, 9002, 1, 2, 3)])
      expect(strict(batch)).toThrow(expect.objectContaining({ code: 'UNSORTED' }));
  });

  it('says what it did, and nothing where there is nothing to say', () => {
    const at = (...times: number[]): EventBatch =>
      batchFromTuples(
        times.map((t) => [t, 1, 1, 1]),
        SENSOR,
      );
    expect(streamNotes(run([at(0, 50, 150, 250, 300)]).report)).toEqual([
      '1 event of an incomplete last window left out',
    ]);
    expect(streamNotes(run([at(0, 50, 150, 250)]).report)).toEqual([]);
    const odd = run([at(0, 150, 40, 160, 9e9, 170, -9000, -8999, -8998)]).report;
    expect(streamNotes(odd).join('\n')).toMatch(/restart of the clock[^]*absurd time[^]*1 event late/);
    expect(lossesOf(odd)).toEqual({ late: 1, outlier: 1 });
    const outside = {
      ...batchFromTuples([
        [0, 1, 1, 1],
        [1, 2, 2, 1],
        [2, 9, 9, 1],
      ]),
      geometry: null,
    };
    expect(streamNotes(run([outside]).report)[0]).toMatch(
      /^1 event outside the sensor of 8x6 left out, 33.3 %; .*--geometry/,
    );
    const big = batchFromTuples([[0, 1, 1, 1]], { width: 20, height: 12 });
    expect(streamNotes(run([big]).report)[0]).toBe(
      'a sensor of 20x12 is scaled to 8x6, which changes its proportions',
    );
  });
});
