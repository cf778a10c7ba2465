import { movePixels, placeOf } from './move-pixels.ts';
import type { AugmentationOperation } from './operation.ts';

/** Left becomes right. */
export const flip: AugmentationOperation = {
  id: 'flip',
  summary: 'mirrors left and right (TET, TEBN, PSN)',
  amount: { means: 'probability', max: 1, whole: false },
  apply(clip, amount, random) {
    if (random.uniform() >= amount) return clip;
    return movePixels(clip, (x, y, size) => placeOf(size.width - 1 - x, y, size));
  },
};
