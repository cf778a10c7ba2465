import { expect, it } from 'vitest';
import { InputSlice } from '../../../src/live/ingest/input-slice.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('who has read for his time waits for the next turn of the loop, and no longer', async () => {
  const calls: boolean[] = [];
  const slice = new InputSlice((paused) => calls.push(paused));
  slice.spent(0.5);
  await turn();
  slice.spent(0.75);
  expect(calls).toEqual([]);
  slice.spent(0.5);
  expect(calls).toEqual([true]);
  await turn();
  expect(calls).toEqual([true, false]);
  slice.spent(0.5);
  await turn();
  expect(calls).toEqual([true, false]);
});
