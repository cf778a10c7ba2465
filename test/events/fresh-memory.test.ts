import { afterEach, expect, it, vi } from 'vitest';

const MIB = 2 ** 20;

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Sizes of the buffers that are made while memory is noted, in a module loaded anew. */
async function madeBy(notes: readonly number[], fails = false): Promise<number[]> {
  vi.resetModules();
  const { noteFreshMemory } = await import('../../src/events/fresh-memory.ts');
  const made: number[] = [];
  vi.stubGlobal('ArrayBuffer', function allocate(bytes: number) {
    made.push(bytes);
    if (fails) throw new RangeError('Array buffer allocation failed');
  });
  for (const bytes of notes) noteFreshMemory(bytes);
  return made;
}

it('makes one block of just below 32 MiB when a process has taken 8 MiB', async () => {
  expect(await madeBy([4 * MIB, 4 * MIB - 1])).toEqual([]);
  expect(await madeBy([4 * MIB, 4 * MIB, 4 * MIB, 99 * MIB])).toEqual([32 * MIB - 65_536]);
});

it('goes on where there is no such block', async () => {
  expect(await madeBy([9 * MIB, 9 * MIB], true)).toHaveLength(1);
});
