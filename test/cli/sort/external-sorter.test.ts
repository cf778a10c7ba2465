import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExternalSorter } from '../../../src/cli/sort/external-sorter.ts';
import { mergeSorted } from '../../../src/cli/sort/merge-runs.ts';
import { SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { batchesOf, disorderly, eventsOf, sortedOracle, type NumberedEvent } from '../../helpers/disorder.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function collect(batches: AsyncIterable<EventBatch>): Promise<EventBatch[]> {
  const all: EventBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

async function sorted(sorter: ExternalSorter, batches: readonly EventBatch[]): Promise<EventBatch[]> {
  try {
    const out: EventBatch[] = [];
    for (const batch of batches) out.push(...(await collect(sorter.push(batch))));
    return [...out, ...(await collect(sorter.finish()))];
  } finally {
    await sorter.close();
  }
}

/** Segments of so many events with times in random order, ties among them. */
function shuffled(...sizes: readonly number[]): NumberedEvent[] {
  const random = new SeededRandom(sizes.length);
  let number = 0;
  return sizes.flatMap((size, segment) =>
    Array.from({ length: size }, () => ({ t: random.integer(5000), segment, number: number++ % 65_536 })),
  );
}

describe('mergeSorted', () => {
  it('is one sorted stream; of equal times the earlier stream comes first', () =>
    fc.assert(
      fc.asyncProperty(
        disorderly,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        async (events, cut, size) => {
          const streams = [0, 1, 2, 3].map((segment) =>
            sortedOracle(events.filter((event) => event.segment === segment)),
          );
          async function* stream(own: readonly NumberedEvent[]): AsyncGenerator<EventBatch> {
            yield* batchesOf(own, cut);
          }
          const merged = await collect(mergeSorted(streams.map(stream), size));
          const plain = eventsOf(merged).map(({ t, number }) => ({ t, number }));
          const oracle = streams.flat().sort((a, b) => a.t - b.t).map(({ t, number }) => ({ t, number })); // prettier-ignore
          expect(plain).toEqual(oracle);
          expect(merged.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        },
      ),
    ));
});

describe('ExternalSorter', () => {
  it('sorts each segment as Array sort does, however the stream is cut, without a file where memory does', () =>
    fc.assert(
      fc.asyncProperty(disorderly, fc.integer({ min: 1, max: 70 }), async (events, cut) => {
        const folder = path.join('there', 'is', 'none');
        const out = await sorted(new ExternalSorter({ memoryBytes: 1, folder }), batchesOf(events, cut));
        expect(eventsOf(out)).toEqual(sortedOracle(events));
      }),
    ));

  it.each([
    ['one merge', 2 ** 20, [100_000]],
    ['several rounds of merges of two', 1, [40_000, 5000, 0, 17_000]],
  ])('sorts more than its memory: %s', async (_, memoryBytes, sizes) => {
    const folder = temporaryFolder();
    const events = shuffled(...sizes);
    const sorter = new ExternalSorter({ memoryBytes, folder });
    const out = await sorted(sorter, batchesOf(events, 1000));
    expect(eventsOf(out)).toEqual(sortedOracle(events));
    expect(out.every(({ geometry }) => geometry?.width === 256)).toBe(true);
    expect(sorter.runsWritten).toBeGreaterThan(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing behind when it is given up', async () => {
    const folder = temporaryFolder();
    const sorter = new ExternalSorter({ memoryBytes: 1, folder });
    for (const batch of batchesOf(shuffled(20_000), 1000)) await collect(sorter.push(batch));
    expect(sorter.runsWritten).toBeGreaterThan(0);
    await sorter.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
