import { betaShare } from './draw.ts';
import type { MixingOperation } from './operation.ts';
import { roomForBoth } from './room-for-both.ts';

/** One box with its centre anywhere in the frame, cut at the frame's edge; the share is that of the area that is left. */
export const cutmix: MixingOperation = {
  id: 'cutmix',
  summary:
    'puts a box of another clip into all frames, of a share 1 - λ of the area, λ from Beta(α, α); labels are mixed by area (Yun et al. 2019, NDA)',
  amount: { means: 'α', max: 100, whole: false },
  mix(clip, other, amount, random) {
    if (amount === 0) return { clip, share: 1 };
    const { width, height } = clip.geometry;
    const side = Math.sqrt(1 - betaShare(amount, random));
    const [halfWidth, halfHeight] = [
      Math.floor(Math.floor(width * side) / 2),
      Math.floor(Math.floor(height * side) / 2),
    ];
    const [x, y] = [random.integer(width), random.integer(height)];
    const [left, right] = [Math.max(0, x - halfWidth), Math.min(width, x + halfWidth)];
    const [top, bottom] = [Math.max(0, y - halfHeight), Math.min(height, y + halfHeight)];
    const [counts, { counts: others }] = [roomForBoth(clip, other), other];
    const plane = width * height;
    for (let from = 0; from < counts.length; from += plane) {
      for (let row = top; row < bottom; row++) {
        const at = from + row * width;
        counts.set(others.subarray(at + left, at + right), at + left);
      }
    }
    const share = 1 - ((right - left) * (bottom - top)) / plane;
    return { clip: { ...clip, counts }, share };
  },
};
