import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eq7Spikes, eq9Spikes, eq9Thresholds, lowerTriangle } from '../../src/network/index.ts';

/** The counter-examples: with a non-diagonal M, Eq. 9 is not Eq. 7. */
const vectors = [
  {
    name: 'A',
    c: 10,
    m: [[1], [0.5, 1]],
    theta: [10, 5],
    cases: [
      { x: [0, 6], eq7: [0, 0], eq9: [0, 1] },
      { x: [20, 2], eq7: [1, 1], eq9: [1, 0] },
      { x: [8, 6], eq7: [0, 1], eq9: [0, 1] },
    ],
  },
  {
    name: 'B, fires on silence',
    c: 10,
    m: [[1], [2, 1]],
    theta: [10, -10],
    cases: [{ x: [0, 0], eq7: [0, 0], eq9: [0, 1] }],
  },
  {
    name: 'C, Eq. 6',
    c: 10,
    m: [[1], [1, 0.5], [1, 0.5, 0.25], [1, 0.5, 0.25, 0.5]],
    theta: [10, 0, 0, 0],
    cases: [
      { x: [0, 0, 0, 0], eq7: [0, 0, 0, 0], eq9: [0, 1, 1, 1] },
      { x: [4, 12, -1, 0], eq7: [0, 1, 0, 0], eq9: [0, 1, 0, 1] },
    ],
  },
  {
    name: 'D, leak',
    c: 10,
    m: [[1], [0.5, 1], [0.25, 0.5, 1], [0.125, 0.25, 0.5, 1]],
    theta: [10, 5, 5, 5],
    cases: [
      { x: [6, 6, 6, 6], eq7: [0, 0, 1, 1], eq9: [0, 1, 1, 1] },
      { x: [20, 0, 0, 0], eq7: [1, 1, 0, 0], eq9: [1, 0, 0, 0] },
    ],
  },
  {
    name: 'E, diagonal',
    c: 3,
    m: [[2], [0, 0.5], [0, 0, 1]],
    theta: [1.5, 6, 3],
    cases: [{ x: [2, 5, 3], eq7: [1, 0, 1], eq9: [1, 0, 1] }],
  },
  {
    name: 'F, negative diagonal',
    c: 10,
    m: [[1], [0, -1]],
    theta: [10, -10],
    cases: [
      { x: [10, -5], eq7: [1, 0], eq9: [1, 1] },
      { x: [0, -11], eq7: [0, 1], eq9: [0, 0] },
    ],
  },
  {
    name: 'G, full',
    c: 4,
    m: [[2], [-1, 1], [0.5, -0.5, 0.5]],
    theta: [2, 6, 12],
    cases: [
      { x: [0, 4, 12], eq7: [0, 1, 1], eq9: [0, 0, 1] },
      { x: [2, 6, 12], eq7: [1, 1, 1], eq9: [1, 1, 1] },
    ],
  },
  {
    name: 'H, sliding',
    c: 8,
    m: [[1], [0.5, 1], [0, 0.5, 1], [0, 0, 0.5, 1]],
    theta: [8, 4, 6, 5],
    cases: [{ x: [0, 8, 4, 6], eq7: [0, 1, 1, 1], eq9: [0, 1, 0, 1] }],
  },
];

describe('Eq. 7 against Eq. 9', () => {
  for (const { name, c, m, theta, cases } of vectors) {
    const matrix = lowerTriangle(m.length, (t, i) => m[t]![i]!);
    it(`vector ${name}`, () => {
      expect([...eq9Thresholds(matrix, c)]).toEqual(theta);
      for (const { x, eq7, eq9 } of cases) {
        expect([...eq7Spikes(matrix, x, c)]).toEqual(eq7);
        expect([...eq9Spikes(theta, x)]).toEqual(eq9);
      }
    });
  }

  it('are equal for every positive diagonal', () => {
    const positive = fc.integer({ min: 1, max: 64 }).map((n) => n / 16);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(positive, fc.integer({ min: -50, max: 50 })), { minLength: 1, maxLength: 10 }),
        (steps) => {
          const matrix = lowerTriangle(steps.length, (t, i) => (t === i ? steps[t]![0] : 0));
          const x = steps.map(([, current]) => current);
          // c = tau * 2^k keeps the division exact, so that ties are ties in both rules.
          const c = 8;
          const exact = steps.map(([tau], t) => (tau * x[t]! >= c ? 1 : 0));
          expect([...eq7Spikes(matrix, x, c)]).toEqual(exact);
          const theta = eq9Thresholds(matrix, c);
          x.forEach((current, t) => {
            if (Math.abs(current - theta[t]!) > 1e-9) expect(eq9Spikes(theta, x)[t]).toBe(exact[t]);
          });
        },
      ),
    );
  });

  it('M · theta = c · 1 for every invertible lower triangle', () => {
    const entry = fc.integer({ min: -8, max: 8 });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 15, maxLength: 15 }), (entries) => {
        let next = 0;
        const matrix = lowerTriangle(5, (t, i) => (t === i ? 2 : entries[next++]!));
        const theta = eq9Thresholds(matrix, 7);
        for (let t = 0; t < 5; t++) {
          let sum = 0;
          for (let i = 0; i <= t; i++) sum += matrix[t * 5 + i]! * theta[i]!;
          expect(sum).toBeCloseTo(7, 4);
        }
      }),
    );
  });

  it('one-sided: with M >= 0, firing at all earlier steps under Eq. 9 implies firing under Eq. 7', () => {
    const entry = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 6, maxLength: 6 }),
        fc.array(fc.integer({ min: -20, max: 40 }), { minLength: 4, maxLength: 4 }),
        (entries, x) => {
          let next = 0;
          const matrix = lowerTriangle(4, (t, i) => (t === i ? 1 : entries[next++]! / 2));
          const eq7 = eq7Spikes(matrix, x, 10);
          const eq9 = eq9Spikes(eq9Thresholds(matrix, 10), x);
          for (let t = 0; t < 4 && eq9[t] === 1; t++) expect(eq7[t]).toBe(1);
        },
      ),
    );
  });

  it('refuses a singular M', () => {
    expect(() => eq9Thresholds([1, 0, 1, 0], 1)).toThrow(expect.objectContaining({ code: 'SINGULAR_M' }));
  });
});
