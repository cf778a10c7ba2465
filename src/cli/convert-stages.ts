/** Stages between a recording and its conversion. */
import os from 'node:os';
import path from 'node:path';
import type { EventBatch } from '../events/index.ts';
import type { FilterChain } from '../filters/index.ts';
import { ExternalSorter } from './sort/external-sorter.ts';
import { STANDARD_STREAM } from './standard-input.ts';

/** What filters leave. */
export async function* filteredBatches(
  batches: AsyncIterable<EventBatch>,
  filters: FilterChain,
): AsyncGenerator<EventBatch, void, undefined> {
  for await (const batch of batches) yield* filters.push(batch);
  yield* filters.finish();
}

/** The events in order of time. @param output where they go: a temporary file lies beside it. */
export async function* sortedBatches(
  batches: AsyncIterable<EventBatch>,
  output: string,
  memoryBytes: number,
): AsyncGenerator<EventBatch, void, undefined> {
  const folder = output === STANDARD_STREAM ? os.tmpdir() : path.dirname(output);
  const sorter = new ExternalSorter({ memoryBytes, folder });
  try {
    for await (const batch of batches) yield* sorter.push(batch);
    yield* sorter.finish();
  } finally {
    await sorter.close();
  }
}
