import type { FrameArray } from '../../frames/index.ts';
import type { AugmentationOperation } from './operation.ts';

/** The recording backwards: what became brighter becomes darker. */
export const reverseTime: AugmentationOperation = {
  id: 'reverse-time',
  eventsOnly: true,
  summary: 'plays the clip backwards, ON and OFF changed over (as Tonic does)',
  amount: { means: 'probability', max: 1, whole: false },
  apply(clip, amount, random) {
    if (random.uniform() >= amount) return clip;
    const { counts } = clip;
    const reversed: FrameArray = counts.slice();
    const plane = clip.geometry.width * clip.geometry.height;
    // Steps and polarities are the outer axes: backwards in both is backwards in planes.
    for (let from = 0; from < counts.length; from += plane)
      reversed.set(counts.subarray(from, from + plane), counts.length - plane - from);
    return { ...clip, counts: reversed };
  },
};
