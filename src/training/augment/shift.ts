import { wholeWithin } from './draw.ts';
import { movePixels, placeOf } from './move-pixels.ts';
import type { AugmentationOperation } from './operation.ts';

/** As when the camera moves: what leaves the frame is lost, what enters is empty. */
export const shift: AugmentationOperation = {
  id: 'shift',
  summary: 'moves the picture in x and y; what enters is empty (a random crop of a padded frame: TEBN, PSN)',
  amount: { means: 'most pixels', max: 65_535, whole: true },
  apply(clip, amount, random) {
    const dx = wholeWithin(amount, random);
    const dy = wholeWithin(amount, random);
    if (dx === 0 && dy === 0) return clip;
    return movePixels(clip, (x, y, size) => placeOf(x - dx, y - dy, size));
  },
};
