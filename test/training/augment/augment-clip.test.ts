import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { parseEventAugmentation, type AugmentationStep } from '../../../src/filters/index.ts';
import type { FrameClip } from '../../../src/frames/index.ts';
import {
  augmentationOperations,
  augmentationSets,
  augmentClip,
  parseAugmentation,
  parseAugmentations,
} from '../../../src/training/augment/index.ts';

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  steps: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});

/** Every count names its plane and place, so that a test sees where it went. */
function numbered({ width, height, steps }: { width: number; height: number; steps: number }): FrameClip {
  const counts = Uint32Array.from({ length: steps * 2 * width * height }, (_, i) => i + 1);
  return { steps, geometry: { width, height }, counts, events: 0, saturated: 0, outside: 0 };
}

const one = (operation: string, amount: number): AugmentationStep[] => [[{ operation, amount }]];
const usual: Readonly<Record<string, number>> = {
  shift: 3,
  roll: 5,
  flip: 0.5,
  rotate: 30,
  shear: 30,
  cutout: 4,
  'reverse-time': 0.5,
  nothing: 0,
};
/** Those that take no other clip. */
const alone = augmentationOperations.filter((operation) => 'apply' in operation);

/** Places of a plane's counts, 0 where there is none. */
function planes({ counts, geometry: { width, height } }: FrameClip): number[][] {
  const plane = width * height;
  return Array.from({ length: counts.length / plane }, (_, p) =>
    Array.from(counts.subarray(p * plane, (p + 1) * plane), (count) =>
      count === 0 ? 0 : ((count - 1) % plane) + 1,
    ),
  );
}

describe.each(alone.map(({ id }) => id))('%s', (id) => {
  it('gives the same clip for the same seed and leaves the one that came alone', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const clip = numbered(size);
        const before = clip.counts.slice();
        const [a, b] = [0, 0].map(() => augmentClip(clip, one(id, usual[id]!), new SeededRandom(size.seed)));
        expect(a).toEqual(b);
        expect(clip.counts).toEqual(before);
        expect(a!.counts).toHaveLength(before.length);
      }),
    );
  });

  it('does the same to all frames and polarities', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const [first, ...others] = planes(
          augmentClip(numbered(size), one(id, usual[id]!), new SeededRandom(size.seed)),
        );
        for (const other of others) expect(other).toEqual(first);
      }),
    );
  });

  it('does nothing by an amount of 0', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const clip = numbered(size);
        expect(augmentClip(clip, one(id, 0), new SeededRandom(size.seed)).counts).toEqual(clip.counts);
      }),
    );
  });
});

