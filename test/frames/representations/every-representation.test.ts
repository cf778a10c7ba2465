import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBatches, sliceBatch, type EventBatch } from '../../../src/events/index.ts';
import {
  areCounts,
  clipFromFrames,
  createSlicer,
  networkObstacle,
  parseRepresentation,
  representationForm,
  representations,
  representationSize,
  representationSpec,
  representationText,
  windowsOverlap,
  type BinningSpec,
  type RepresentationSpec,
  type StepFrame,
} from '../../../src/frames/index.ts';
import { randomModel, readModel, writeModel } from '../../../src/network/index.ts';
import { FrameStream } from '../../../src/pipeline/index.ts';
import { busyStream, cutBatches, SENSOR, streams } from '../../filters/streams.ts';
import { plainFrame, type PlainEvent } from './plain.ts';
import { binningsOf, ruleOf, run, SAMPLES, WITHOUT_SAMPLE } from './samples.ts';

const cases = SAMPLES.map((spec) => [representationText(spec), spec] as const);
const cuts = fc.array(fc.nat(12), { minLength: 1, maxLength: 20 });
const binningOf = (spec: RepresentationSpec): fc.Arbitrary<BinningSpec> =>
  fc.constantFrom(...binningsOf(spec));
const conventions = fc.constantFrom('canonical', 'spikingjelly', 'tonic');

function eventsIn(batches: readonly EventBatch[]): PlainEvent[] {
  return batches.flatMap(({ t, x, y, p, length }) =>
    Array.from({ length }, (_, i) => ({ t: t[i]!, x: x[i]!, y: y[i]!, p: p[i]! })),
  );
}

/** Frames by definition; the events of a stream are those of its time segment. */
function plainFrames(spec: RepresentationSpec, batch: EventBatch, binning: BinningSpec): number[][] {
  const slicer = createSlicer(binning, { remainder: 'pad' });
  const before = { window: [] as PlainEvent[], stream: [] as PlainEvent[] };
  return [...slicer.push(batch), ...slicer.finish()].map((slice) => {
    if (slice.step === 0) before.window = [];
    const events = eventsIn(slice.batches);
    const { startMicros: start, endMicros: end } = slice;
    const frame = plainFrame(spec, { start, end, events, before }, SENSOR);
    before.window.push(...events);
    before.stream.push(...events);
    return frame;
  });
}

const bytesOf = ({ counts: { buffer, byteOffset, byteLength } }: StepFrame): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

