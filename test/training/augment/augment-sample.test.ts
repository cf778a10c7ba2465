import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import type { LabelledClip } from '../../../src/frames/index.ts';
import { betaShare } from '../../../src/training/augment/draw.ts';
import { augmentClip, augmentSample, parseAugmentation } from '../../../src/training/augment/index.ts';

const SIZE = { width: 6, height: 5, steps: 2 };
const LENGTH = 2 * SIZE.steps * SIZE.width * SIZE.height;

/** A clip whose counts are all one number. */
function filled(count: number, label: number): LabelledClip {
  const counts = new Uint8Array(LENGTH).fill(count);
  const { steps, ...geometry } = SIZE;
  return { label, clip: { steps, geometry, counts, events: 0, saturated: 0, outside: 0 } };
}

/** Sample i holds 10 i everywhere and is of class i mod 4. */
const SAMPLES = Array.from({ length: 9 }, (_, i) => filled(10 * i, i % 4));
const keys = fc.record({ seed: fc.nat(), epoch: fc.nat(99) });
const texts = fc.constantFrom(
  'mixup:0.2',
  'mixup:5',
  'cutmix:1',
  'flip:0.5,mixup:1|cutmix:1|nothing:0,roll:2',
);

describe('samples that are mixed', () => {
  it('are the same for the same seed, epoch and sample, whatever is done to others, and leave the set alone', () => {
    fc.assert(
      fc.property(keys, texts, fc.nat(8), (own, text, i) => {
        const steps = parseAugmentation(text);
        const before = SAMPLES.map(({ clip }) => clip.counts.slice());
        const mixed = augmentSample(SAMPLES, i, steps, own);
        for (let other = 0; other < SAMPLES.length; other++) augmentSample(SAMPLES, other, steps, own);
        expect(augmentSample(SAMPLES, i, steps, own)).toEqual(mixed);
        expect(SAMPLES.map(({ clip }) => clip.counts)).toEqual(before);
      }),
    );
  });

  it('have shares of two classes that are 1 together, and the label of the larger', () => {
    let both = 0;
    fc.assert(
      fc.property(keys, texts, fc.nat(8), (own, text, i) => {
        const { label, shares } = augmentSample(SAMPLES, i, parseAugmentation(text), own);
        if (shares === undefined) return;
        both++;
        expect(shares).toHaveLength(2);
        expect(shares[0]!.label).toBe(i % 4);
        expect(shares[1]!.label).not.toBe(i % 4);
        expect(shares[0]!.share + shares[1]!.share).toBeCloseTo(1, 12);
        const largest = Math.max(...shares.map(({ share }) => share));
        expect(shares.find((one) => one.label === label)!.share).toBe(largest);
      }),
      { numRuns: 200 },
    );
    expect(both).toBeGreaterThan(50);
  });

  it('by mixup hold whole counts next to the mean, and on average the mean', () => {
    let [sum, expected] = [0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const set = [filled(3, 0), filled(8, 1)];
      const { clip, shares, label } = augmentSample(set, 0, parseAugmentation('mixup:1'), { seed, epoch: 0 });
      const own = shares?.[0]?.share ?? (label === 0 ? 1 : 0);
      const mean = 8 - 5 * own;
      let found = 0;
      for (const count of clip.counts) {
        expect([Math.floor(mean), Math.ceil(mean)]).toContain(count);
        found += count / LENGTH;
      }
      // Five standard deviations of the mean of so many counts.
      expect(Math.abs(found - mean)).toBeLessThan(2.5 / Math.sqrt(LENGTH));
      sum += found;
      expected += mean;
    }
    expect(Math.abs(sum - expected) / 300).toBeLessThan(0.02);
  });

  it('by CutMix hold a box of the other clip in all frames, and as much of its label', () => {
    for (let seed = 0; seed < 200; seed++) {
      const set = [filled(1, 0), filled(2, 1)];
      const { clip, shares, label } = augmentSample(set, 0, parseAugmentation('cutmix:1'), {
        seed,
        epoch: 0,
      });
      const plane = SIZE.width * SIZE.height;
      const first = Array.from(clip.counts.subarray(0, plane));
      for (let from = plane; from < LENGTH; from += plane)
        expect(Array.from(clip.counts.subarray(from, from + plane))).toEqual(first);
      const box = first.flatMap((count, i) => (count === 2 ? [i] : []));
      const own = shares?.[0]?.share ?? (label === 0 ? 1 : 0);
      expect(box.length / plane).toBeCloseTo(1 - own, 12);
      const columns = new Set(box.map((i) => i % SIZE.width));
      const rows = new Set(box.map((i) => Math.floor(i / SIZE.width)));
      expect(columns.size * rows.size).toBe(box.length);
    }
  });

  it('take a partner of the whole set, any as often, as it is in the same epoch behind the steps before', () => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 2000; seed++) {
      const { clip } = augmentSample(SAMPLES, 3, parseAugmentation('cutmix:1'), { seed, epoch: 0 });
      for (const other of new Set(clip.counts)) counts.set(other, (counts.get(other) ?? 0) + 1);
    }
    counts.delete(30);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, 10, 20, 40, 50, 60, 70, 80]);
    const [least, most] = [Math.min(...counts.values()), Math.max(...counts.values())];
    expect(least).toBeGreaterThan(0.7 * most);

    // Never itself: with so large an α, λ is about a half.
    for (let seed = 0; seed < 300; seed++) {
      const { clip } = augmentSample(SAMPLES, 3, parseAugmentation('mixup:100'), { seed, epoch: 0 });
      expect(clip.counts).not.toEqual(SAMPLES[3]!.clip.counts);
    }

    const numbered = SAMPLES.map(({ clip, label }, i): LabelledClip => {
      const own = Uint16Array.from({ length: LENGTH }, (_, at) => 1000 * i + at);
      return { label, clip: { ...clip, counts: own } };
    });
    const steps = parseAugmentation('roll:3,cutmix:1');
    for (let seed = 0; seed < 50; seed++) {
      const mixed = augmentSample(numbered, 3, steps, { seed, epoch: 2 }).clip.counts;
      const other = mixed.find((count) => Math.floor(count / 1000) !== 3);
      if (other === undefined) continue;
      const partner = Math.floor(other / 1000);
      const [before, own] = [partner, 3].map((i) =>
        augmentClip(numbered[i]!.clip, steps.slice(0, 1), new SeededRandom(seed, 2, i)),
      );
      mixed.forEach((count, at) => {
        expect([own!.counts[at], before!.counts[at]]).toContain(count);
      });
    }
  });

  it('of a wider type keep what does not fit the narrow one', () => {
    const wide = filled(0, 1);
    const set = [
      filled(1, 0),
      { ...wide, clip: { ...wide.clip, counts: new Uint16Array(LENGTH).fill(4000) } },
    ];
    for (const text of ['mixup:1', 'cutmix:1']) {
      const { clip } = augmentSample(set, 0, parseAugmentation(text), { seed: 2, epoch: 0 });
      expect(clip.counts).toBeInstanceOf(Uint16Array);
      expect(Math.max(...clip.counts)).toBeGreaterThan(255);
    }
  });

  it('need one size, and no clip can be mixed alone', () => {
    const small = { ...filled(1, 1).clip, geometry: { width: 1, height: 1 }, counts: new Uint8Array(4) };
    const set = [filled(1, 0), { label: 1, clip: small }];
    expect(() => augmentSample(set, 0, parseAugmentation('mixup:1'), { seed: 1, epoch: 0 })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', option: 'samples' }),
    );
    expect(() => augmentClip(small, parseAugmentation('mixup:1'), new SeededRandom(1))).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(/mixup.*augmentSample/) }),
    );
  });

  it('are as they came by an amount of 0', () => {
    for (const text of ['mixup:0', 'cutmix:0', 'nothing:0'])
      expect(augmentSample(SAMPLES, 2, parseAugmentation(text), { seed: 1, epoch: 0 })).toEqual(SAMPLES[2]);
  });
});

