import { expect, it } from 'vitest';
import { TransportAccount } from '../../../src/live/ingest/transport-account.ts';

it.each([
  ['gaps, modulo 2^32', [2 ** 32 - 2, 2 ** 32 - 1, 0, 1, 4], 2, 0],
  ['a number twice', [1, 2, 2, 3], 0, 1],
  ['two in another order', [1, 3, 2, 4], 0, 1],
  ['one far behind', [5_000, 5_001, 3, 5_002], 0, 1],
])('%s', (_, numbers, sequenceGaps, sequenceRepeats) => {
  const account = new TransportAccount();
  for (const number of numbers) account.take(number, 10);
  expect(account.counts(7)).toEqual({
    bytes: 10 * numbers.length,
    messages: numbers.length,
    sequenceGaps,
    sequenceRepeats,
    unreadDecisions: 7,
    advice: null,
  });
});
