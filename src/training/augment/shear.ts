import { angleWithin } from './draw.ts';
import { movePixels, placeOf } from './move-pixels.ts';
import type { AugmentationOperation } from './operation.ts';

/** Rows move along x by the tangent of an angle times their distance from the middle, as torchvision's `RandomAffine`. */
export const shear: AugmentationOperation = {
  id: 'shear',
  summary: 'slants the picture along x, nearest pixel; what enters is empty (NDA)',
  amount: { means: 'most degrees either way', max: 89, whole: false },
  apply(clip, amount, random) {
    const slope = Math.tan(angleWithin(amount, random));
    return movePixels(clip, (x, y, size) => {
      const middle = (size.height - 1) / 2;
      return placeOf(Math.round(x + slope * (y - middle)), y, size);
    });
  },
};
