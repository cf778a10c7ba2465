import type { AugmentationOperation } from './operation.ts';

/** For a step of which one is drawn. */
export const nothing: AugmentationOperation = {
  id: 'nothing',
  summary: 'leaves the clip as it is: `cutmix:1|nothing:0` mixes every other clip',
  amount: { means: 'of nothing', max: 0, whole: true },
  apply: (clip) => clip,
};
