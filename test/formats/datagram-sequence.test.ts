import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatagramSequence, type DatagramAccount } from '../../src/formats/index.ts';

function start(modulus?: number): { account: DatagramAccount; sequence: DatagramSequence } {
  const account = { received: 0, malformed: 0, missing: 0, duplicated: 0, outOfOrder: 0 };
  return { account, sequence: new DatagramSequence(account, modulus) };
}

describe('DatagramSequence', () => {
  it('counts what a set of all numbers would, for any disorder inside its window and across the wrap', () => {
    const steps = fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 80 });
    const modulus = fc.constantFrom(2 ** 14, 2 ** 32, 2 ** 53);
    fc.assert(
      fc.property(steps, modulus, fc.integer({ min: -100, max: 100 }), (list, size, first) => {
        const { account, sequence } = start(size);
        const seen = new Set<number>();
        const expected = { missing: 0, duplicated: 0, outOfOrder: 0 };
        let [highest, at] = [first, first];
        for (const step of [0, ...list]) {
          at = Math.max(at + step, first - 100);
          const place = sequence.take(at < 0 ? at + size : at % size);
          if (seen.has(at)) {
            expected.duplicated++;
            expect(place).toBe('duplicate');
          } else if (at < highest) {
            expected.outOfOrder++;
            expect(place).toBe('late');
          } else {
            expect(place).toBe(seen.size === 0 || at === highest + 1 ? 'next' : 'gap');
          }
          seen.add(at);
          highest = Math.max(highest, at);
        }
        const came = [...seen].filter((number) => number >= first).length;
        expected.missing = highest - first + 1 - came;
        expect(account).toMatchObject(expected);
      }),
    );
  });

  it('does not believe one number far away, but two in a row', () => {
    const { account, sequence } = start();
    expect([10, 4_000_000, 11, 12].map((number) => sequence.take(number))).toEqual([
      'next',
      'stray',
      'next',
      'next',
    ]);
    expect(account).toMatchObject({ missing: 0, outOfOrder: 1 });
    expect([1_000_000, 1_000_001, 1_000_002].map((number) => sequence.take(number))).toEqual([
      'stray',
      'restart',
      'next',
    ]);
    expect(account).toMatchObject({ missing: 1_000_000 - 13, outOfOrder: 1 });
    expect([1, 2, 3].map((number) => sequence.take(number))).toEqual(['stray', 'restart', 'next']);
    expect(account).toMatchObject({ missing: 1_000_000 - 13, duplicated: 0, outOfOrder: 1 });
  });

  it('follows numbers of 8 bits', () => {
    const { account, sequence } = start(256);
    for (let number = 0; number < 1000; number++) if (number % 100 !== 99) sequence.take(number % 256);
    expect(sequence.take(999 % 256)).toBe('next');
    expect(sequence.take(899 % 256)).toBe('late');
    expect(sequence.take(900 % 256)).toBe('duplicate');
    expect(account).toMatchObject({ missing: 8, duplicated: 1, outOfOrder: 1 });
  });

  it('forgets what lies behind its window', () => {
    const { account, sequence } = start();
    for (let number = 1; number <= 10_000; number++) if (number !== 10) sequence.take(number);
    expect(sequence.take(10)).toBe('stray');
    expect(account).toMatchObject({ missing: 1, outOfOrder: 1 });
  });
});
