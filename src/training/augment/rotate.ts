import { angleWithin } from './draw.ts';
import { movePixels, placeOf } from './move-pixels.ts';
import type { AugmentationOperation } from './operation.ts';

/** Around the middle of the frame, to the nearest pixel, as torchvision's `RandomRotation`. */
export const rotate: AugmentationOperation = {
  id: 'rotate',
  summary: 'turns the picture around its middle, nearest pixel; what enters is empty (NDA)',
  amount: { means: 'most degrees either way', max: 180, whole: false },
  apply(clip, amount, random) {
    const angle = angleWithin(amount, random);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return movePixels(clip, (x, y, size) => {
      const [cx, cy] = [(size.width - 1) / 2, (size.height - 1) / 2];
      const [u, v] = [x - cx, y - cy];
      return placeOf(Math.round(cos * u - sin * v + cx), Math.round(sin * u + cos * v + cy), size);
    });
  },
};
