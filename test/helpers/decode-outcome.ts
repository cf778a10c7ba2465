/** All that a decoder gave, whatever became of it: to be compared with that of another loop. */
import { concatBatches, type EventBatch } from '../../src/events/index.ts';
import { EventFormatError, type EventDecoder } from '../../src/formats/index.ts';
import { chunksOf } from './decode.ts';

/** Feeds chunks of the given sizes, repeated; events that travel with a fault count. */
export function decodeOutcome(
  decoder: EventDecoder,
  bytes: Uint8Array,
  chunkSizes: readonly number[] = [Infinity],
): unknown {
  const batches: EventBatch[] = [];
  let fault: unknown = null;
  try {
    for (const chunk of chunksOf(bytes, chunkSizes)) batches.push(...decoder.push(chunk));
    batches.push(...decoder.finish());
  } catch (error) {
    if (!(error instanceof EventFormatError)) throw error;
    batches.push(...error.events);
    fault = { code: error.code, byteOffset: error.byteOffset, message: error.message };
  }
  const { t, x, y, p } = concatBatches(batches);
  return { t: [...t].map(String), x: [...x], y: [...y], p: [...p], fault, report: { ...decoder.report } };
}
