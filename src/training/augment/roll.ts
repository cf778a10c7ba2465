import { wholeWithin } from './draw.ts';
import { movePixels, placeOf } from './move-pixels.ts';
import type { AugmentationOperation } from './operation.ts';

const within = (place: number, size: number): number => ((place % size) + size) % size;

/** What leaves at one side comes in at the other. */
export const roll: AugmentationOperation = {
  id: 'roll',
  summary: 'moves the picture in x and y around the edges (NDA, TET)',
  amount: { means: 'most pixels', max: 65_535, whole: true },
  apply(clip, amount, random) {
    const dx = wholeWithin(amount, random);
    const dy = wholeWithin(amount, random);
    if (dx === 0 && dy === 0) return clip;
    return movePixels(clip, (x, y, size) =>
      placeOf(within(x - dx, size.width), within(y - dy, size.height), size),
    );
  },
};