describe('operations', () => {
  const clip = numbered({ width: 5, height: 3, steps: 2 });
  const sorted = ({ counts }: FrameClip): number[] => Array.from(counts).sort((a, b) => a - b);

  it('rolling loses nothing and reaches every place, shifting brings in emptiness', () => {
    const corners = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const rolled = augmentClip(clip, one('roll', 2), new SeededRandom(seed));
      expect(sorted(rolled)).toEqual(sorted(clip));
      corners.add(rolled.counts[0]!);
      const shifted = augmentClip(clip, one('shift', 2), new SeededRandom(seed));
      const random = new SeededRandom(seed);
      const [dx, dy] = [random.integer(5) - 2, random.integer(5) - 2];
      expect(shifted.counts.filter((count) => count === 0)).toHaveLength(
        4 * (15 - (5 - Math.abs(dx)) * (3 - Math.abs(dy))),
      );
    }
    expect(corners.size).toBe(15);
  });

  it('mirrors rows', () => {
    const flipped = augmentClip(clip, one('flip', 1), new SeededRandom(1));
    expect(Array.from(flipped.counts.subarray(0, 10))).toEqual([5, 4, 3, 2, 1, 10, 9, 8, 7, 6]);
    expect(augmentClip(flipped, one('flip', 1), new SeededRandom(1)).counts).toEqual(clip.counts);
  });

  it('plays backwards with polarities changed over', () => {
    const reversed = augmentClip(clip, one('reverse-time', 1), new SeededRandom(1));
    // The first OFF plane holds what the last ON plane held.
    expect(reversed.counts.subarray(0, 15)).toEqual(clip.counts.subarray(45, 60));
    expect(reversed.counts.subarray(45, 60)).toEqual(clip.counts.subarray(0, 15));
  });

  it('turns by the drawn angle: the middle stays, a quarter turn moves the rest round', () => {
    const square = numbered({ width: 3, height: 3, steps: 1 });
    const quarter = { uniform: () => 1, integer: () => 0 } as unknown as SeededRandom;
    const turned = augmentClip(square, one('rotate', 90), quarter);
    expect(Array.from(turned.counts.subarray(0, 9))).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
  });

  it('slants rows around the middle one', () => {
    const square = numbered({ width: 3, height: 3, steps: 1 });
    const most = { uniform: () => 1, integer: () => 0 } as unknown as SeededRandom;
    const slanted = augmentClip(square, one('shear', 45), most);
    expect(Array.from(slanted.counts.subarray(0, 9))).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 0]);
  });

  it('cuts a square out that may reach over the edge', () => {
    for (let seed = 0; seed < 50; seed++) {
      const cut = augmentClip(
        numbered({ width: 9, height: 9, steps: 1 }),
        one('cutout', 4),
        new SeededRandom(seed),
      );
      const empty = planes(cut)[0]!.flatMap((count, i) => (count === 0 ? [i] : []));
      const [columns, rows] = [empty.map((i) => i % 9), empty.map((i) => Math.floor(i / 9))];
      const span = (places: number[]): number => Math.max(...places) - Math.min(...places) + 1;
      expect(empty).toHaveLength(span(columns) * span(rows));
      expect(empty.length).toBeGreaterThanOrEqual(4);
      expect(empty.length).toBeLessThanOrEqual(16);
    }
  });

  it('draws one of a step, each as often', () => {
    const step = [
      { operation: 'flip', amount: 1 },
      { operation: 'flip', amount: 0 },
    ];
    const flips = Array.from({ length: 1000 }, (_, seed) =>
      augmentClip(clip, [step], new SeededRandom(9, 0, seed)),
    );
    const flipped = flips.filter(({ counts }) => counts[0] === 5).length;
    expect(flipped).toBeGreaterThan(430);
    expect(flipped).toBeLessThan(570);
  });
});

describe('the text form', () => {
  it('of both kinds tells steps on events from those on clips', () => {
    const { events, clips } = parseAugmentations(
      'nda, event-drop,flip:0.5,flip-y:0.5|nothing:0,cutmix:1|nothing:0',
    );
    expect(events).toEqual(parseEventAugmentation('event-drop,flip-y:0.5|nothing:0'));
    expect(clips).toEqual(parseAugmentation('nda,flip:0.5,cutmix:1|nothing:0'));
    expect(() => parseAugmentations('roll:5|drop-time:0.5')).toThrow(
      /roll:5\|drop-time:0.5.*clips and.*events/,
    );
    expect(() => parseAugmentations('blur:5')).toThrow(/no operation "blur"/);
    expect(() => parseAugmentations('mixup:1,drop-time:0.5,cutmix:1')).toThrow(/more than one step/);
    expect(() => parseAugmentation('drop-time:0.5')).toThrow(/drop-time, which changes events/);
  });

  it('knows sets, steps and choices', () => {
    expect(parseAugmentation('nda')).toEqual(augmentationSets['nda']);
    expect(parseAugmentation('psn, cutout:8')).toEqual([
      ...augmentationSets['psn']!,
      [{ operation: 'cutout', amount: 8 }],
    ]);
    expect(parseAugmentation('roll:5|rotate:12.5')).toEqual([
      [
        { operation: 'roll', amount: 5 },
        { operation: 'rotate', amount: 12.5 },
      ],
    ]);
  });

  it.each([
    '',
    'roll',
    'roll:',
    'roll:1.5',
    'roll:-1',
    'roll:x',
    'roll:1:2',
    'flip:2',
    'blur:3',
    'nda|roll:3',
    'nda,',
    'toString',
    'mixup:-1',
    'cutmix:101',
    'mixup:0.2,cutmix:1',
    'nda-cutmix,mixup:1',
  ])('refuses "%s"', (text) => {
    expect(() => parseAugmentation(text)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', option: 'augment' }),
    );
  });
});