describe('shares from Beta(α, α)', () => {
  /** Largest distance of the shares drawn from a distribution function. */
  function distance(alpha: number, cumulative: (x: number) => number): number {
    const random = new SeededRandom(7);
    const drawn = Array.from({ length: 4000 }, () => betaShare(alpha, random)).sort((a, b) => a - b);
    return Math.max(...drawn.map((x, i) => Math.abs((i + 0.5) / drawn.length - cumulative(x))));
  }

  it('have its distribution where that has a simple form', () => {
    // Kolmogorov: beyond 0.031 lies one of a thousand samples of 4,000.
    expect(distance(1, (x) => x)).toBeLessThan(0.031);
    expect(distance(0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x)))).toBeLessThan(0.031);
    expect(distance(2, (x) => x * x * (3 - 2 * x))).toBeLessThan(0.031);
    expect(distance(3, (x) => x ** 3 * (10 - 15 * x + 6 * x * x))).toBeLessThan(0.031);
  });

  it('are shares for the smallest and largest α', () => {
    for (const alpha of [1e-300, 1e-6, 0.01, 100]) {
      const random = new SeededRandom(3);
      const drawn = Array.from({ length: 500 }, () => betaShare(alpha, random));
      expect(drawn.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(Math.abs(drawn.reduce((sum, share) => sum + share, 0) / 500 - 0.5)).toBeLessThan(0.1);
    }
  });
});
