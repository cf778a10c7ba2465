import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AEDAT2_CONVENTIONS } from '../../src/formats/index.ts';
import { CHIP_LAYOUTS, conventionRule } from '../../src/formats/aedat2/addressing.ts';
import { decodeAny, decodeRun, startClock } from '../../src/formats/aedat2/decode-run.ts';

describe('the DVS128 loop', () => {
  it('equals the general one for any words, times and conventions', () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 0x7fff }), fc.integer());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, fc.integer()), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(...AEDAT2_CONVENTIONS),
        (records, convention) => {
          const view = new DataView(new ArrayBuffer(8 * records.length));
          records.forEach(([address, time], i) => {
            view.setInt32(8 * i, address);
            view.setInt32(8 * i + 4, time);
          });
          const [layout, rule] = [CHIP_LAYOUTS.dvs128, conventionRule(convention)];
          const clocks = [0, 1].map(() => startClock(rule.time, view.getInt32(4)));
          const fast = decodeRun(view, 0, records.length, layout, rule, layout.geometry, clocks[0]!);
          const oracle = decodeAny(view, 0, records.length, layout, rule, layout.geometry, clocks[1]!);
          expect(fast).toEqual(oracle);
          expect(clocks[0]).toEqual(clocks[1]);
        },
      ),
    );
  });
});
