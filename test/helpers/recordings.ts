/** Recordings in memory for `openRecording`, with an account of what was read. */
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