describe('every representation', () => {
  it('has a sample here', () => {
    expect(WITHOUT_SAMPLE).toEqual([]);
  });

  it.each(cases)('gives the same bits wherever batches are cut: %s', (_, spec) => {
    fc.assert(
      fc.property(streams, cuts, binningOf(spec), conventions, (batches, places, binning, convention) => {
        const rule = ruleOf(spec, { binning, convention, remainder: 'pad' });
        const whole = run(rule, batches);
        const cut = run(rule, cutBatches(batches, places));
        expect(cut).toEqual(whole);
        expect(cut.frames.map(bytesOf)).toEqual(whole.frames.map(bytesOf));
      }),
      { numRuns: 40 },
    );
  });

  it.each(cases)('gives the same of a long stream, wherever it is cut: %s', (_, spec) => {
    for (const binning of binningsOf(spec)) {
      const rule = ruleOf(spec, { binning });
      // Every event is in several of the windows that overlap.
      const stream = busyStream(windowsOverlap(binning) ? 300 : 2000);
      const { frames } = run(rule, [stream]);
      for (const size of [1, 7, 100])
        expect(run(rule, cutBatches([stream], [size - 1])).frames).toEqual(frames);
    }
  });

  it.each(cases)('is what its definition says: %s', (_, spec) => {
    const inside = (batch: EventBatch): EventBatch =>
      concatBatches(
        Array.from({ length: batch.length }, (_, i) => sliceBatch(batch, i, i + 1)).filter(
          ({ x, y }) => x[0]! < SENSOR.width && y[0]! < SENSOR.height,
        ),
      );
    fc.assert(
      fc.property(
        streams.map((batches) => inside(batches[0]!)).filter(({ length }) => length > 0),
        binningOf(spec),
        (batch, binning) => {
          const frames = run(ruleOf(spec, { binning, remainder: 'pad' }), [batch], {
            maxGapMicros: 1e18,
          }).frames;
          const expected = plainFrames(spec, batch, binning);
          // The clock guard makes segments of steps back, which this does not.
          fc.pre(frames.every(({ segment }) => segment === 0) && frames.length === expected.length);
          frames.forEach(({ counts }, i) => {
            expected[i]!.forEach((value, at) => {
              expect(counts[at]).toBeCloseTo(value, 5);
            });
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each(cases)('makes frames of the form that it states, and accounts for every event: %s', (_, spec) => {
    const { channels, elements, largest } = representationForm(spec);
    const { width, height } = representationSize(spec, SENSOR);
    fc.assert(
      fc.property(streams, binningOf(spec), (batches, binning) => {
        const { frames, report } = run(ruleOf(spec, { binning, countType: 'uint16' }), batches);
        for (const { counts, geometry } of frames) {
          expect(geometry).toEqual({ width, height });
          expect(counts).toHaveLength(channels.length * width * height);
          const kind = counts instanceof Float32Array ? 'float32' : areCounts(counts) ? 'unsigned' : 'signed';
          expect(kind).toBe(elements);
          expect(
            counts.every((value) => Number.isFinite(value) && Math.abs(value) <= (largest ?? Infinity)),
          ).toBe(true);
        }
        const whole = frames.filter(
          ({ window }) => frames.filter((other) => other.window === window).length === frames[0]!.steps,
        );
        const held = whole.reduce(
          (sum, { events, saturated, outside, unrepresented = 0 }) =>
            sum + events + saturated + outside + unrepresented,
          0,
        );
        expect(held + report.lateEvents + report.remainderEvents + report.outliers).toBe(
          report.events + report.repeatedEvents,
        );
      }),
      { numRuns: 20 },
    );
  });

  it.each(cases)('makes whole windows of the same values: %s', (_, spec) => {
    const rule = ruleOf(spec);
    const apart = run(rule, [busyStream()]).frames;
    const together = run(rule, [busyStream()], { wholeWindows: true }).frames;
    expect(together).toEqual(apart);
    const { steps } = together[0]!;
    const clip = clipFromFrames(together.slice(0, steps));
    expect(clip.counts.buffer).toBe(together[0]!.counts.buffer);
    expect(clipFromFrames(apart.slice(0, steps))).toEqual(clip);
  });

  it.each(cases)('begins anew with a time segment, and behind a gap: %s', (_, spec) => {
    const { memory } = representationForm(spec);
    const rule = ruleOf(spec, { binning: { by: 'fixed-count', stepEvents: 5, steps: 2 } });
    const first = sliceBatch(busyStream(), 0, 13);
    const second = { ...sliceBatch(busyStream(), 13, 40), segment: 1 };
    const alone = run(rule, [second]).frames.map(({ counts }) => counts);
    const behind = run(rule, [first, second]).frames.filter(({ segment }) => segment === 1);
    expect(behind.map(({ counts }) => counts)).toEqual(alone);
    const stream = new FrameStream({ rule, allowOutside: true });
    stream.push(first);
    stream.abandon();
    const rest = sliceBatch(busyStream(), 13, 40);
    const after = [...stream.push(rest), ...stream.finish()];
    expect(after.map(({ counts }) => counts)).toEqual(alone);
    if (memory !== 'stream') return;
    const known = run(rule, [sliceBatch(busyStream(), 0, 40)]).frames.slice(2, 3);
    const unknown = run(rule, [sliceBatch(busyStream(), 10, 40)]).frames.slice(0, 1);
    expect(known.map(({ counts }) => counts)).not.toEqual(unknown.map(({ counts }) => counts));
  });

  it.each(cases)('is of windows that overlap, or says why not: %s', (_, spec) => {
    const rule = ruleOf(spec, { binning: { by: 'fixed-count', stepEvents: 4, steps: 2, strideEvents: 3 } });
    if (representationForm(spec).memory === 'stream')
      expect(() => new FrameStream({ rule })).toThrow(expect.objectContaining({ code: 'CANNOT_BE_MADE' }));
    else expect(run(rule, [busyStream()]).report.repeatedEvents).toBeGreaterThan(0);
  });

  it.each(cases)('is text and data, and the same again: %s', (text, spec) => {
    expect(parseRepresentation(text)).toEqual(spec);
    expect(representationSpec(JSON.parse(JSON.stringify(spec)) as RepresentationSpec)).toEqual(spec);
  });

  it.each(representations.map(({ id, example }) => [id, example]))('has an example: %s %s', (id, example) => {
    expect(parseRepresentation(example).name).toBe(id);
  });

  it.each(
    representations.flatMap(({ id, presets = {} }) =>
      Object.keys(presets).map((like) => [id, like] as const),
    ),
  )('has presets that can be: %s like %s', (name, like) => {
    const spec = representationSpec({ name, like });
    expect(Object.keys(spec)).not.toContain('like');
    expect(run(ruleOf(spec), [busyStream(100)]).frames.length).toBeGreaterThan(0);
  });

  it.each(cases)('is in a model file, or refused with what to do: %s', (_, representation) => {
    const model = randomModel({ steps: 3, width: SENSOR.width, height: SENSOR.height });
    const stated = { ...model, input: { ...model.input, representation } };
    const obstacle = networkObstacle(representation);
    if (obstacle === null) {
      expect(readModel(writeModel(stated)).input.representation).toEqual(representation);
      return;
    }
    expect(obstacle).toMatch(/state its levels|give each sign a plane|take counts/);
    expect(() => writeModel(stated)).toThrow(obstacle);
  });
});
