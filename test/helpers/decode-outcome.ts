/** All that a decoder gave, whatever became of it: to be compared with that of another loop. */
import { concatBatches, type EventBatch } from '../../src/events/index.ts';
import { EventFormatError, type DecodeReport, type EventDecoder } from '../../src/formats/index.ts';
import { decodeBytes } from '../../src/pipeline/index.ts';
import { chunksOf } from './decode.ts';
import { memorySource } from './recordings.ts';

/** See {@link decodeOutcome}. */
export interface DecodeOutcome {
  readonly t: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly p: readonly number[];
  readonly fault: Pick<EventFormatError, 'code' | 'byteOffset' | 'message'> | null;
  readonly report: DecodeReport;
}

/** Feeds chunks of the given sizes, repeated; events that travel with a fault count. */
export function decodeOutcome(
  decoder: EventDecoder,
  bytes: Uint8Array,
  chunkSizes: readonly number[] = [Infinity],
): DecodeOutcome {
  const batches: EventBatch[] = [];
  try {
    for (const chunk of chunksOf(bytes, chunkSizes)) batches.push(...decoder.push(chunk));
    batches.push(...decoder.finish());
    return outcomeOf(decoder, batches, null);
  } catch (error) {
    if (error instanceof EventFormatError) batches.push(...error.events);
    return outcomeOf(decoder, batches, error);
  }
}

/** The same of bytes that can be read at any place. */
export async function outcomeAnywhere(decoder: EventDecoder, bytes: Uint8Array): Promise<DecodeOutcome> {
  const batches: EventBatch[] = [];
  const source = memorySource(bytes);
  try {
    for await (const batch of decodeBytes(chunksOf(bytes, [999]), decoder, { source })) batches.push(batch);
    return outcomeOf(decoder, batches, null);
  } catch (error) {
    return outcomeOf(decoder, batches, error);
  }
}

function outcomeOf(decoder: EventDecoder, batches: readonly EventBatch[], error: unknown): DecodeOutcome {
  if (error !== null && !(error instanceof EventFormatError)) throw error as Error;
  const fault = error && { code: error.code, byteOffset: error.byteOffset, message: error.message };
  const { t, x, y, p } = concatBatches(batches);
  return { t: [...t].map(String), x: [...x], y: [...y], p: [...p], fault, report: { ...decoder.report } };
}
