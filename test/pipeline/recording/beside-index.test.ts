import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, EventCutter, SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { createDecoder, createEncoder } from '../../../src/formats/index.ts';
import { openRecording, type Recording } from '../../../src/pipeline/index.ts';
import { canonicalText, decodeAll } from '../../helpers/decode.ts';
import { openebIndexOf, type OpenebFaults } from '../../helpers/openeb-index.ts';
import { cutWhole, gathered, memorySource } from '../../helpers/recordings.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';

/** Rows side by side, which become vectors, and single pixels; silences, so that EVT3's clock wraps twice. */
function stream(): EventBatch {
  const random = new SeededRandom(5);
  let [t, y, x, p] = [1000, 0, 0, 0];
  const events = Array.from({ length: 900_000 }, (_, i) => {
    if (i % 12 === 0) {
      t += random.integer(150);
      [x, p] = [random.integer(600), random.integer(2)];
      if (i % 36 === 0) y = random.integer(480);
    }
    if (i % 200_000 === 199_999) t += 9e6;
    x = (x + (i % 12 < 8 ? 1 : 9)) % 640;
    return [t, x, y, p] as const;
  });
  return batchFromTuples(events, { width: 640, height: 480 });
}

const events = stream();
const recordings = (['evt2', 'evt21', 'evt3'] as const).map(
  (id) => [id, encodeAll(createEncoder(id), events)] as const,
);

function open(bytes: Uint8Array, faults?: OpenebFaults): Promise<Recording> {
  return openRecording(memorySource(bytes), { tableBeside: memorySource(openebIndexOf(bytes, faults)) });
}

async function expectParts(bytes: Uint8Array, recording: Recording): Promise<void> {
  const { summary } = recording.index!;
  const { tFirst, tLast } = summary;
  const time = fc.integer({ min: tFirst! - 10, max: tLast! + 10 });
  await fc.assert(
    fc.asyncProperty(time, fc.integer({ min: 1, max: 200_000 }), async (startMicros, length) => {
      const cut = { time: { startMicros, endMicros: startMicros + length } };
      const cutter = new EventCutter(cut);
      const part = await gathered(recording.cut(cutter));
      const whole = cutWhole(bytes, {}, cut);
      expect(canonicalText(part) === canonicalText(whole.events)).toBe(true);
      if (!cutter.done) expect(cutter.report).toEqual(whole.report);
    }),
    { numRuns: 12 },
  );
}

describe("OpenEB's index beside a RAW file", () => {
  it.each(recordings)(
    '%s: parts are what decoding from the start gives, and little is read',
    async (_, bytes) => {
      const recording = await open(bytes);
      const { index } = recording;
      expect(index).toMatchObject({ origin: 'table' });
      expect(index!.stretches.length).toBeGreaterThan(bytes.length / 500_000);
      const { summary } = index!;
      expect([summary.events, summary.tFirst, summary.tLast]).toEqual([
        events.length,
        events.t[0],
        events.t.at(-1),
      ]);
      expect(summary.rate.counts.reduce((a, b) => a + b)).toBe(events.length);
      const before = recording.bytesRead;
      await gathered(recording.events(events.t[500_000]!, events.t[500_000]! + 10_000));
      expect(recording.bytesRead - before).toBeLessThan(bytes.length * 0.8);
      await expectParts(bytes, recording);
    },
  );

  it.skipIf(!hasSharedData).each(['evt/evt2.raw', 'evt/evt21-hummingbird.raw', 'evt/evt3_sample.raw'])(
    '%s of a camera',
    async (file) => {
      const bytes = readShared(file);
      const recording = await open(bytes);
      expect(recording.index!.summary.events).toBe(cutWhole(bytes, {}, {}).report.events);
      await expectParts(bytes, recording);
    },
  );

  it.skipIf(!hasSharedData)('EVT3 without vectors: nothing tells a base, and this is said', async () => {
    await expect(open(readShared('evt/evt3-trigger.raw'))).rejects.toMatchObject({
      code: 'BAD_INDEX',
      message: expect.stringContaining('does not tell') as string,
    });
  });

  it.each<[string, string, OpenebFaults]>([
    ['another size', 'OTHER_RECORDING', { header: { size: '12345' } }],
    ['another header', 'OTHER_RECORDING', { header: { geometry: '320x240' } }],
    ['another version', 'BAD_INDEX', { header: { index_version: '1.0' } }],
    ['no shift', 'BAD_INDEX', { header: { ts_shift_us: '' } }],
    ['times of another moment', 'OTHER_RECORDING', { change: (mark) => (mark[0] += 300) }],
    ['times that lie a step of TIME_HIGH off', 'OTHER_RECORDING', { header: { ts_shift_us: '4096' } }],
    ['bytes that go back', 'BAD_INDEX', { change: (mark, i) => (mark[1] = i === 60 ? 100 : mark[1]) }],
    ['bytes beyond the end', 'BAD_INDEX', { change: (mark, i) => (mark[1] += i > 60 ? 1e9 : 0) }],
    ['bytes within words', 'BAD_INDEX', { change: (mark) => (mark[1] += 1) }],
  ])('is refused with %s', async (_, code, faults) => {
    for (const [, bytes] of recordings) await expect(open(bytes, faults)).rejects.toMatchObject({ code });
  });

  it('is refused when cut, and where the recording has changed', async () => {
    for (const [id, bytes] of recordings) {
      const index = openebIndexOf(bytes);
      const cut = { tableBeside: memorySource(index.slice(0, -20)) };
      await expect(openRecording(memorySource(bytes), cut)).rejects.toMatchObject({ code: 'BAD_INDEX' });
      const later = { ...events, t: events.t.map((micros) => micros + 300) };
      const other = encodeAll(createEncoder(id), later);
      const ofOther = openebIndexOf(other, { header: { size: String(bytes.length) } });
      const changed = openRecording(memorySource(bytes), { tableBeside: memorySource(ofOther) });
      await expect(changed).rejects.toMatchObject({
        code: expect.stringMatching(/^(OTHER_RECORDING|BAD_INDEX)$/) as string,
      });
    }
  });

  it('numbers or wraps that are wrong give no other events, but an error', async () => {
    for (const [, bytes] of recordings) {
      const more = await open(bytes, { change: (mark, i) => (mark[2] += i === 300 ? 1 : 0) });
      await expect(gathered(more.events())).rejects.toMatchObject({ code: 'STALE_INDEX' });
    }
    const evt3 = recordings[2]![1];
    const wrapped = await open(evt3, { change: (mark) => (mark[0] += mark[0] > 12e6 ? 2 ** 24 : 0) });
    await expect(gathered(wrapped.events(20e6))).rejects.toMatchObject({ code: 'STALE_INDEX' });
  });

  it('is no recording itself', () => {
    for (const [id, bytes] of recordings) {
      const index = openebIndexOf(bytes);
      expect(() => decodeAll(createDecoder(), index)).toThrow("OpenEB's index of a recording");
      expect(() => decodeAll(createDecoder({ format: id }), index)).toThrow("OpenEB's index of a recording");
    }
  });
});
