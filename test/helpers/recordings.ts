/** Recordings in memory for `openRecording`, with an account of what was read. */
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  concatBatches,
  EventCutter,
  type CutOptions,
  type CutReport,
  type EventBatch,
} from '../../src/events/index.ts';
import { createDecoder, type RandomAccessSource } from '../../src/formats/index.ts';
import {
  decodeIndex,
  encodeIndex,
  openRecording,
  type OpenRecordingOptions,
  type Recording,
} from '../../src/pipeline/index.ts';
import { canonicalText } from './decode.ts';

/** Bytes as a source that counts. */
export function memorySource(
  bytes: Uint8Array,
): RandomAccessSource & { read: RandomAccessSource['read']; bytesAsked: number } {
  return {
    size: bytes.length,
    bytesAsked: 0,
    read(offset, length) {
      const part = bytes.slice(offset, offset + length);
      this.bytesAsked += part.length;
      return Promise.resolve(part);
    },
  };
}

/** A recording with an index of small stretches, which was stored and loaded. */
export async function openIndexed(
  bytes: Uint8Array,
  options: OpenRecordingOptions,
  stretchBytes: number,
  maxStretches = 16_384,
): Promise<Recording> {
  const source = memorySource(bytes);
  const index = await (await openRecording(source, options)).buildIndex({ stretchBytes, maxStretches });
  return openRecording(source, { ...options, index: decodeIndex(encodeIndex(index)) });
}

/** All batches in one. */
export async function gathered(batches: AsyncIterable<EventBatch>): Promise<EventBatch> {
  const all: EventBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return concatBatches(all);
}

/** What a cut of the recording decoded from its start keeps. */
export function cutWhole(
  bytes: Uint8Array,
  options: OpenRecordingOptions,
  cut: CutOptions,
): { events: EventBatch; report: CutReport } {
  const decoder = createDecoder(options);
  const cutter = new EventCutter(cut);
  const batches = [...decoder.push(bytes), ...decoder.finish()];
  const events = concatBatches(batches.flatMap((batch) => cutter.push(batch)));
  return { events, report: cutter.report };
}

/** Random conditions, times within those of the recording or around them. */
function cutOf(first: number, last: number, events: number): fc.Arbitrary<CutOptions> {
  const time = fc.integer({ min: Math.floor(first) - 10, max: Math.ceil(last) + 10 });
  const range = fc
    .tuple(time, time)
    .map(([a, b]) => ({ startMicros: Math.min(a, b), endMicros: Math.max(a, b) + 1 }));
  const numbers = fc
    .tuple(fc.nat(events), fc.nat(events))
    .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) + 1 }));
  return fc.oneof(
    range.map((time) => ({ time })),
    range.map(({ startMicros, endMicros }) => ({
      time: {
        startMicros: startMicros - first,
        endMicros: endMicros - first,
        origin: 'first-event' as const,
      },
    })),
    fc.record({ time: range, count: numbers }),
  );
}

/**
 * Any part of a recording is what decoding from the start gives.
 *
 * @param stretchBytes of the index; `null` for recordings that are only read from their start.
 */
export async function expectAnyPart(
  bytes: Uint8Array,
  options: OpenRecordingOptions,
  stretchBytes: number | null,
): Promise<void> {
  const recording = await openIndexed(bytes, options, stretchBytes ?? 2000);
  const { events, tFirst, tLast } = await recording.summary();
  expect(recording.bytesRead).toBe(0);
  expect(recording.index!.stretches.length > 2).toBe(stretchBytes !== null);
  await fc.assert(
    fc.asyncProperty(cutOf(tFirst!, tLast!, events), async (cut) => {
      const cutter = new EventCutter(cut);
      const part = await gathered(recording.cut(cutter));
      const whole = cutWhole(bytes, options, cut);
      expect(canonicalText(part) === canonicalText(whole.events)).toBe(true);
      expect(cutter.report.kept).toBe(whole.report.kept);
      if (!cutter.done) expect(cutter.report).toEqual(whole.report);
    }),
    { numRuns: stretchBytes === null ? 1 : 10 },
  );
}
