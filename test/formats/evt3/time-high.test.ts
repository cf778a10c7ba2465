import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leadEvt3, reachesHigh } from '../../../src/formats/evt3/time-high.ts';
import { startRawEncode, WordOutput } from '../../../src/formats/prophesee/encode-words.ts';

/** The TIME_HIGH words in front of a time, behind one of TIME_HIGH `from` (-1: none), and where they lead. */
function lead(from: number, time: number): { highs: number[]; high: number } {
  const state = { ...startRawEncode(), high: from };
  const output = new WordOutput();
  leadEvt3(state, time, output);
  const words = output.take();
  const view = new DataView(words.buffer);
  const all = Array.from({ length: words.length / 2 }, (_, i) => view.getUint16(2 * i, true));
  expect(all.every((word) => word >> 12 === 8)).toBe(true);
  return { highs: all.map((word) => word & 0xfff), high: state.high };
}

it('a recording begins with its own TIME_HIGH, or one before the first wrap', () => {
  expect(lead(-1, 0).highs).toEqual([0]);
  expect(lead(-1, 2441 * 4096 + 7).highs).toEqual([2441]);
  expect(lead(-1, 0xffd * 4096).highs).toEqual([0xffd]);
  // faery leaves out a first TIME_HIGH of 4094 or 4095.
  expect(lead(-1, 0xffe * 4096).highs).toEqual([0xffd]);
  expect(lead(-1, 0xfff * 4096).highs).toEqual([0xffd]);
  expect(lead(-1, 2 ** 24).highs).toEqual([0xffd, 0xfff]);
  expect(lead(-1, 2 ** 24 + 4096).highs).toEqual([0xffd, 0xfff, 0]);
  expect(lead(-1, 2 ** 25 + 4096).highs).toEqual([0xffd, 0xfff, 0, 0x400, 0x800, 0xc00, 0xfff, 0]);
});

it('whose first byte is no percent sign', () => {
  expect(lead(-1, 0x25 * 4096).highs).toEqual([0x24]);
  expect(lead(-1, 0xa25 * 4096).highs).toEqual([0xa24]);
  expect(lead(0xa20, 0xa25 * 4096).highs).toEqual([]);
});

it('words rise by 2^10 at most, fall from 0xFFF to 0 only, and one more reaches the time', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1, max: 2 ** 14 }), fc.nat(2 ** 16), (from, to) => {
      if (to < from) return;
      const { highs, high: last } = lead(from, to * 4096);
      expect(reachesHigh(last, to)).toBe(true);
      const all = [...(from < 0 ? [] : [from & 0xfff]), ...highs, to & 0xfff];
      const odd = all.filter((value, i) => {
        const before = all[i - 1] ?? value;
        return value < before ? before !== 0xfff || value !== 0 : value - before > 2 ** 10;
      });
      expect(odd).toEqual([]);
      const wraps = all.filter((value, i) => i > 0 && value < all[i - 1]!).length;
      expect(wraps).toBe((to >> 12) - (Math.max(from, 0) >> 12));
      expect(highs.length).toBeLessThanOrEqual(5 * (wraps + 1));
    }),
  );
});
