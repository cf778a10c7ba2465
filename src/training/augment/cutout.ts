import { movePixels, NOWHERE, placeOf } from './move-pixels.ts';
import type { AugmentationOperation } from './operation.ts';

/** One hole with its centre anywhere in the frame, cut at the frame's edge. */
export const cutout: AugmentationOperation = {
  id: 'cutout',
  summary: 'empties a square anywhere in the picture, the same in all frames (NDA, DeVries and Taylor 2017)',
  amount: { means: 'pixels of a side', max: 65_535, whole: true },
  apply(clip, amount, random) {
    const { width, height } = clip.geometry;
    const half = Math.floor(amount / 2);
    const [left, top] = [random.integer(width) - half, random.integer(height) - half];
    const [right, bottom] = [left + 2 * half, top + 2 * half];
    return movePixels(clip, (x, y, size) =>
      x >= left && x < right && y >= top && y < bottom ? NOWHERE : placeOf(x, y, size),
    );
  },
};
